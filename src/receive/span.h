/* span.h - the runs of a chunk as pieces of output (pure)
 *
 * Runs that touch are written in one call: data runs from the chunk's data, zero
 * runs between them from a block of zeros, so that a file system's small holes
 * cost no call of their own. Only a long zero run becomes a span by itself, for
 * the device's own zeroing. Runs that are kept as they were are in no span.
 */
#ifndef P2V_RECEIVE_SPAN_H
#define P2V_RECEIVE_SPAN_H

#include "wire/chunk.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#define SPAN_MAX_PIECES 512
#define SPAN_LONG_ZERO  (256u << 10) /* bytes; shorter zero runs are written */

struct span {
	uint32_t offset; /* bytes from the start of the chunk */
	uint32_t length; /* bytes */
	bool zero;       /* one long zero run; no pieces */
	int count;
	struct iovec pieces[SPAN_MAX_PIECES]; /* point into the memory given below */
};

struct span_cursor {
	const struct chunk *chunk;
	uint8_t *data;  /* the data runs, one after another */
	uint8_t *zeros; /* SPAN_LONG_ZERO bytes shared by all zero runs */
	uint32_t next;  /* run */
	uint32_t used;  /* bytes of data */
};

/* False when there are no more. */
bool span_next(struct span_cursor *c, struct span *out);

#endif
