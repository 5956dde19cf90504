/* member.h - members that several messages have, on top of jdoc.h
 *
 * For src/plan and src/wire. Text that a machine found on a disk or got from its peer
 * ends up on somebody's terminal. So it is made printable twice: by the sender,
 * whose text then fits the schema, and by the receiver, who trusts nobody.
 */
#ifndef P2V_UTIL_MEMBER_H
#define P2V_UTIL_MEMBER_H

#include "util/digest.h"
#include "util/err.h"
#include "util/jdoc.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>

/* @text with control characters replaced by '?'. */
void member_set_text(struct jdoc *o, const char *key, const char *text);
/* Lower-case hex. */
void member_set_hex(struct jdoc *o, const char *key, const void *bytes, size_t len);
void member_set_digest(struct jdoc *o, const char *key, const struct digest *d);
/* An array of at most @max_items printable lines, each cut to @max_bytes. When
 * there are more, the last one says how many. */
void member_set_lines(struct jdoc *o, const char *key, const struct strv *lines, size_t max_items,
		      size_t max_bytes);

/* A string into an array of @size bytes, control characters replaced. */
void member_text(struct jread *r, const struct jdoc *o, const char *key, char *out, size_t size);
/* The same, but a control character is an error: for names that are acted upon. */
void member_name(struct jread *r, const struct jdoc *o, const char *key, char *out, size_t size);
/* The same, and of letters, digits and the characters of @more only; it does not
 * begin with '-' or '.', so that it is fit as an argument or a file name. */
void member_word(struct jread *r, const struct jdoc *o, const char *key, const char *more,
		 char *out, size_t size);
struct digest member_digest(struct jread *r, const struct jdoc *o, const char *key);
/* An array of at most @max_items strings of at most @max_bytes each; appended to
 * @out, control characters replaced. */
void member_lines(struct jread *r, const struct jdoc *o, const char *key, size_t max_items,
		  size_t max_bytes, struct strv *out);

/* What a decoder returns: 0, or @code with the reading's error in @err. */
int member_result(const struct jread *r, int code, struct err_text *err);

#endif
