/* keys.c - see keys.h */
#include "menu/keys.h"
#include "menu/glyph.h"

#include <string.h>

#define KEYS_ESC 0x1b

static bool keys_done(struct keys *k, enum key_code code, struct key *out)
{
	k->n = 0;
	*out = (struct key){.code = code};
	return true;
}

static enum key_code keys_control(uint8_t byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		return KEY_ENTER;
	case '\t':
		return KEY_TAB;
	case 0x08:
	case 0x7f:
		return KEY_BACKSPACE;
	case 'A' & 0x1f:
		return KEY_HOME;
	case 'B' & 0x1f:
		return KEY_LEFT;
	case 'C' & 0x1f:
		return KEY_UNKNOWN;
	case 'D' & 0x1f:
		return KEY_DELETE;
	case 'E' & 0x1f:
		return KEY_END;
	case 'F' & 0x1f:
		return KEY_RIGHT;
	case 'K' & 0x1f:
		return KEY_CUT_END;
	case 'L' & 0x1f:
		return KEY_REDRAW;
	case 'N' & 0x1f:
		return KEY_DOWN;
	case 'P' & 0x1f:
		return KEY_UP;
	case 'U' & 0x1f:
		return KEY_CUT_START;
	case 'W' & 0x1f:
		return KEY_CUT_WORD;
	default:
		return KEY_UNKNOWN;
	}
}

/* "ESC [ 5 ~": the number names the key. */
static enum key_code keys_numbered(unsigned number)
{
	switch (number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_DELETE;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	default:
		return KEY_UNKNOWN;
	}
}

/* @modified: with Ctrl or Alt, "ESC [ 1 ; 5 C". */
static enum key_code keys_final(uint8_t final, unsigned number, bool modified)
{
	switch (final) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return modified ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return modified ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case 'M':
		return number ? KEY_UNKNOWN : KEY_ENTER; /* the keypad's, as "ESC O M" */
	case '~':
		return keys_numbered(number);
	default:
		return KEY_UNKNOWN;
	}
}

/* A sequence from "ESC [" or "ESC O" to its final byte. */
static enum key_code keys_sequence(const uint8_t *s, size_t n)
{
	unsigned number = 0;
	bool modified = false;

	/* The Linux console's function keys: "ESC [ [ A". Nothing else has a
	 * second bracket. */
	if (s[2] == '[' || (s[1] == '[' && s[n - 1] == 'M'))
		return KEY_UNKNOWN;
	for (size_t i = 2; i + 1 < n; i++) {
		if (s[i] == ';')
			modified = true;
		else if (s[i] < '0' || s[i] > '9')
			return KEY_UNKNOWN;
		else if (!modified)
			number = (number * 10 + (unsigned)(s[i] - '0')) % 1000;
	}
	return keys_final(s[n - 1], number, modified);
}

/* The second byte after ESC, when no sequence follows: Alt and a key. */
static enum key_code keys_alt(uint8_t byte)
{
	switch (byte) {
	case 'b':
		return KEY_WORD_LEFT;
	case 'f':
		return KEY_WORD_RIGHT;
	case 0x08:
	case 0x7f:
		return KEY_CUT_WORD;
	default:
		return KEY_UNKNOWN;
	}
}

static bool keys_in_escape(struct keys *k, uint8_t byte, struct key *out)
{
	if (byte == KEYS_ESC) {
		/* The one before was a key of its own, or a sequence that broke off. */
		enum key_code code = k->n == 1 ? KEY_ESCAPE : KEY_UNKNOWN;

		keys_done(k, code, out);
		k->seen[k->n++] = byte;
		return true;
	}
	if (k->n == 1) {
		if (byte != '[' && byte != 'O')
			return keys_done(k, keys_alt(byte), out);
		k->seen[k->n++] = byte;
		return false;
	}
	if (byte < 0x20 || byte > 0x7e)
		return keys_done(k, KEY_UNKNOWN, out);
	/* What is too long is still read to its end, so that its rest is not
	 * taken for keys. */
	if (k->n < sizeof(k->seen))
		k->seen[k->n++] = byte;
	if (byte < 0x40 || (k->n == 3 && byte == '[' && k->seen[1] == '['))
		return false;
	return keys_done(k, k->n < sizeof(k->seen) ? keys_sequence(k->seen, k->n) : KEY_UNKNOWN,
			 out);
}

/* A character of several bytes, which may turn out to be none. */
static bool keys_in_text(struct keys *k, uint8_t byte, struct key *out)
{
	size_t want = glyph_length(k->n ? k->seen[0] : byte);
	struct glyph g;

	k->seen[k->n++] = byte;
	if (k->n < want)
		return false;
	g = glyph_at((const char *)k->seen, k->n);
	if (g.bytes != k->n || !strcmp(g.text, "?"))
		return keys_done(k, KEY_UNKNOWN, out);
	keys_done(k, KEY_TEXT, out);
	memcpy(out->text, g.text, sizeof(out->text));
	return true;
}

bool keys_feed(struct keys *k, uint8_t byte, struct key *out)
{
	bool after_cr = k->after_cr;

	k->after_cr = byte == '\r';
	if (k->n && k->seen[0] == KEYS_ESC)
		return keys_in_escape(k, byte, out);
	if (k->n && (byte & 0xc0) == 0x80)
		return keys_in_text(k, byte, out);
	k->n = 0; /* a character that broke off: nothing that anybody meant */
	/* A line that is not connected sends NULs; some terminal servers send
	 * CR LF for one key. */
	if (!byte || (byte == '\n' && after_cr))
		return false;
	if (byte == KEYS_ESC) {
		k->seen[k->n++] = byte;
		return false;
	}
	if (byte < 0x20 || byte == 0x7f)
		return keys_done(k, keys_control(byte), out);
	if (byte == '?') {
		keys_done(k, KEY_TEXT, out);
		out->text[0] = '?';
		return true;
	}
	return keys_in_text(k, byte, out);
}

bool keys_pending(const struct keys *k)
{
	return k->n > 0;
}

bool keys_expire(struct keys *k, struct key *out)
{
	if (!k->n)
		return false;
	return keys_done(k, k->n == 1 && k->seen[0] == KEYS_ESC ? KEY_ESCAPE : KEY_UNKNOWN, out);
}
