/* progress_view.h - how far a pass is, as numbers and as a line (pure)
 */
#ifndef P2V_PUSH_PROGRESS_VIEW_H
#define P2V_PUSH_PROGRESS_VIEW_H

#include <stddef.h>
#include <stdint.h>

/* What the line shows. Bytes; rates are bytes per second. */
struct progress_view {
	uint64_t total; /* used bytes of this pass */
	uint64_t done;
	uint64_t wire; /* sent for them */
	double rate, wire_rate;
	unsigned connections;
	int level; /* compression in use; 0: raw */
};

/* At most @width columns (ASCII), as many parts as fit.
 * Returns @out. */
const char *progress_view_format(const struct progress_view *v, unsigned width, char *out,
				 size_t size);
/* Seconds until the end at the present rate; UINT64_MAX when unknown. */
uint64_t progress_view_eta(const struct progress_view *v);

#endif
