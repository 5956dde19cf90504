/* edit.c - see edit.h */
#include "menu/edit.h"
#include "menu/glyph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int edit_begin(struct edit *e, const char *text)
{
	size_t len = strlen(text);
	char *copy;

	if (len > EDIT_MAX)
		return -E2BIG;
	copy = malloc(EDIT_MAX + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len + 1);
	edit_release(e);
	*e = (struct edit){.text = copy, .len = len, .cursor = len};
	return 0;
}

void edit_release(struct edit *e)
{
	free(e->text);
	*e = (struct edit){0};
}

static bool edit_insert(struct edit *e, const char *text)
{
	size_t n = strlen(text);

	if (n > EDIT_MAX - e->len)
		return false;
	memmove(e->text + e->cursor + n, e->text + e->cursor, e->len - e->cursor + 1);
	memcpy(e->text + e->cursor, text, n);
	e->len += n;
	e->cursor += n;
	return true;
}

/* Takes out what is between two offsets; the cursor stays where it was cut. */
static void edit_cut(struct edit *e, size_t from, size_t to)
{
	memmove(e->text + from, e->text + to, e->len - to + 1);
	e->len -= to - from;
	e->cursor = from;
}

static size_t edit_next(const struct edit *e)
{
	if (e->cursor == e->len)
		return e->len;
	return e->cursor + glyph_at(e->text + e->cursor, e->len - e->cursor).bytes;
}

static size_t edit_word_left(const struct edit *e)
{
	size_t at = e->cursor;

	while (at && e->text[at - 1] == ' ')
		at--;
	while (at && e->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t edit_word_right(const struct edit *e)
{
	size_t at = e->cursor;

	while (at < e->len && e->text[at] == ' ')
		at++;
	while (at < e->len && e->text[at] != ' ')
		at++;
	return at;
}

bool edit_key(struct edit *e, const struct key *key)
{
	switch (key->code) {
	case KEY_TEXT:
		return edit_insert(e, key->text);
	case KEY_LEFT:
		e->cursor = glyph_before(e->text, e->cursor);
		return true;
	case KEY_RIGHT:
		e->cursor = edit_next(e);
		return true;
	case KEY_HOME:
		e->cursor = 0;
		return true;
	case KEY_END:
		e->cursor = e->len;
		return true;
	case KEY_WORD_LEFT:
		e->cursor = edit_word_left(e);
		return true;
	case KEY_WORD_RIGHT:
		e->cursor = edit_word_right(e);
		return true;
	case KEY_BACKSPACE:
		edit_cut(e, glyph_before(e->text, e->cursor), e->cursor);
		return true;
	case KEY_DELETE:
		edit_cut(e, e->cursor, edit_next(e));
		return true;
	case KEY_CUT_WORD:
		edit_cut(e, edit_word_left(e), e->cursor);
		return true;
	case KEY_CUT_START:
		edit_cut(e, 0, e->cursor);
		return true;
	case KEY_CUT_END:
		edit_cut(e, e->cursor, e->len);
		return true;
	default:
		return false;
	}
}
