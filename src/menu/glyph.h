/* glyph.h - one character of a text that nobody vouches for, as a terminal shows it
 *
 * Titles and command lines come from disks. What a terminal would act upon
 * (control characters, also as the UTF-8 forms of U+0080 to U+009F), what is no
 * UTF-8, and what changes the order or the presence of other characters
 * (U+202E and its like) is shown as '?'.
 */
#ifndef P2V_MENU_GLYPH_H
#define P2V_MENU_GLYPH_H

#include <stddef.h>
#include <stdint.h>

struct glyph {
	char text[5];     /* what to write, NUL-terminated; "?" in place of what must not be */
	size_t bytes;     /* of the input; at least 1 */
	unsigned columns; /* 0 for a combining mark, 2 for wide characters */
};

/* The character at the start of @s, which has @len bytes, at least one. */
struct glyph glyph_at(const char *s, size_t len);
/* Where the character before offset @at begins; 0 at the start. */
size_t glyph_before(const char *s, size_t at);
/* Bytes of a UTF-8 character that begins with @first: 1 to 4; 0: none does. */
size_t glyph_length(uint8_t first);

#endif
