/* buf.h - bounded reading and writing of little-endian bytes
 *
 * A reader never runs past its end: the first short read makes it fail, every
 * later get returns 0, and the caller checks buf_reader_ok() once, before it
 * uses what it got.
 */
#ifndef P2V_UTIL_BUF_H
#define P2V_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf_reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

static inline struct buf_reader buf_reader(const void *bytes, size_t len)
{
	return (struct buf_reader){.at = bytes, .left = len};
}

/* @len bytes of the input, borrowed, or NULL when fewer are left. */
static inline const uint8_t *buf_get(struct buf_reader *r, size_t len)
{
	const uint8_t *p = r->at;

	if (r->failed || len > r->left) {
		r->failed = true;
		return NULL;
	}
	r->at += len;
	r->left -= len;
	return p;
}

static inline uint64_t buf_get_le(struct buf_reader *r, size_t width)
{
	const uint8_t *p = buf_get(r, width);
	uint64_t v = 0;

	while (p && width--)
		v = v << 8 | p[width];
	return v;
}

static inline uint16_t buf_get_u16(struct buf_reader *r)
{
	return (uint16_t)buf_get_le(r, 2);
}

static inline uint32_t buf_get_u32(struct buf_reader *r)
{
	return (uint32_t)buf_get_le(r, 4);
}

static inline uint64_t buf_get_u64(struct buf_reader *r)
{
	return buf_get_le(r, 8);
}

static inline bool buf_reader_ok(const struct buf_reader *r)
{
	return !r->failed;
}

/* Little-endian stores into memory that the caller sized; each returns the
 * place after the value. */
static inline uint8_t *buf_put_le(uint8_t *p, uint64_t v, size_t width)
{
	while (width--) {
		*p++ = (uint8_t)v;
		v >>= 8;
	}
	return p;
}

static inline uint8_t *buf_put_u16(uint8_t *p, uint16_t v)
{
	return buf_put_le(p, v, 2);
}

static inline uint8_t *buf_put_u32(uint8_t *p, uint32_t v)
{
	return buf_put_le(p, v, 4);
}

static inline uint8_t *buf_put_u64(uint8_t *p, uint64_t v)
{
	return buf_put_le(p, v, 8);
}

#endif
