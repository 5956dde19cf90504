/* version.c - see version.h
 *
 * isdigit() and isalpha() would ask the locale; a boot loader has none.
 */
#include "bootconf/version.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool version_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool version_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int version_sign(int difference)
{
	return (difference > 0) - (difference < 0);
}

static size_t version_span(const char *s, const char *end, bool (*is)(char c))
{
	size_t n = 0;

	while (s + n < end && is(s[n]))
		n++;
	return n;
}

/* Two stretches of bytes as strcmp would see them. */
static int version_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int r = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return r ? version_sign(r) : (a_len > b_len) - (a_len < b_len);
}

/* Two numbers of any length; no digit at all is 0. */
static int version_number(const char *a, size_t a_len, const char *b, size_t b_len)
{
	for (; a_len && *a == '0'; a_len--)
		a++;
	for (; b_len && *b == '0'; b_len--)
		b++;
	if (a_len != b_len)
		return a_len > b_len ? 1 : -1;
	return version_sign(memcmp(a, b, a_len));
}

static bool version_uapi_char(char c)
{
	return version_digit(c) || version_alpha(c) || (c && strchr("~-^.", c));
}

/* The one that has the mark where the other has something else is older. */
static int version_uapi_mark(char mark, const char **a, const char **b)
{
	if (**a != mark && **b != mark)
		return 0;
	if (**a != **b)
		return **a == mark ? -1 : 1;
	(*a)++;
	(*b)++;
	return 0;
}

static int version_uapi_marks(const char **a, const char **b)
{
	int r = version_uapi_mark('-', a, b);

	if (!r)
		r = version_uapi_mark('^', a, b);
	if (!r)
		r = version_uapi_mark('.', a, b);
	return r;
}

int version_compare_uapi(const char *a, const char *b)
{
	a = a ? a : "";
	b = b ? b : "";
	for (;;) {
		const char *a_end = a + strlen(a), *b_end = b + strlen(b);
		bool number;
		size_t m, n;
		int r;

		while (*a && !version_uapi_char(*a))
			a++;
		while (*b && !version_uapi_char(*b))
			b++;
		r = version_uapi_mark('~', &a, &b);
		if (r)
			return r;
		if (!*a || !*b)
			return (*a != '\0') - (*b != '\0');
		r = version_uapi_marks(&a, &b);
		if (r)
			return r;
		number = version_digit(*a) || version_digit(*b);
		m = version_span(a, a_end, number ? version_digit : version_alpha);
		n = version_span(b, b_end, number ? version_digit : version_alpha);
		/* A number is newer than letters. */
		r = number ? (m != 0) - (n != 0) : version_bytes(a, m, b, n);
		if (!r && number)
			r = version_number(a, m, b, n);
		if (r)
			return r;
		a += m;
		b += n;
	}
}

static bool version_rpm_char(char c)
{
	return version_digit(c) || version_alpha(c) || c == '~' || c == '^';
}

/* "~" and "^" where at least one of both has one: 1 or -1, or 0 and both are
 * skipped. */
static int version_rpm_mark(const char **a, const char *a_end, const char **b, const char *b_end)
{
	char x = *a < a_end ? **a : '\0', y = *b < b_end ? **b : '\0';

	if (x == '~' || y == '~') {
		if (x != y)
			return x == '~' ? -1 : 1;
	} else if (x != y) {
		/* A caret is newer than the end, and older than anything else. */
		if (!x || !y)
			return x ? 1 : -1;
		return x == '^' ? -1 : 1;
	}
	(*a)++;
	(*b)++;
	return 0;
}

