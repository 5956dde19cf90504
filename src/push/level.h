/* level.h - how hard to compress: the level follows what the push is waiting for
 *
 * Pure: windows of measurements go in, a level comes out. Data that
 * does not shrink at any level is found by level_skip().
 */
#ifndef P2V_PUSH_LEVEL_H
#define P2V_PUSH_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

/* What all workers did between two decisions. */
struct level_window {
	uint64_t wall_ns;    /* length of the window */
	uint64_t blocked_ns; /* of all workers together: waiting inside a write */
	uint64_t worker_ns;  /* of all workers together: wall time */
	uint64_t data_bytes; /* before compression */
};

struct level {
	unsigned step;      /* index into the ladder of levels */
	unsigned back;      /* the step before a trial */
	bool trial;         /* the last decision was a step that has to prove itself */
	double before;      /* data bytes per second before that trial */
	unsigned hold;      /* windows to wait before the next trial */
	unsigned next_hold; /* grows with each trial that did not help */
};

void level_start(struct level *l);
/* Takes a window into account; returns the zstd level to use from now on, or 0 for
 * none. */
int level_update(struct level *l, const struct level_window *w);
int level_value(const struct level *l);

/* Chunks that did not shrink make it likely that the next ones do not either:
 * how many to send raw without trying, after @in_row of them. */
unsigned level_skip(unsigned in_row);

#endif
