/* verify.h - the thread that reads what is on the disk, and says whether it is right
 *
 * Of a full chunk, which was written and is in the map: does it read back? If
 * not, it is taken out of the map. Of a delta, whose runs were written, and of a
 * query: are all bytes in use what the source has? Then it is entered in the
 * map; else it is not there, which is no error.
 */
#ifndef P2V_RECEIVE_VERIFY_H
#define P2V_RECEIVE_VERIFY_H

#include "receive/session.h"
#include "wire/chunk.h"

#include <stdint.h>

struct verify;

struct verify_counts {
	uint64_t bad;     /* full chunks that did not read back */
	uint64_t proven;  /* deltas and queries that the target has now */
	uint64_t missing; /* deltas and queries that it does not have */
};

/* Starts the thread. @s is borrowed. 0 or -errno. */
int verify_start(struct session *s, struct verify **out);
void verify_stop(struct verify *v);
/* Queues a chunk (its data is not needed); waits while the queue is full. */
void verify_add(struct verify *v, const struct chunk *c);
/* Waits until the queue is empty, and returns what was found so far. */
struct verify_counts verify_drain(struct verify *v);

#endif
