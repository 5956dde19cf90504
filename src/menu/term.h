/* term.h - the terminal: raw mode, its size, signals
 *
 * Signals are read from a descriptor, so that none can come in between and
 * leave the terminal in raw mode.
 */
#ifndef P2V_MENU_TERM_H
#define P2V_MENU_TERM_H

#include "menu/draw.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct term {
	int in;
	int out;     /* owned */
	int signals; /* owned: signalfd */
	sigset_t mask;
	struct termios saved;
	bool raw;
	struct draw_screen *shown; /* owned; NULL: not known */
	struct draw_screen *next;  /* owned: to be drawn into */
};

enum term_event {
	TERM_TIMEOUT,
	TERM_INPUT,
	TERM_RESIZED,
	TERM_RESUMED, /* after a stop: draw everything again */
	TERM_END,     /* hung up, or a signal that ends the program */
};

/* Is this a terminal that understands control sequences? */
bool term_capable(int in, int out, const char *name);
/* @screen: raw mode, and a screen of its own; else only the signals are caught.
 * 0 or -errno. In both cases term_close() it. */
int term_open(struct term *t, int in, int out, bool screen);
void term_close(struct term *t);
/* 24 x 80 where nobody knows, as on a serial line. */
void term_size(const struct term *t, unsigned *rows, unsigned *cols);
/* Shows t->next. A terminal that takes nothing is not waited for. */
void term_show(struct term *t);
/* Text as it is; the rest is dropped when the terminal takes nothing. */
void term_write(struct term *t, const char *text, size_t len);
void term_forget(struct term *t);
/* Waits for at most @ms (-1: for ever). *signo is set with TERM_END. */
enum term_event term_wait(struct term *t, int ms, int *signo);

#endif
