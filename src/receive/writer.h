/* writer.h - one chunk onto the disk, and read back from it
 *
 * Used by a data process. Reading lags behind in a thread with its own memory
 * (verify.h); a chunk that does not read back as written, or of which the rest
 * is not as it was, is not in the map then, so that SEAL finds it missing.
 */
#ifndef P2V_RECEIVE_WRITER_H
#define P2V_RECEIVE_WRITER_H

#include "receive/session.h"
#include "receive/verify.h"
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
/* Writes what a checked chunk carries. A full one is entered in the map, and
 * its reading back is queued if the plan asks for it; a delta's and a query's
 * always is, and the map waits for it. 0; -ECANCELED when the control process is gone; -errno with
 * @err. */
int writer_store(struct writer *w, const struct chunk *c, struct err_text *err);
/* Waits until everything has been read back and is on stable storage. */
int writer_drain(struct writer *w, struct err_text *err);
/* Full chunks stored, and what was found by reading, since the start; waits for
 * the reading. */
void writer_counts(struct writer *w, uint64_t *stored, struct verify_counts *found);

#endif
