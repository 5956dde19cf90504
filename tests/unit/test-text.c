/* test-text.c - sizes, durations, hex, numbers, printable text */
#include "tap.h"
#include "util/text.h"

static void size_is(uint64_t bytes, const char *want)
{
	char out[16];

	TAP_STR(text_size(bytes, out, sizeof(out)), want);
}

static void test_size(void)
{
	size_is(0, "0 B");
	size_is(9, "9 B");
	size_is(1023, "1023 B");
	size_is(1024, "1.0 KiB");
	size_is(1536, "1.5 KiB");
	size_is(20 << 20, "20 MiB");
	size_is(5ULL << 30, "5.0 GiB");
	size_is(1ULL << 60, "1.0 EiB");
	size_is(UINT64_MAX, "16 EiB");
}

static void duration_is(uint64_t s, const char *want)
{
	char out[16];

	TAP_STR(text_duration(s, out, sizeof(out)), want);
}

static void test_duration(void)
{
	duration_is(0, "0s");
	duration_is(59, "59s");
	duration_is(60, "1m00s");
	duration_is(200, "3m20s");
	duration_is(3599, "59m59s");
	duration_is(3600, "1h00m");
	duration_is(3725, "1h02m");
	duration_is(100 * 3600, "100h00m");
}

static void test_hex(void)
{
	uint8_t b[3] = {0x00, 0xaf, 0xff}, back[3];
	char hex[7];

	text_to_hex(b, 3, hex);
	TAP_STR(hex, "00afff");
	TAP_OK(text_from_hex(hex, back, 3) && !memcmp(b, back, 3));
	TAP_OK(text_from_hex("00AFfF", back, 3) && !memcmp(b, back, 3));
	TAP_OK(text_from_hex("", back, 0));
	TAP_OK(!text_from_hex("00aff", back, 3));
	TAP_OK(!text_from_hex("00afff0", back, 3));
	TAP_OK(!text_from_hex("00afff00", back, 3));
	TAP_OK(!text_from_hex("00afg0", back, 3));
	TAP_OK(!text_from_hex(" 0afff", back, 3));
	TAP_OK(!text_from_hex("0x0aff", back, 3));
}

static void test_number(void)
{
	uint64_t n = 7;

	TAP_OK(text_to_u64("0", 0, 10, &n) && n == 0);
	TAP_OK(text_to_u64("10", 0, 10, &n) && n == 10);
	TAP_OK(text_to_u64("18446744073709551615", 0, UINT64_MAX, &n) && n == UINT64_MAX);
	TAP_OK(text_to_u64("007", 0, 10, &n) && n == 7);
	n = 5;
	TAP_OK(!text_to_u64("11", 0, 10, &n));
	TAP_OK(!text_to_u64("1", 2, 10, &n));
	TAP_OK(!text_to_u64("18446744073709551616", 0, UINT64_MAX, &n));
	TAP_OK(!text_to_u64("99999999999999999999999", 0, UINT64_MAX, &n));
	TAP_OK(!text_to_u64("", 0, 10, &n));
	TAP_OK(!text_to_u64("-1", 0, 10, &n));
	TAP_OK(!text_to_u64("+1", 0, 10, &n));
	TAP_OK(!text_to_u64(" 1", 0, 10, &n));
	TAP_OK(!text_to_u64("1 ", 0, 10, &n));
	TAP_OK(!text_to_u64("0x1", 0, 10, &n));
	TAP_INT(n, 5);
}

static void test_copy(void)
{
	char out[4];

	TAP_OK(text_copy(out, sizeof(out), "abc"));
	TAP_STR(out, "abc");
	TAP_OK(!text_copy(out, sizeof(out), "abcd"));
	TAP_STR(out, "abc");
	TAP_OK(text_copy(out, sizeof(out), ""));
	TAP_STR(out, "");
}

static void printable_is(const char *in, size_t size, const char *want)
{
	char out[64];

	TAP_STR(text_printable(in, out, size), want);
	/* In place, too. */
	snprintf(out, sizeof(out), "%s", in);
	TAP_STR(text_printable(out, out, size), want);
}

static void test_printable(void)
{
	printable_is("", 8, "");
	printable_is("plain", 64, "plain");
	printable_is("a\nb\tc\x1b[1m\x7f", 64, "a?b?c?[1m?");
	printable_is("K\xc3\xa4se \xe6\x97\xa5", 64, "K\xc3\xa4se \xe6\x97\xa5");
	printable_is("\xc2\x9b"
		     "1m",
		     64, "??1m");                 /* CSI in one character */
	printable_is("\xc2\xa0", 64, "\xc2\xa0"); /* not a control character */
	printable_is("\xc2", 64, "\xc2");         /* cut off by whoever wrote it */
}

/* A forced end does not split a character. */
static void test_printable_cut(void)
{
	printable_is("abcdef", 4, "abc");
	printable_is("ab\xc3\xa4", 5, "ab\xc3\xa4");
	printable_is("ab\xc3\xa4", 4, "ab");
	printable_is("a\xe6\x97\xa5z", 4, "a");
	printable_is("a\xe6\x97\xa5z", 3, "a");
	printable_is("a\xe6\x97\xa5z", 5, "a\xe6\x97\xa5");
	printable_is("a\xf0\x9d\x84\x9e", 5, "a");
	printable_is("abc\xc2\x9b", 5, "abc?");
	printable_is("abc", 1, "");
}

int main(void)
{
	TAP_RUN(test_size);
	TAP_RUN(test_duration);
	TAP_RUN(test_hex);
	TAP_RUN(test_number);
	TAP_RUN(test_copy);
	TAP_RUN(test_printable);
	TAP_RUN(test_printable_cut);
	return tap_done();
}
