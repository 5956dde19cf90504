/* verify.h - the thread that reads back what was written
 */
#ifndef P2V_RECEIVE_VERIFY_H
#define P2V_RECEIVE_VERIFY_H

#include "receive/session.h"
#include "wire/chunk.h"

#include <stdint.h>

struct verify;

/* Starts the thread. @s is borrowed. 0 or -errno. */
int verify_start(struct session *s, struct verify **out);
void verify_stop(struct verify *v);
/* Queues a chunk (its data is not needed); waits while the queue is full. */
void verify_add(struct verify *v, const struct chunk *c);
/* Waits until the queue is empty, and returns the number of bad chunks so far. */
uint64_t verify_drain(struct verify *v);

#endif
