/* initrd.c - see initrd.h
 *
 * The only user of libarchive, which decompresses; the archives themselves are
 * walked by initramfs_cpio.c, because an image has several of them with gaps
 * between, which must be read as the kernel reads them.
 */
#include "initramfs/initramfs.h"
#include "initramfs/initramfs_cpio.h"
#include "initramfs/initramfs_span.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define INITRAMFS_MAX_OUT ((uint64_t)4 << 30) /* unpacked bytes of one segment */
#define INITRAMFS_MAGIC   6u                  /* bytes that tell the compression */

static ssize_t initramfs_more_file(struct initramfs_stream *s, void *buf, size_t len)
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

static ssize_t initramfs_more_archive(struct initramfs_stream *s, void *buf, size_t len)
{
	ssize_t n;

	if (s->at > INITRAMFS_MAX_OUT)
		return err_set(s->why, -EFBIG, "a segment unpacks to more than 4 GiB");
	n = archive_read_data(s->archive, buf, len);
	if (n < 0)
		return err_set(s->why, -EINVAL, "it cannot be unpacked: %s",
			       archive_error_string(s->archive));
	return n;
}

static ssize_t initramfs_feed(struct archive *a, void *ctx, const void **buf)
{
	struct initramfs_stream *s = ctx;
	ssize_t n = initramfs_more_file(s, s->in, sizeof(s->in));

	*buf = s->in;
	if (n < 0)
		archive_set_error(a, (int)-n, "%s", strerror((int)-n));
	return n < 0 ? -1 : n;
}

struct initramfs_format {
	const char *name;
	const char *magic;
	size_t magic_len;
	int (*filter)(struct archive *a);
	/* NULL: the decompressor stops exactly where its stream ends. */
	int (*span)(int fd, uint64_t offset, uint64_t size, uint64_t *length, struct err_text *err);
};

static const struct initramfs_format initramfs_formats[] = {
	{"gzip", "\x1f\x8b", 2, archive_read_support_filter_gzip, NULL},
	{"xz", "\xfd\x37zXZ", 6, archive_read_support_filter_xz, initramfs_span_xz},
	{"zstd", "\x28\xb5\x2f\xfd", 4, archive_read_support_filter_zstd, initramfs_span_zstd},
	{"lz4", "\x02\x21\x4c\x18", 4, archive_read_support_filter_lz4, initramfs_span_lz4},
	{"bzip2", "BZh", 3, archive_read_support_filter_bzip2, NULL},
	{"lzma", "\x5d\0\0", 3, archive_read_support_filter_lzma, NULL},
};

static const struct initramfs_format *initramfs_format_of(const uint8_t *head)
{
	for (size_t i = 0; i < sizeof(initramfs_formats) / sizeof(initramfs_formats[0]); i++)
		if (!memcmp(head, initramfs_formats[i].magic, initramfs_formats[i].magic_len))
			return &initramfs_formats[i];
	return NULL;
}

