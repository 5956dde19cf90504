/* keys.h - bytes from a terminal, as keys
 *
 * Without terminfo: what the terminals of this century send for a key is the
 * same but for a handful of variants, and all of them are known here (xterm,
 * the Linux console, vt220, rxvt, tmux and screen). Format: ECMA-48 control
 * sequences, "ESC [ parameters final", and the application keypad's "ESC O X".
 *
 * A lone ESC is told from the start of a sequence by time: the caller waits
 * KEYS_WAIT_MS for more while keys_pending(), then calls keys_expire().
 */
#ifndef P2V_MENU_KEYS_H
#define P2V_MENU_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_WAIT_MS 200 /* a slow link may deliver a sequence in pieces */

enum key_code {
	KEY_UNKNOWN, /* a key without a meaning here; it still shows that somebody is there */
	KEY_TEXT,
	KEY_ENTER,
	KEY_ESCAPE,
	KEY_TAB,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_WORD_LEFT,
	KEY_WORD_RIGHT,
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_CUT_WORD,  /* ^W: the word before the cursor */
	KEY_CUT_START, /* ^U: everything before it */
	KEY_CUT_END,   /* ^K: everything behind it */
	KEY_REDRAW,    /* ^L */
};

struct key {
	enum key_code code;
	char text[5]; /* KEY_TEXT: one UTF-8 character, NUL-terminated */
};

struct keys {
	uint8_t seen[32]; /* an unfinished sequence */
	size_t n;
	bool after_cr;
};

/* True when @byte completes a key, which is then in @out. */
bool keys_feed(struct keys *k, uint8_t byte, struct key *out);
bool keys_pending(const struct keys *k);
/* Nothing came in time: true when what there is makes a key. */
bool keys_expire(struct keys *k, struct key *out);

#endif
