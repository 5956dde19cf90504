/* source_reader.h - the chunks of a source, read for the wire
 */
#ifndef P2V_SOURCE_SOURCE_READER_H
#define P2V_SOURCE_SOURCE_READER_H

#include "wire/chunk.h"

#include <stdint.h>

struct source;

/* One per worker: aligned memory for a chunk, allocated up front. */
struct source_reader;
struct source_reader *source_reader_new(const struct source *s);
void source_reader_free(struct source_reader *r);
/* Fills everything of @c but the digest; c->data is the reader's memory. Runs
 * of zeros of 4 KiB and more become zero runs. A bad range is retried, read in
 * smaller pieces, and what stays unreadable is sent as zeros and noted as lost;
 * that is no error. run_count is 0 when the chunk has nothing in it. 0 or
 * -errno (logged). */
int source_read_chunk(struct source_reader *r, uint32_t volume, uint64_t number, struct chunk *c);

#endif
