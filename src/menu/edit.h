/* edit.h - one line of text that is being edited
 *
 * The text is kept as it is, whatever bytes it has; what it looks like is
 * glyph.h's affair. A move is by a whole character.
 */
#ifndef P2V_MENU_EDIT_H
#define P2V_MENU_EDIT_H

#include "menu/keys.h"

#include <stdbool.h>
#include <stddef.h>

#define EDIT_MAX 65535u /* bytes; no kernel takes more */

struct edit {
	char *text; /* owned, NUL-terminated; NULL: nothing is edited */
	size_t len, cursor;
};

/* Begins with @text and the cursor at its end. 0, -ENOMEM, -E2BIG. */
int edit_begin(struct edit *e, const char *text);
/* Applies a key; false when it is none that edits a line, or there is no room. */
bool edit_key(struct edit *e, const struct key *key);
void edit_release(struct edit *e);

#endif
