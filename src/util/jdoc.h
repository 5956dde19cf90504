/* jdoc.h - JSON documents: building, printing, and reading with a schema
 *
 * The only user of jansson. Building needs no checks on the way: every setter
 * accepts a NULL document, jdoc_print() of NULL is NULL, and a member that
 * could not be allocated is missing, which the reader's schema then refuses.
 */
#ifndef P2V_UTIL_JDOC_H
#define P2V_UTIL_JDOC_H

#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jdoc; /* a JSON value */

struct jdoc *jdoc_object(void);
struct jdoc *jdoc_array(void);
void jdoc_free(struct jdoc *d);
void jdoc_freep(struct jdoc **d); /* for CLEANUP(jdoc_freep) */

/* Setters on an object. A NULL string leaves the key out; bytes that are not
 * UTF-8 are replaced by '?'. @child is consumed in every case. */
void jdoc_set_str(struct jdoc *o, const char *key, const char *value);
void jdoc_set_u64(struct jdoc *o, const char *key, uint64_t value); /* below 2^63 */
void jdoc_set_bool(struct jdoc *o, const char *key, bool value);
void jdoc_set_real(struct jdoc *o, const char *key, double value);
void jdoc_set(struct jdoc *o, const char *key, struct jdoc *child);
/* On an array. */
void jdoc_add(struct jdoc *array, struct jdoc *child);
void jdoc_add_str(struct jdoc *array, const char *value);

/* One line of text, owned by the caller; NULL when out of memory. */
char *jdoc_print(const struct jdoc *d);
/* The same, indented, for people. */
char *jdoc_print_pretty(const struct jdoc *d);

/* Decodes exactly one JSON object or array; refuses duplicate keys, NUL in
 * strings and invalid UTF-8. -EINVAL with @err set; *out is then NULL. */
int jdoc_parse(const void *bytes, size_t len, struct jdoc **out, struct err_text *err);

/* Reading with a schema. The first value that does not fit fills @err with
 * "WHAT: KEY must be ..." and makes every later get return its zero value, so
 * a decoder reads all its fields and looks at jread_ok() once. */
struct jread {
	const char *what; /* names the message in errors: "plan", "hello" */
	struct err_text err;
};

bool jread_ok(const struct jread *r);
/* A string of at most @max bytes; borrowed from the document. Never NULL: ""
 * after an error. The _opt form gives "" when the key is absent. */
const char *jread_str(struct jread *r, const struct jdoc *o, const char *key, size_t max);
const char *jread_str_opt(struct jread *r, const struct jdoc *o, const char *key, size_t max);
/* Copies into an array of @size bytes, terminated. */
void jread_str_into(struct jread *r, const struct jdoc *o, const char *key, char *out, size_t size);
uint64_t jread_u64(struct jread *r, const struct jdoc *o, const char *key, uint64_t min,
		   uint64_t max);
bool jread_bool(struct jread *r, const struct jdoc *o, const char *key);
/* @absent when the key is not there. */
bool jread_bool_opt(struct jread *r, const struct jdoc *o, const char *key, bool absent);
/* 2 * @len hex digits into @bytes (zeroed after an error). */
void jread_hex(struct jread *r, const struct jdoc *o, const char *key, void *bytes, size_t len);
/* An object or array member, borrowed; NULL after an error. */
const struct jdoc *jread_object(struct jread *r, const struct jdoc *o, const char *key);
/* NULL also when the key is absent. */
const struct jdoc *jread_object_opt(struct jread *r, const struct jdoc *o, const char *key);
const struct jdoc *jread_array(struct jread *r, const struct jdoc *o, const char *key,
			       size_t max_items);
size_t jdoc_length(const struct jdoc *array); /* 0 for NULL */
/* Items of an array; NULL when out of range or of another type. */
const struct jdoc *jdoc_item(const struct jdoc *array, size_t i);
const char *jdoc_item_str(const struct jdoc *array, size_t i);
/* Fails the reading for a reason of the caller's own (what the schema cannot
 * say); only the first one stays. */
void jread_fail(struct jread *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
