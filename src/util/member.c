/* member.c - see member.h */
#include "util/member.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* At most @max bytes of @s with control characters replaced; owned, NULL when
 * out of memory. */
static char *member_printable(const char *s, size_t max)
{
	size_t size = strnlen(s, max) + 1;
	char *out = malloc(size);

	if (out)
		text_printable(s, out, size);
	return out;
}

static bool member_is_printable(const char *s)
{
	CLEANUP_FREE char *copy = member_printable(s, PTRDIFF_MAX);

	return copy && !strcmp(copy, s);
}

void member_set_text(struct jdoc *o, const char *key, const char *text)
{
	CLEANUP_FREE char *copy = member_printable(text, PTRDIFF_MAX);

	jdoc_set_str(o, key, copy);
}

void member_set_hex(struct jdoc *o, const char *key, const void *bytes, size_t len)
{
	CLEANUP_FREE char *hex = malloc(2 * len + 1);

	if (hex)
		text_to_hex(bytes, len, hex);
	jdoc_set_str(o, key, hex);
}

void member_set_digest(struct jdoc *o, const char *key, const struct digest *d)
{
	member_set_hex(o, key, d->bytes, sizeof(d->bytes));
}

void member_set_lines(struct jdoc *o, const char *key, const struct strv *lines, size_t max_items,
		      size_t max_bytes)
{
	struct jdoc *array = jdoc_array();
	size_t n = lines->n <= max_items ? lines->n : max_items - 1;

	for (size_t i = 0; i < n; i++) {
		CLEANUP_FREE char *copy = member_printable(lines->v[i], max_bytes);

		if (!copy) {
			jdoc_free(array);
			return; /* a missing key is refused; a missing line would not be */
		}
		jdoc_add_str(array, copy);
	}
	if (n < lines->n) {
		char more[48];

		snprintf(more, sizeof(more), "and %zu more", lines->n - n);
		jdoc_add_str(array, more);
	}
	jdoc_set(o, key, array);
}

void member_text(struct jread *r, const struct jdoc *o, const char *key, char *out, size_t size)
{
	text_printable(jread_str(r, o, key, size - 1), out, size);
}

void member_name(struct jread *r, const struct jdoc *o, const char *key, char *out, size_t size)
{
	const char *s = jread_str(r, o, key, size - 1);

	out[0] = '\0';
	if (member_is_printable(s))
		text_copy(out, size, s);
	else
		jread_fail(r, "%s has control characters in it", key);
}

static bool member_word_char(char c, const char *more)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       strchr(more, c);
}

void member_word(struct jread *r, const struct jdoc *o, const char *key, const char *more,
		 char *out, size_t size)
{
	const char *s = jread_str(r, o, key, size - 1);
	bool fit = s[0] != '-' && s[0] != '.';

	for (const char *p = s; *p && fit; p++)
		fit = member_word_char(*p, more);
	out[0] = '\0';
	if (fit)
		text_copy(out, size, s);
	else
		jread_fail(r, "%s has characters that are not allowed in it", key);
}

struct digest member_digest(struct jread *r, const struct jdoc *o, const char *key)
{
	struct digest d = {0};

	jread_hex(r, o, key, d.bytes, sizeof(d.bytes));
	return d;
}

void member_lines(struct jread *r, const struct jdoc *o, const char *key, size_t max_items,
		  size_t max_bytes, struct strv *out)
{
	const struct jdoc *array = jread_array(r, o, key, max_items);

	for (size_t i = 0; i < jdoc_length(array); i++) {
		const char *s = jdoc_item_str(array, i);
		CLEANUP_FREE char *copy = NULL;

		if (!s || strlen(s) > max_bytes) {
			jread_fail(r, "%s must have strings of at most %zu bytes", key, max_bytes);
			return;
		}
		copy = member_printable(s, PTRDIFF_MAX);
		if (!copy || strv_add(out, copy) < 0) {
			jread_fail(r, "no memory for %s", key);
			return;
		}
	}
}

int member_result(const struct jread *r, int code, struct err_text *err)
{
	return jread_ok(r) ? 0 : err_set(err, code, "%s", r->err.text);
}
