/* source.h - the machine or image that is to be moved: facts, used blocks, chunks
 *
 * source_open() looks, source_plan() says what that means (pure), and
 * source_cursor.h and source_reader.h give the chunks in disk order. Everything is
 * opened read-only; nothing here writes to a disk.
 */
#ifndef P2V_SOURCE_SOURCE_H
#define P2V_SOURCE_SOURCE_H

#include "plan/plan.h"
#include "plan/reason.h"
#include "source/source_lost.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stdint.h>

struct source;

struct source_options {
	const char *const *paths; /* disks or plain image files; none: the disk behind "/" */
	uint32_t path_count;
	bool freeze;         /* the caller is going to freeze what is mounted read-write */
	uint32_t chunk_size; /* bytes, one that a plan may have; 0: PLAN_CHUNK_SIZE */
};

/* Opens the disks, decodes their tables, probes every partition, reads the
 * used-block maps of ext2/3/4. Every problem goes into @reasons (in use,
 * unknown table, journal needs recovery, damaged bitmap: copied whole, ...).
 * 0 also when there are reasons to refuse; *out is then usable for showing the
 * inventory. -errno (logged) when there is nothing to show. */
int source_open(const struct source_options *options, struct source **out, struct reasons *reasons);
void source_free(struct source *s);
void source_freep(struct source **s);

/* Fills @plan (released by the caller) with disks, volumes, interfaces and
 * host name; targets, secret and program are left to the caller. Pure. */
int source_plan(const struct source *s, struct plan *plan);
/* Mount points on these disks that are mounted read-write, outermost first:
 * what --freeze has to freeze. */
const struct strv *source_mounts(const struct source *s);
/* Looks again, just before the first chunk is read and after these have been
 * frozen: who uses the disks now (refused when something has been mounted
 * since), and what the frozen file systems' used-block maps are. Adds what is
 * wrong to @reasons. Before it, the chunks and totals of mounted file systems
 * are an estimate; after it, new cursors must be made. Of use without a freeze
 * as well. 0 or -errno (logged). */
int source_refresh(struct source *s, struct reasons *reasons);

/* How many chunks, and how many used bytes in them, there are (for progress). */
uint64_t source_chunk_total(const struct source *s);
uint64_t source_byte_total(const struct source *s);
/* Does the chunk have anything in it? */
bool source_chunk_used(const struct source *s, uint32_t volume, uint64_t number);

/* Ranges that could not be read so far, in the order found; thread-safe only
 * after the workers have ended. */
const struct source_lost *source_lost(const struct source *s, size_t *count);

#endif