static void initramfs_free_archive(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

/* Begins to unpack @length bytes from s->file_at; *@a is the caller's to free,
 * also after an error. */
static int initramfs_open_archive(struct initramfs_stream *s, const struct initramfs_format *f,
				  uint64_t length, struct archive **a)
{
	struct archive_entry *entry;

	*a = archive_read_new();
	if (!*a)
		return -ENOMEM;
	s->file_end = s->file_at + length;
	f->filter(*a);
	archive_read_support_format_raw(*a);
	archive_read_support_format_empty(*a);
	if (archive_read_open(*a, s, NULL, initramfs_feed, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(*a, &entry) != ARCHIVE_OK)
		return err_set(s->why, -EINVAL, "it cannot be unpacked as %s: %s", f->name,
			       archive_error_string(*a) ? archive_error_string(*a) : "it is empty");
	s->archive = *a;
	s->more = initramfs_more_archive;
	s->have = s->used = 0;
	s->at = 0;
	return 0;
}

/* One compressed segment at s->file_at, which is moved behind it. */
static int initramfs_unpack(struct initramfs_stream *s, const struct initramfs_format *f,
			    uint64_t size)
{
	CLEANUP(initramfs_free_archive) struct archive *a = NULL;
	uint64_t from = s->file_at, length = size - from;
	int r = f->span ? f->span(s->fd, from, size, &length, s->why) : 0;

	if (!r)
		r = initramfs_open_archive(s, f, length, &a);
	if (r < 0)
		return r;
	r = initramfs_cpio_archives(s, false);
	if (!f->span)
		length = (uint64_t)archive_filter_bytes(a, -1);
	s->archive = NULL;
	s->file_at = from + length;
	return r < 0 ? r : length ? 0 : -EINVAL;
}

static int initramfs_plain(struct initramfs_stream *s, uint64_t size)
{
	uint64_t from = s->file_at;
	int r;

	s->file_end = size;
	s->more = initramfs_more_file;
	s->have = s->used = 0;
	s->at = 0;
	r = initramfs_cpio_archives(s, true);
	s->file_at = from + s->at;
	return r;
}

/* The segment at s->file_at. */
static int initramfs_segment(struct initramfs_stream *s, uint64_t size)
{
	uint8_t head[INITRAMFS_MAGIC] = {0};
	size_t n = size - s->file_at < sizeof(head) ? (size_t)(size - s->file_at) : sizeof(head);
	int r = io_pread_full(s->fd, head, n, s->file_at);
	const struct initramfs_format *f;

	if (r < 0)
		return r;
	if (!memcmp(head, "07070", 5))
		return initramfs_plain(s, size);
	f = initramfs_format_of(head);
	if (f)
		return initramfs_unpack(s, f, size);
	return err_set(s->why, -EINVAL, "neither an archive nor a known compression begins there");
}

/* Moves s->file_at to the next byte that is not zero, or to the end. */
static int initramfs_skip_zeros(struct initramfs_stream *s, uint64_t size)
{
	while (s->file_at < size) {
		uint64_t from = s->file_at;
		ssize_t n;

		s->file_end = size;
		n = initramfs_more_file(s, s->in, sizeof(s->in));
		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		for (ssize_t i = 0; i < n; i++) {
			if (!s->in[i])
				continue;
			s->file_at = from + (uint64_t)i;
			return 0;
		}
	}
	return 0;
}

static int initramfs_walk(int fd, struct initramfs_visit *visit, struct err_text *why)
{
	CLEANUP_FREE struct initramfs_stream *s = calloc(1, sizeof(*s));
	struct err_text text = {""};
	struct stat st;
	int r;

	if (!s || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return err_set(why, -EINVAL, "it is not a regular file");
	s->fd = fd;
	s->visit = visit;
	s->why = &text;
	r = initramfs_skip_zeros(s, (uint64_t)st.st_size);
	while (!r && s->file_at < (uint64_t)st.st_size) {
		uint64_t from = s->file_at;

		r = initramfs_segment(s, (uint64_t)st.st_size);
		if (r < 0)
			return err_set(why, r, "in the segment at byte %llu: %s",
				       (unsigned long long)from,
				       text.text[0] ? text.text : strerror(-r));
		r = initramfs_skip_zeros(s, (uint64_t)st.st_size);
	}
	return r;
}

/* As of gzip's RFC 1952, of four bits at a time. */
static uint32_t initramfs_crc32(uint32_t crc, const uint8_t *p, size_t len)
{
	static const uint32_t table[] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

/* libarchive does not compare gzip's checksum, which ends the stream. */
static int initramfs_check_gzip(struct initramfs_stream *s, uint64_t end, uint32_t crc)
{
	uint8_t trailer[8];
	struct buf_reader in = buf_reader(trailer, sizeof(trailer));
	int r = end < sizeof(trailer)
			? -EINVAL
			: io_pread_full(s->fd, trailer, sizeof(trailer), end - sizeof(trailer));

	if (r < 0)
		return r;
	if (buf_get_u32(&in) != crc || buf_get_u32(&in) != (uint32_t)s->at)
		return err_set(s->why, -EINVAL, "its checksum is wrong: the file is damaged");
	return 0;
}

/* The unpacked bytes of the stream that is open, to byte 0 of @to. */
static int initramfs_copy_out(struct initramfs_stream *s, int to, uint64_t max, uint32_t *crc)
{
	for (;;) {
		ssize_t n = initramfs_more_archive(s, s->out, sizeof(s->out));
		int r;

		if (n <= 0)
			return (int)n;
		*crc = initramfs_crc32(*crc, s->out, (size_t)n);
		if ((uint64_t)n > max - s->at)
			return err_set(s->why, -EFBIG, "it unpacks to more than %llu MiB",
				       (unsigned long long)(max >> 20));
		r = io_pwrite_full(to, s->out, (size_t)n, s->at);
		if (r < 0)
			return err_set(s->why, r, "what is unpacked cannot be written: %s",
				       strerror(-r));
		s->at += (uint64_t)n;
	}
}

int initramfs_decompress(int fd, uint64_t offset, uint64_t size, int to, uint64_t max,
			 struct err_text *why)
{
	CLEANUP_FREE struct initramfs_stream *s = calloc(1, sizeof(*s));
	CLEANUP(initramfs_free_archive) struct archive *a = NULL;
	uint8_t head[INITRAMFS_MAGIC] = {0};
	const struct initramfs_format *f;
	uint64_t length = size;
	uint32_t crc = 0;
	int r = s ? io_pread_full(fd, head, size < sizeof(head) ? (size_t)size : sizeof(head),
				  offset)
		  : -ENOMEM;

	if (r < 0)
		return r;
	f = initramfs_format_of(head);
	if (!f)
		return err_set(why, -EINVAL, "it is not compressed in a way that is known here");
	s->fd = fd;
	s->file_at = offset;
	s->why = why;
	if (f->span)
		r = f->span(fd, offset, offset + size, &length, why);
	if (!r)
		r = initramfs_open_archive(s, f, length, &a);
	if (!r)
		r = initramfs_copy_out(s, to, max, &crc);
	if (!r && f == &initramfs_formats[0])
		r = initramfs_check_gzip(s, offset + (uint64_t)archive_filter_bytes(a, -1), crc);
	return r;
}
int initramfs_names(int fd, initramfs_name_fn *fn, void *ctx, struct err_text *why)
{
	struct initramfs_visit visit = {.fn = fn, .ctx = ctx};

	return initramfs_walk(fd, &visit, why);
}

void initramfs_file_release(struct initramfs_file *f)
{
	free(f->data);
	*f = (struct initramfs_file){0};
}

int initramfs_read(int fd, const char *name, size_t max, struct initramfs_file *out,
		   struct err_text *why)
{
	CLEANUP(initramfs_file_release) struct initramfs_file file = {0};
	struct initramfs_visit visit = {.want = name, .max = max, .file = &file};
	int r = initramfs_walk(fd, &visit, why);

	if (r < 0)
		return r;
	if (!file.data)
		return err_set(why, -ENOENT, "it has no %s", name);
	*out = file;
	file.data = NULL;
	return 0;
}
