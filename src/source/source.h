/* source.h - the machine or image that is to be moved: facts, used blocks, chunks
 *
 * source_open() looks, source_plan() says what that means (pure), and the
 * cursor and readers give the chunks in disk order. Everything is opened
 * read-only; nothing here writes to a disk.
 */
#ifndef P2V_SOURCE_SOURCE_H
#define P2V_SOURCE_SOURCE_H

#include "plan/plan.h"
#include "plan/reason.h"
#include "wire/chunk.h"

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
/* The inventory as JSON, for --dry-run --json; owned. */
struct jdoc *source_to_json(const struct source *s);
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

/* The chunks that have something in them, in disk order. A cursor is shared by
 * all workers. With @set NULL it goes over all; else over the chunks whose bit
 * is set: set[volume] is a bitmap of its chunks (bit n % 8 of byte n / 8 is
 * chunk n), or NULL for none of them; chunks without anything in them are left
 * out all the same. The bitmaps are borrowed for the cursor's life. */
struct source_cursor;
int source_cursor_new(const struct source *s, const uint8_t *const *set,
		      struct source_cursor **out);
void source_cursor_free(struct source_cursor *c);
/* Thread-safe. False at the end. */
bool source_cursor_next(struct source_cursor *c, uint32_t *volume, uint64_t *number);
/* How many chunks, and how many used bytes in them, there are (for progress). */
uint64_t source_chunk_total(const struct source *s);
uint64_t source_byte_total(const struct source *s);
/* Does the chunk have anything in it? */
bool source_chunk_used(const struct source *s, uint32_t volume, uint64_t number);

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

struct source_lost {
	uint32_t volume;
	uint64_t offset; /* bytes from the start of the volume */
	uint64_t length; /* bytes */
};

/* Ranges that could not be read so far, in the order found; thread-safe only
 * after the workers have ended. */
const struct source_lost *source_lost(const struct source *s, size_t *count);

#endif
