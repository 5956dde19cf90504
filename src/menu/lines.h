/* lines.h - texts of unknown origin, cut into lines of a terminal
 *
 * Every line that these functions make is safe to write (see glyph.h) and at
 * most @cols columns wide.
 */
#ifndef P2V_MENU_LINES_H
#define P2V_MENU_LINES_H

#include "bootconf/entry.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>

#define LINES_MAX_COLS 250u                       /* what is drawn of a wider terminal */
#define LINES_BYTES    (LINES_MAX_COLS * 3u * 4u) /* a line: a character and two marks each */

/* As much of @text as fits in @cols columns; returns the bytes of @text taken.
 * @out holds LINES_BYTES + 1 bytes. */
size_t lines_fit(const char *text, size_t len, unsigned cols, char *out);
/* Appends @text, cut wherever a line is full. 0 or -ENOMEM. */
int lines_wrap(struct strv *lines, const char *text, unsigned cols);
/* Appends everything that is known of an entry. */
int lines_details(struct strv *lines, const struct boot_entry *e, const char *cmdline,
		  unsigned cols);
/* Where the character at byte @at of @text is shown when it is wrapped, and the
 * other way round: the byte that is shown at a place, or the nearest. */
void lines_place(const char *text, size_t at, unsigned cols, size_t *row, unsigned *col);
size_t lines_offset(const char *text, size_t row, unsigned col, unsigned cols);

#endif
