/* initramfs.c - see initramfs.h */
#include "initramfs/initramfs.h"
#include "initramfs/initramfs_cpio.h"
#include "initramfs/initramfs_stream.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* A walk: the stream goes from segment to segment. */
struct initramfs_walk {
	struct initramfs_stream stream;
	struct initramfs_cpio cpio;
	struct err_text text;
	uint64_t size;   /* of the file */
	bool only_early; /* all segments so far are early ones */
};

/* Moves s->file_at to the next byte that is not zero, or to the end. */
static int initramfs_skip_zeros(struct initramfs_walk *w)
{
	struct initramfs_stream *s = &w->stream;
	uint64_t at = s->file_at;

	while (at < w->size) {
		uint64_t left = w->size - at;
		size_t n = left < sizeof(s->in) ? (size_t)left : sizeof(s->in);
		int r = io_pread_full(s->fd, s->in, n, at);

		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++) {
			if (!s->in[i])
				continue;
			s->file_at = at + i;
			return 0;
		}
		at += n;
	}
	s->file_at = at;
	return 0;
}

/* The segment at s->file_at, which is moved behind it. */
static int initramfs_walk_segment(struct initramfs_walk *w, struct initramfs_segment *seg)
{
	struct initramfs_stream *s = &w->stream;
	uint8_t head[INITRAMFS_STREAM_HEAD] = {0};
	uint64_t left = w->size - s->file_at;
	const struct initramfs_stream_format *f;
	int r = io_pread_full(s->fd, head, left < sizeof(head) ? (size_t)left : sizeof(head),
			      s->file_at);
	bool plain = !memcmp(head, "07070", 5);

	if (r < 0)
		return r;
	f = plain ? NULL : initramfs_stream_format(head);
	if (!plain && !f)
		return err_set(s->why, -EINVAL,
			       "neither an archive nor a known compression begins there");
	seg->compression = plain ? "none" : initramfs_stream_name(f);
	if (plain)
		initramfs_stream_open_plain(s, w->size);
	else
		r = initramfs_stream_open(s, f, w->size);
	if (!r)
		r = initramfs_cpio_archives(s, &w->cpio, plain);
	if (!r) {
		seg->unpacked = s->at;
		seg->length = initramfs_stream_end(s) - seg->offset;
		s->file_at = seg->offset + seg->length;
		r = seg->length ? 0 : -EINVAL;
	}
	initramfs_stream_close(s);
	return r;
}

/* One segment, and the zeros behind it. */
static int initramfs_walk_one(struct initramfs_walk *w)
{
	const struct initramfs_visitor *v = w->cpio.visitor;
	struct initramfs_segment seg = {.offset = w->stream.file_at, .compression = "unknown"};
	int r, told;

	if (w->cpio.segment >= INITRAMFS_MAX_SEGMENTS)
		return err_set(w->stream.why, -EFBIG, "it has more than %u segments",
			       INITRAMFS_MAX_SEGMENTS);
	w->cpio.members = 0;
	w->cpio.only_early = true;
	r = initramfs_walk_segment(w, &seg);
	if (!r)
		r = initramfs_skip_zeros(w);
	seg.damaged = r < 0;
	if (!seg.damaged)
		seg.zeros = w->stream.file_at - seg.offset - seg.length;
	seg.members = w->cpio.members;
	w->only_early = w->only_early && w->cpio.only_early && seg.members && !seg.damaged &&
			!strcmp(seg.compression, "none");
	seg.early = w->only_early;
	told = v->segment ? v->segment(v->ctx, &seg) : 0;
	w->cpio.segment++;
	return r < 0 ? r : told;
}

