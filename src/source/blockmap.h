/* blockmap.h - which bytes of a volume are in use, as a bitmap
 *
 * One bit for each unit, which is the file system's block size, or a larger
 * power of two on very large volumes so that the map stays below 32 MiB.
 * Marking rounds outwards: copying a hole is harmless, leaving out a used byte
 * is not. A NULL map means that everything is in use.
 */
#ifndef P2V_SOURCE_BLOCKMAP_H
#define P2V_SOURCE_BLOCKMAP_H

#include "wire/chunk_runs.h"

#include <stdbool.h>
#include <stdint.h>

/* The smallest unit, and so the longest list of spans in a chunk. */
#define BLOCKMAP_MIN_UNIT  1024u
#define BLOCKMAP_MAX_SPANS (PLAN_MAX_CHUNK_SIZE / BLOCKMAP_MIN_UNIT)

struct blockmap;

/* A map of a volume of @length bytes with nothing in use. @unit is a power of
 * two, at least BLOCKMAP_MIN_UNIT. NULL when out of memory. */
struct blockmap *blockmap_new(uint64_t length, uint32_t unit);
void blockmap_free(struct blockmap *m);
void blockmap_freep(struct blockmap **m);

/* What lies outside of the volume is ignored. */
void blockmap_mark(struct blockmap *m, uint64_t offset, uint64_t length);
/* Bytes in use. */
uint64_t blockmap_used(const struct blockmap *m);

/* The used spans of a chunk of @size bytes, ascending and not touching; their
 * number. @length is the volume's. @out has room for BLOCKMAP_MAX_SPANS. */
uint32_t blockmap_chunk(const struct blockmap *m, uint64_t length, uint64_t number, uint32_t size,
			struct chunk_range *out);
/* Does the chunk have anything in it? */
bool blockmap_chunk_used(const struct blockmap *m, uint64_t length, uint64_t number, uint32_t size);

#endif
