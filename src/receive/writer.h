/* writer.h - one chunk onto the disk, and read back from it
 *
 * Used by a data process. The read-back lags behind in a thread with its own
 * memory; a chunk that does not read back as written is taken out of the map,
 * so that SEAL finds it missing.
 */
#ifndef P2V_RECEIVE_WRITER_H
#define P2V_RECEIVE_WRITER_H

#include "receive/session.h"
#include "util/err.h"
#include "wire/chunk.h"

#include <stdint.h>

struct writer;

/* Allocates everything that the data path needs. @s is borrowed and must stay. */
int writer_new(struct session *s, struct writer **out);
/* Ends the thread, without waiting for what is queued. */
void writer_free(struct writer *w);
void writer_freep(struct writer **w);

/* Is the chunk one of this plan? 0 or -EPROTO with @err. Pure. */
int writer_check(const struct plan *plan, const struct chunk *c, struct err_text *err);
/* Writes a checked chunk, enters it in the map, queues its reading back.
 * 0; -ECANCELED when the control process is gone; -errno with @err. */
int writer_store(struct writer *w, const struct chunk *c, struct err_text *err);
/* Waits until everything has been read back and is on stable storage. */
int writer_drain(struct writer *w, struct err_text *err);
/* Chunks stored, and of these found bad, since the start. */
void writer_counts(struct writer *w, uint64_t *stored, uint64_t *bad);

#endif
