/* initramfs_span.c - see initramfs_span.h */
#include "initramfs/initramfs_span.h"
#include "util/io.h"

#include <errno.h>
#include <stdbool.h>

/* A place in the file that only moves forward; the first failure stays. */
struct initramfs_span {
	int fd;
	uint64_t at, size;
	int error;
	struct err_text *err;
};

static void initramfs_span_fail(struct initramfs_span *s, const char *what)
{
	if (!s->error)
		s->error = err_set(s->err, -EINVAL, "%s at byte %llu", what,
				   (unsigned long long)s->at);
}

static void initramfs_span_skip(struct initramfs_span *s, uint64_t n)
{
	if (!s->error && n > s->size - s->at)
		initramfs_span_fail(s, "the file ends inside a compressed segment");
	if (!s->error)
		s->at += n;
}

/* A little-endian number of @n bytes; 0 after a failure. */
static uint64_t initramfs_span_get(struct initramfs_span *s, unsigned n)
{
	uint8_t b[8];
	uint64_t from = s->at, v = 0;
	int r;

	initramfs_span_skip(s, n);
	if (s->error)
		return 0;
	r = io_pread_full(s->fd, b, n, from);
	if (r < 0) {
		s->error = r;
		return 0;
	}
	while (n--)
		v = v << 8 | b[n];
	return v;
}

static int initramfs_span_done(const struct initramfs_span *s, uint64_t offset, uint64_t *length)
{
	if (!s->error)
		*length = s->at - offset;
	return s->error;
}

int initramfs_span_zstd(int fd, uint64_t offset, uint64_t size, uint64_t *length,
			struct err_text *err)
{
	static const unsigned dictionary[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
	struct initramfs_span s = {.fd = fd, .at = offset, .size = size, .err = err};
	uint32_t magic = (uint32_t)initramfs_span_get(&s, 4);
	bool last = false, single;
	unsigned flags, content_size;

	if (magic >> 4 == 0x184d2a5) { /* skippable */
		initramfs_span_skip(&s, initramfs_span_get(&s, 4));
		return initramfs_span_done(&s, offset, length);
	}
	flags = (unsigned)initramfs_span_get(&s, 1);
	single = flags & 0x20;
	content_size = flags >> 6 || !single ? content[flags >> 6] : 1;
	initramfs_span_skip(&s, !single + dictionary[flags & 3] + content_size);
	while (!last && !s.error) {
		uint32_t block = (uint32_t)initramfs_span_get(&s, 3);
		unsigned type = block >> 1 & 3;

		last = block & 1;
		if (type == 3)
			initramfs_span_fail(&s, "a zstd block of a reserved type");
		initramfs_span_skip(&s, type == 1 ? 1 : block >> 3);
	}
	initramfs_span_skip(&s, flags & 4 ? 4 : 0);
	return initramfs_span_done(&s, offset, length);
}

/* One block's LZMA2 chunks, up to and with the end marker. */
static void initramfs_span_lzma2(struct initramfs_span *s)
{
	for (;;) {
		unsigned control = (unsigned)initramfs_span_get(s, 1);
		uint64_t sizes;

		if (s->error || !control)
			return;
		if (control <= 2) { /* stored */
			sizes = initramfs_span_get(s, 2);
			initramfs_span_skip(s, ((sizes & 0xff) << 8 | sizes >> 8) + 1);
		} else if (control < 0x80) {
			initramfs_span_fail(s, "an LZMA2 chunk of an unknown kind");
		} else {
			/* Unpacked size, packed size, both big-endian; properties. */
			initramfs_span_skip(s, 2);
			sizes = initramfs_span_get(s, 2);
			initramfs_span_skip(s, ((sizes & 0xff) << 8 | sizes >> 8) + 1 +
						       (control >= 0xc0));
		}
	}
}

static uint64_t initramfs_span_vli(struct initramfs_span *s)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint64_t b = initramfs_span_get(s, 1);

		v |= (b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	initramfs_span_fail(s, "a number in an xz index is too long");
	return 0;
}

int initramfs_span_xz(int fd, uint64_t offset, uint64_t size, uint64_t *length,
		      struct err_text *err)
{
	static const unsigned check_size[] = {0,  4,  4,  4,  8,  8,  8,  16,
					      16, 16, 32, 32, 32, 64, 64, 64};
	struct initramfs_span s = {.fd = fd, .at = offset, .size = size, .err = err};
	unsigned check, header;
	uint64_t records;

	initramfs_span_skip(&s, 7); /* magic, the first byte of the flags */
	check = check_size[initramfs_span_get(&s, 1) & 15];
	initramfs_span_skip(&s, 4);
	while (!s.error && (header = (unsigned)initramfs_span_get(&s, 1)) != 0) {
		uint64_t body;

		initramfs_span_skip(&s, (uint64_t)header * 4 + 3);
		body = s.at;
		initramfs_span_lzma2(&s);
		initramfs_span_skip(&s, (4 - (s.at - body) % 4) % 4 + check);
	}
	/* The index, whose first byte was that zero. */
	records = initramfs_span_vli(&s);
	for (; records && !s.error; records--) {
		initramfs_span_vli(&s);
		initramfs_span_vli(&s);
	}
	initramfs_span_skip(&s, (4 - (s.at - offset) % 4) % 4 + 4 + 12);
	return initramfs_span_done(&s, offset, length);
}

/* The kernel ends such a stream at the end of the file or at a block length of
 * zero; whatever else follows, it takes for a block. */
int initramfs_span_lz4(int fd, uint64_t offset, uint64_t size, uint64_t *length,
		       struct err_text *err)
{
	const uint32_t magic = 0x184c2102;
	const uint32_t bound = (8u << 20) + (8u << 20) / 255 + 16; /* what 8 MiB can become */
	struct initramfs_span s = {.fd = fd, .at = offset, .size = size, .err = err};

	initramfs_span_skip(&s, 4);
	while (!s.error && s.size - s.at >= 4) {
		uint64_t here = s.at, block = initramfs_span_get(&s, 4);

		if (!block) {
			s.at = here;
			break;
		}
		if (block == magic)
			continue;
		if (block > bound) {
			s.at = here;
			initramfs_span_fail(&s,
					    "an lz4 segment must be followed by four zero bytes, "
					    "but something else begins");
		}
		initramfs_span_skip(&s, block);
	}
	return initramfs_span_done(&s, offset, length);
}
