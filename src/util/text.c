/* text.c - see text.h */
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *text_size(uint64_t bytes, char *out, size_t size)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double v = (double)bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < sizeof(unit) / sizeof(unit[0])) {
		v /= 1024;
		u++;
	}
	snprintf(out, size, u && v < 10 ? "%.1f %s" : "%.0f %s", v, unit[u]);
	return out;
}

const char *text_duration(uint64_t seconds, char *out, size_t size)
{
	if (seconds < 60)
		snprintf(out, size, "%" PRIu64 "s", seconds);
	else if (seconds < 3600)
		snprintf(out, size, "%" PRIu64 "m%02us", seconds / 60, (unsigned)(seconds % 60));
	else
		snprintf(out, size, "%" PRIu64 "h%02um", seconds / 3600,
			 (unsigned)(seconds % 3600 / 60));
	return out;
}

void text_to_hex(const void *bytes, size_t len, char *out)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++) {
		*out++ = digit[b[i] >> 4];
		*out++ = digit[b[i] & 15];
	}
	*out = '\0';
}

static int text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_from_hex(const char *hex, void *bytes, size_t len)
{
	uint8_t *b = bytes;

	if (strlen(hex) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int hi = text_hex_digit(hex[2 * i]), lo = text_hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		b[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

bool text_to_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool text_copy(char *out, size_t size, const char *s)
{
	size_t len = strlen(s);
	size_t n = len < size ? len : size - 1;

	memcpy(out, s, n);
	out[n] = '\0';
	return n == len;
}

/* Bytes at @s that a terminal would take as one control character, or 0. */
static size_t text_control(const unsigned char *s)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return 1;
	return s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f ? 2 : 0;
}

const char *text_printable(const char *s, char *out, size_t size)
{
	size_t i = 0;

	while (s[i] && i + 1 < size) {
		size_t n = text_control((const unsigned char *)s + i);

		out[i] = n ? '?' : s[i];
		i++;
		if (n == 2 && i + 1 < size)
			out[i++] = '?';
	}
	/* Not half a UTF-8 character at a forced end. */
	if (s[i] && ((unsigned char)s[i] & 0xc0) == 0x80) {
		while (i && ((unsigned char)out[i - 1] & 0xc0) == 0x80)
			i--;
		if (i && ((unsigned char)out[i - 1] & 0xc0) == 0xc0)
			i--;
	}
	out[i] = '\0';
	return out;
}
