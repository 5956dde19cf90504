/* text.h - numbers and identifiers as people and scripts write them */
#ifndef P2V_UTIL_TEXT_H
#define P2V_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "1.5 GiB", "734 MiB", "512 B" into @out (at least 16 bytes); returns @out. */
const char *text_size(uint64_t bytes, char *out, size_t size);
/* "1h02m", "3m20s", "12s" into @out (at least 16 bytes); returns @out. */
const char *text_duration(uint64_t seconds, char *out, size_t size);
/* Lower-case hex; @out holds 2 * len + 1 bytes. */
void text_to_hex(const void *bytes, size_t len, char *out);
/* Exactly 2 * @len hex digits into @bytes. False for anything else. */
bool text_from_hex(const char *hex, void *bytes, size_t len);
/* A whole decimal number in [min, max]; no sign, no blanks. */
bool text_to_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
/* Copies at most size-1 bytes and terminates; true when all of it fitted. */
bool text_copy(char *out, size_t size, const char *s);
/* Copies @s and replaces control characters, also DEL and the UTF-8 forms of
 * U+0080 to U+009F, by one '?' for each byte, so that text from a disk or from
 * the peer can be shown on a terminal. What does not fit is cut off between two
 * characters. @out may be @s. Returns @out. */
const char *text_printable(const char *s, char *out, size_t size);

#endif
