/* jdoc.c - see jdoc.h. A struct jdoc is jansson's json_t under another name. */
#include "util/jdoc.h"
#include "util/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *jdoc_j(const struct jdoc *d)
{
	return (json_t *)(uintptr_t)d;
}

static struct jdoc *jdoc_d(json_t *j)
{
	return (struct jdoc *)j;
}

struct jdoc *jdoc_object(void)
{
	return jdoc_d(json_object());
}

struct jdoc *jdoc_array(void)
{
	return jdoc_d(json_array());
}

void jdoc_free(struct jdoc *d)
{
	json_decref(jdoc_j(d));
}

void jdoc_freep(struct jdoc **d)
{
	jdoc_free(*d);
}

/* Labels and names from disks are bytes of any kind; JSON has UTF-8 only. */
static json_t *jdoc_string(const char *value)
{
	json_t *j = json_string(value);
	char *ascii;

	if (j)
		return j;
	ascii = strdup(value);
	if (!ascii)
		return NULL;
	for (char *p = ascii; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	j = json_string(ascii);
	free(ascii);
	return j;
}

void jdoc_set_str(struct jdoc *o, const char *key, const char *value)
{
	if (o && value)
		json_object_set_new(jdoc_j(o), key, jdoc_string(value));
}

void jdoc_set_u64(struct jdoc *o, const char *key, uint64_t value)
{
	if (o)
		json_object_set_new(jdoc_j(o), key, json_integer((json_int_t)value));
}

void jdoc_set_bool(struct jdoc *o, const char *key, bool value)
{
	if (o)
		json_object_set_new(jdoc_j(o), key, json_boolean(value));
}

void jdoc_set_real(struct jdoc *o, const char *key, double value)
{
	if (o)
		json_object_set_new(jdoc_j(o), key, json_real(value));
}

void jdoc_set(struct jdoc *o, const char *key, struct jdoc *child)
{
	if (o)
		json_object_set_new(jdoc_j(o), key, jdoc_j(child));
	else
		jdoc_free(child);
}

void jdoc_add(struct jdoc *array, struct jdoc *child)
{
	if (array)
		json_array_append_new(jdoc_j(array), jdoc_j(child));
	else
		jdoc_free(child);
}

void jdoc_add_str(struct jdoc *array, const char *value)
{
	if (array)
		json_array_append_new(jdoc_j(array), jdoc_string(value));
}

char *jdoc_print(const struct jdoc *d)
{
	return d ? json_dumps(jdoc_j(d), JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
}

char *jdoc_print_pretty(const struct jdoc *d)
{
	return d ? json_dumps(jdoc_j(d), JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
}

int jdoc_parse(const void *bytes, size_t len, struct jdoc **out, struct err_text *err)
{
	json_error_t e;
	json_t *j = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &e);

	*out = jdoc_d(j);
	if (!j)
		return err_set(err, -EINVAL, "not valid JSON: %s at byte %d", e.text, e.position);
	return 0;
}

bool jread_ok(const struct jread *r)
{
	return !r->err.text[0];
}

void jread_fail(struct jread *r, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&r->err, 0, "%s: %s", r->what, text);
}

static json_t *jread_member(struct jread *r, const struct jdoc *o, const char *key)
{
	json_t *j;

	if (!jread_ok(r))
		return NULL;
	if (!o || !json_is_object(jdoc_j(o))) {
		jread_fail(r, "must be an object");
		return NULL;
	}
	j = json_object_get(jdoc_j(o), key);
	return j;
}

static const char *jread_text(struct jread *r, json_t *j, const char *key, size_t max)
{
	if (!jread_ok(r))
		return "";
	if (!j || !json_is_string(j)) {
		jread_fail(r, "%s must be a string", key);
		return "";
	}
	if (json_string_length(j) > max) {
		jread_fail(r, "%s is longer than %zu bytes", key, max);
		return "";
	}
	return json_string_value(j);
}

const char *jread_str(struct jread *r, const struct jdoc *o, const char *key, size_t max)
{
	json_t *j = jread_member(r, o, key);

	return jread_text(r, j, key, max);
}

const char *jread_str_opt(struct jread *r, const struct jdoc *o, const char *key, size_t max)
{
	json_t *j = jread_member(r, o, key);

	return j ? jread_text(r, j, key, max) : "";
}

void jread_str_into(struct jread *r, const struct jdoc *o, const char *key, char *out, size_t size)
{
	text_copy(out, size, jread_str(r, o, key, size - 1));
}

uint64_t jread_u64(struct jread *r, const struct jdoc *o, const char *key, uint64_t min,
		   uint64_t max)
{
	json_t *j = jread_member(r, o, key);
	json_int_t v;

	if (!jread_ok(r))
		return 0;
	v = j && json_is_integer(j) ? json_integer_value(j) : -1;
	if (v < 0 || (uint64_t)v < min || (uint64_t)v > max) {
		jread_fail(r, "%s must be a number from %llu to %llu", key, (unsigned long long)min,
			   (unsigned long long)max);
		return 0;
	}
	return (uint64_t)v;
}

bool jread_bool(struct jread *r, const struct jdoc *o, const char *key)
{
	json_t *j = jread_member(r, o, key);

	if (jread_ok(r) && (!j || !json_is_boolean(j)))
		jread_fail(r, "%s must be true or false", key);
	return jread_ok(r) && json_is_true(j);
}

bool jread_bool_opt(struct jread *r, const struct jdoc *o, const char *key, bool absent)
{
	json_t *j = jread_member(r, o, key);

	if (!j)
		return absent;
	if (!json_is_boolean(j))
		jread_fail(r, "%s must be true or false", key);
	return json_is_true(j);
}

void jread_hex(struct jread *r, const struct jdoc *o, const char *key, void *bytes, size_t len)
{
	const char *hex = jread_str(r, o, key, 2 * len);

	if (jread_ok(r) && text_from_hex(hex, bytes, len))
		return;
	jread_fail(r, "%s must be %zu hex digits", key, 2 * len);
	memset(bytes, 0, len);
}

const struct jdoc *jread_object(struct jread *r, const struct jdoc *o, const char *key)
{
	json_t *j = jread_member(r, o, key);

	if (jread_ok(r) && (!j || !json_is_object(j)))
		jread_fail(r, "%s must be an object", key);
	return jread_ok(r) ? jdoc_d(j) : NULL;
}

const struct jdoc *jread_object_opt(struct jread *r, const struct jdoc *o, const char *key)
{
	return jread_member(r, o, key) ? jread_object(r, o, key) : NULL;
}

const struct jdoc *jread_array(struct jread *r, const struct jdoc *o, const char *key,
			       size_t max_items)
{
	json_t *j = jread_member(r, o, key);

	if (!jread_ok(r))
		return NULL;
	if (!j || !json_is_array(j) || json_array_size(j) > max_items) {
		jread_fail(r, "%s must be an array of at most %zu items", key, max_items);
		return NULL;
	}
	return jdoc_d(j);
}

size_t jdoc_length(const struct jdoc *array)
{
	return array ? json_array_size(jdoc_j(array)) : 0;
}

const struct jdoc *jdoc_item(const struct jdoc *array, size_t i)
{
	return array ? jdoc_d(json_array_get(jdoc_j(array), i)) : NULL;
}

const char *jdoc_item_str(const struct jdoc *array, size_t i)
{
	return array ? json_string_value(json_array_get(jdoc_j(array), i)) : NULL;
}