static int version_rpm_span(const char *a, const char *a_end, const char *b, const char *b_end)
{
	while (a < a_end || b < b_end) {
		bool number;
		size_t m, n;
		int r;

		while (a < a_end && !version_rpm_char(*a))
			a++;
		while (b < b_end && !version_rpm_char(*b))
			b++;
		if ((a < a_end && strchr("~^", *a)) || (b < b_end && strchr("~^", *b))) {
			r = version_rpm_mark(&a, a_end, &b, b_end);
			if (r)
				return r;
			continue;
		}
		if (a == a_end || b == b_end)
			break;
		number = version_digit(*a);
		m = version_span(a, a_end, number ? version_digit : version_alpha);
		n = version_span(b, b_end, number ? version_digit : version_alpha);
		if (!n) /* a number is newer than letters */
			return number ? 1 : -1;
		r = number ? version_number(a, m, b, n) : version_bytes(a, m, b, n);
		if (r)
			return r;
		a += m;
		b += n;
	}
	return (a < a_end) - (b < b_end);
}

int version_compare_rpm(const char *a, const char *b)
{
	a = a ? a : "";
	b = b ? b : "";
	return version_rpm_span(a, a + strlen(a), b, b + strlen(b));
}

/* Where the part before @end begins; @rest: where the part before that ends. */
static const char *version_nvr_cut(const char *s, const char *end, const char **rest)
{
	const char *p = end;

	while (p > s && p[-1] != '-')
		p--;
	*rest = p > s ? p - 1 : s;
	return p;
}

int version_compare_nvr(const char *a, const char *b)
{
	const char *a_end, *b_end, *a_version, *b_version, *a_release, *b_release;
	const char *a_cut, *b_cut, *a_name, *b_name;
	int r;

	a = a ? a : "";
	b = b ? b : "";
	a_end = a + strlen(a);
	b_end = b + strlen(b);
	a_release = version_nvr_cut(a, a_end, &a_cut);
	b_release = version_nvr_cut(b, b_end, &b_cut);
	a_version = version_nvr_cut(a, a_cut, &a_name);
	b_version = version_nvr_cut(b, b_cut, &b_name);
	r = version_rpm_span(a, a_name, b, b_name);
	if (!r)
		r = version_rpm_span(a_version, a_cut, b_version, b_cut);
	return r ? r : version_rpm_span(a_release, a_end, b_release, b_end);
}

/* A byte's weight between digits: "~", the end, letters, all others. */
static int version_file_weight(char c)
{
	if (!c || version_digit(c))
		return 0;
	if (version_alpha(c))
		return (unsigned char)c;
	return c == '~' ? -1 : (unsigned char)c + 256;
}

static int version_file_span(const char *a, const char *a_end, const char *b, const char *b_end)
{
	while (a < a_end || b < b_end) {
		size_t m, n;
		int r;

		while ((a < a_end && !version_digit(*a)) || (b < b_end && !version_digit(*b))) {
			r = version_file_weight(a < a_end ? *a : '\0') -
			    version_file_weight(b < b_end ? *b : '\0');
			if (r)
				return version_sign(r);
			a += a < a_end;
			b += b < b_end;
		}
		m = version_span(a, a_end, version_digit);
		n = version_span(b, b_end, version_digit);
		r = version_number(a, m, b, n);
		if (r)
			return r;
		a += m;
		b += n;
	}
	return 0;
}

/* The end of @s without its suffixes: (\.[A-Za-z~][A-Za-z0-9~]*)*$ */
static const char *version_file_stem(const char *s)
{
	const char *stem = NULL;

	for (; *s; s++) {
		bool dot = *s == '.' && (version_alpha(s[1]) || s[1] == '~');

		if (dot && !stem)
			stem = s;
		if (dot)
			s++;
		else if (!version_alpha(*s) && !version_digit(*s) && *s != '~')
			stem = NULL;
	}
	return stem ? stem : s;
}

int version_compare_file(const char *a, const char *b)
{
	int r;

	a = a ? a : "";
	b = b ? b : "";
	r = version_file_span(a, version_file_stem(a), b, version_file_stem(b));
	return r ? r : version_file_span(a, a + strlen(a), b, b + strlen(b));
}
