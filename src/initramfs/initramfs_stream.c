/* initramfs_stream.c - see initramfs_stream.h */
#include "initramfs/initramfs_stream.h"
#include "initramfs/initramfs_span.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct initramfs_stream_format {
	const char *name;
	const char *magic;
	size_t magic_len;
	int (*filter)(struct archive *a);
	/* NULL: the decompressor stops exactly where its stream ends. */
	int (*span)(int fd, uint64_t offset, uint64_t size, uint64_t *length, struct err_text *err);
};

static const struct initramfs_stream_format initramfs_stream_formats[] = {
	{"gzip", "\x1f\x8b", 2, archive_read_support_filter_gzip, NULL},
	{"xz", "\xfd\x37zXZ", 6, archive_read_support_filter_xz, initramfs_span_xz},
	{"zstd", "\x28\xb5\x2f\xfd", 4, archive_read_support_filter_zstd, initramfs_span_zstd},
	{"lz4", "\x02\x21\x4c\x18", 4, archive_read_support_filter_lz4, initramfs_span_lz4},
	{"bzip2", "BZh", 3, archive_read_support_filter_bzip2, NULL},
	{"lzma", "\x5d\0\0", 3, archive_read_support_filter_lzma, NULL},
};

const struct initramfs_stream_format *initramfs_stream_format(const uint8_t *head)
{
	const struct initramfs_stream_format *f = initramfs_stream_formats;

	for (size_t n = sizeof(initramfs_stream_formats) / sizeof(*f); n; n--, f++)
		if (!memcmp(head, f->magic, f->magic_len))
			return f;
	return NULL;
}

const char *initramfs_stream_name(const struct initramfs_stream_format *f)
{
	return f->name;
}

bool initramfs_stream_is_gzip(const struct initramfs_stream_format *f)
{
	return f == &initramfs_stream_formats[0];
}

static ssize_t initramfs_stream_file(struct initramfs_stream *s, void *buf, size_t len)
{
	ssize_t n;

	if (len > s->file_end - s->file_at)
		len = (size_t)(s->file_end - s->file_at);
	if (!len)
		return 0;
	do
		n = pread(s->fd, buf, len, (off_t)s->file_at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	s->file_at += (uint64_t)n;
	return n;
}

static ssize_t initramfs_stream_unpacked(struct initramfs_stream *s, void *buf, size_t len)
{
	ssize_t n = archive_read_data(s->archive, buf, len);

	if (n < 0)
		return err_set(s->why, -EINVAL, "it cannot be unpacked: %s",
			       archive_error_string(s->archive));
	if ((uint64_t)n > s->left)
		return err_set(s->why, -EFBIG, "the image unpacks to more than 4 GiB");
	s->left -= (uint64_t)n;
	return n;
}

static ssize_t initramfs_stream_feed(struct archive *a, void *ctx, const void **buf)
{
	struct initramfs_stream *s = ctx;
	ssize_t n = initramfs_stream_file(s, s->in, sizeof(s->in));

	*buf = s->in;
	if (n < 0)
		archive_set_error(a, (int)-n, "%s", strerror((int)-n));
	return n < 0 ? -1 : n;
}

static void initramfs_stream_begin(struct initramfs_stream *s, uint64_t end)
{
	s->from = s->file_at;
	s->file_end = end;
	s->have = s->used = 0;
	s->at = 0;
}

void initramfs_stream_open_plain(struct initramfs_stream *s, uint64_t end)
{
	initramfs_stream_begin(s, end);
	s->more = initramfs_stream_file;
}

int initramfs_stream_open(struct initramfs_stream *s, const struct initramfs_stream_format *f,
			  uint64_t end)
{
	struct archive_entry *entry;
	uint64_t length = end - s->file_at;
	int r = f->span ? f->span(s->fd, s->file_at, end, &length, s->why) : 0;

	if (r < 0)
		return r;
	s->archive = archive_read_new();
	if (!s->archive)
		return -ENOMEM;
	initramfs_stream_begin(s, s->file_at + length);
	f->filter(s->archive);
	archive_read_support_format_raw(s->archive);
	archive_read_support_format_empty(s->archive);
	if (archive_read_open(s->archive, s, NULL, initramfs_stream_feed, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(s->archive, &entry) != ARCHIVE_OK)
		return err_set(s->why, -EINVAL, "it cannot be unpacked as %s: %s", f->name,
			       archive_error_string(s->archive) ? archive_error_string(s->archive)
								: "it is empty");
	s->format = f;
	s->more = initramfs_stream_unpacked;
	return 0;
}

uint64_t initramfs_stream_end(const struct initramfs_stream *s)
{
	if (!s->archive)
		return s->from + s->at;
	if (s->format->span)
		return s->file_end;
	return s->from + (uint64_t)archive_filter_bytes(s->archive, -1);
}

void initramfs_stream_close(struct initramfs_stream *s)
{
	if (s->archive)
		archive_read_free(s->archive);
	s->archive = NULL;
	s->format = NULL;
}

/* There are bytes in s->out that were not given out. 1, 0 at the end; -errno. */
static int initramfs_stream_fill(struct initramfs_stream *s)
{
	ssize_t got;

	if (s->used < s->have)
		return 1;
	got = s->more(s, s->out, sizeof(s->out));
	s->used = 0;
	s->have = got < 0 ? 0 : (size_t)got;
	return got < 0 ? (int)got : got > 0;
}

int initramfs_stream_take(struct initramfs_stream *s, uint8_t *buf, uint64_t len)
{
	uint64_t done = 0;

	while (done < len) {
		int r = initramfs_stream_fill(s);
		size_t n = s->have - s->used;

		if (r < 0 || (!r && !done))
			return r;
		if (!r)
			return err_set(s->why, -EINVAL, "an archive is cut off");
		if (n > len - done)
			n = (size_t)(len - done);
		if (buf)
			memcpy(buf + done, s->out + s->used, n);
		s->used += n;
		s->at += n;
		done += n;
	}
	return 1;
}

int initramfs_stream_skip_zeros(struct initramfs_stream *s)
{
	for (;;) {
		int r = initramfs_stream_fill(s);

		if (r <= 0)
			return r;
		while (s->used < s->have && !s->out[s->used]) {
			s->used++;
			s->at++;
		}
		if (s->used < s->have)
			return 1;
	}
}

int initramfs_stream_need(struct initramfs_stream *s, uint8_t *buf, uint64_t len)
{
	int r = len ? initramfs_stream_take(s, buf, len) : 1;

	return r ? r : err_set(s->why, -EINVAL, "an archive is cut off");
}
