/* test-buf.c - bounded little-endian reading and writing */
#include "tap.h"
#include "util/buf.h"

static void test_both_ways(void)
{
	uint8_t b[14], *p = b;
	struct buf_reader r;

	p = buf_put_u16(p, 0x0102);
	p = buf_put_u32(p, 0x03040506);
	p = buf_put_u64(p, 0xf1f2f3f4f5f6f7f8);
	TAP_INT(p - b, 14);
	TAP_OK(!memcmp(b, "\x02\x01\x06\x05\x04\x03\xf8\xf7\xf6\xf5\xf4\xf3\xf2\xf1", 14));
	r = buf_reader(b, sizeof(b));
	TAP_INT(buf_get_u16(&r), 0x0102);
	TAP_INT(buf_get_u32(&r), 0x03040506);
	TAP_OK(buf_get_u64(&r) == 0xf1f2f3f4f5f6f7f8);
	TAP_OK(buf_reader_ok(&r));
	TAP_INT(r.left, 0);
}

static void test_short(void)
{
	const uint8_t b[] = {1, 2, 3};
	struct buf_reader r = buf_reader(b, sizeof(b));

	TAP_INT(buf_get_u16(&r), 0x0201);
	TAP_INT(buf_get_u16(&r), 0);
	TAP_OK(!buf_reader_ok(&r));
	/* It stays failed, although a byte is left. */
	TAP_INT(buf_get_le(&r, 1), 0);
	TAP_OK(!buf_get(&r, 0));
	TAP_OK(!buf_reader_ok(&r));
}

static void test_huge_length(void)
{
	const uint8_t b[] = {1, 2, 3};
	struct buf_reader r = buf_reader(b, sizeof(b));

	TAP_OK(!buf_get(&r, SIZE_MAX));
	TAP_OK(!buf_reader_ok(&r));
}

static void test_borrowed_bytes(void)
{
	const uint8_t b[] = {1, 2, 3};
	struct buf_reader r = buf_reader(b, sizeof(b));

	TAP_OK(buf_get(&r, 2) == b);
	TAP_OK(buf_get(&r, 1) == b + 2);
	TAP_OK(buf_get(&r, 0) == b + 3);
	TAP_OK(buf_reader_ok(&r));
	TAP_OK(!buf_get(&r, 1));
}

int main(void)
{
	TAP_RUN(test_both_ways);
	TAP_RUN(test_short);
	TAP_RUN(test_huge_length);
	TAP_RUN(test_borrowed_bytes);
	return tap_done();
}