int initramfs_walk(int fd, const struct initramfs_visitor *v, struct err_text *why)
{
	CLEANUP_FREE struct initramfs_walk *w = calloc(1, sizeof(*w));
	struct stat st;
	int r;

	if (!w || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return err_set(why, -EINVAL, "it is not a regular file");
	w->size = (uint64_t)st.st_size;
	w->only_early = true;
	w->cpio.visitor = v;
	w->cpio.members_left = INITRAMFS_MAX_MEMBERS;
	w->stream.fd = fd;
	w->stream.left = INITRAMFS_MAX_OUT;
	w->stream.why = &w->text;
	r = initramfs_skip_zeros(w);
	while (!r && w->stream.file_at < w->size) {
		uint64_t from = w->stream.file_at;

		r = initramfs_walk_one(w);
		if (r < 0)
			return err_set(why, r, "in the segment at byte %llu: %s",
				       (unsigned long long)from,
				       w->text.text[0] ? w->text.text : strerror(-r));
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
static int initramfs_check_gzip(const struct initramfs_stream *s, uint32_t crc)
{
	uint8_t trailer[8];
	struct buf_reader in = buf_reader(trailer, sizeof(trailer));
	uint64_t end = initramfs_stream_end(s);
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
		ssize_t n = s->more(s, s->out, sizeof(s->out));
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
	uint8_t head[INITRAMFS_STREAM_HEAD] = {0};
	const struct initramfs_stream_format *f;
	uint32_t crc = 0;
	int r = s ? io_pread_full(fd, head, size < sizeof(head) ? (size_t)size : sizeof(head),
				  offset)
		  : -ENOMEM;

	if (r < 0)
		return r;
	f = initramfs_stream_format(head);
	if (!f)
		return err_set(why, -EINVAL, "unknown compression");
	s->fd = fd;
	s->file_at = offset;
	s->left = UINT64_MAX;
	s->why = why;
	r = initramfs_stream_open(s, f, offset + size);
	if (!r)
		r = initramfs_copy_out(s, to, max, &crc);
	if (!r && initramfs_stream_is_gzip(f))
		r = initramfs_check_gzip(s, crc);
	initramfs_stream_close(s);
	return r;
}

void initramfs_file_release(struct initramfs_file *f)
{
	free(f->data);
	*f = (struct initramfs_file){0};
}

/* A file that is looked for; @error is what its last member cannot be read for. */
struct initramfs_search {
	const char *path;
	size_t max;
	struct initramfs_file file;
	int error;
	struct err_text why;
};

static size_t initramfs_search_wants(void *ctx, const struct initramfs_member *m)
{
	const struct initramfs_search *search = ctx;

	return strcmp(m->path, search->path) ? 0 : search->max;
}

static int initramfs_search_member(void *ctx, struct initramfs_member *m)
{
	struct initramfs_search *search = ctx;

	if (strcmp(m->path, search->path) != 0)
		return 0;
	initramfs_file_release(&search->file);
	search->error = 0;
	search->why.text[0] = '\0';
	if (!m->data || m->size > search->max)
		search->error = err_set(&search->why, -EFBIG, "%s is larger than %zu bytes",
					search->path, search->max);
	else if (m->links > 1 && S_ISREG(m->mode) && !m->size)
		search->error =
			err_set(&search->why, -EMLINK,
				"%s is one of several hard links, and another has the content",
				search->path);
	else
		search->file.data = STEAL(m->data);
	search->file.mode = m->mode;
	search->file.size = m->size;
	return 0;
}

int initramfs_read(int fd, const char *name, size_t max, struct initramfs_file *out,
		   struct err_text *why)
{
	struct initramfs_search search = {.path = initramfs_plain_name(name), .max = max};
	const struct initramfs_visitor v = {
		.wants = initramfs_search_wants, .member = initramfs_search_member, .ctx = &search};
	int r = initramfs_walk(fd, &v, why);

	if (!r && search.error)
		r = err_set(why, search.error, "%s", search.why.text);
	else if (!r && !search.file.data)
		r = err_set(why, -ENOENT, "it has no %s", name);
	if (r < 0)
		initramfs_file_release(&search.file);
	else
		*out = search.file;
	return r;
}
