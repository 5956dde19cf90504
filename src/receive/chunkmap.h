/* chunkmap.h - which chunk of a volume the target has, by digest
 *
 * The truth of a push: one file for each imaged volume in the session
 * directory, 16 bytes for each chunk, mapped by every process of the session.
 * All zero means that the chunk is not there. An entry is cleared before its
 * chunk is touched, set after a full one has been written or a delta or a query
 * has been proven by reading, and cleared again when it does not read back. So
 * it means the same however it came about.
 */
#ifndef P2V_RECEIVE_CHUNKMAP_H
#define P2V_RECEIVE_CHUNKMAP_H

#include "plan/plan.h"
#include "util/digest.h"
#include "util/err.h"

#include <stdint.h>

struct chunkmap {
	uint64_t count;         /* chunks; 0: this volume has no map */
	struct digest *entries; /* mapped; count of them */
};

struct chunkmaps {
	uint32_t count;        /* volumes of the plan */
	struct chunkmap *maps; /* owned; by volume index */
};

/* Bytes that the maps of a plan take. */
uint64_t chunkmaps_size(const struct plan *plan);
/* Makes the files in the directory @dirfd, their space reserved, so that a
 * full file system is found now and not by SIGBUS. 0, -ENOSPC, -errno. */
int chunkmaps_create(int dirfd, const struct plan *plan, struct err_text *err);
/* Maps the files. 0 or -errno. */
int chunkmaps_open(int dirfd, const struct plan *plan, struct chunkmaps *out, struct err_text *err);
void chunkmaps_release(struct chunkmaps *m);

void chunkmap_set(struct chunkmap *m, uint64_t number, const struct digest *d);
void chunkmap_forget(struct chunkmap *m, uint64_t number);
/* Clears the entry unless it has become another one than @d meanwhile. */
void chunkmap_clear(struct chunkmap *m, uint64_t number, const struct digest *d);
/* What SEAL compares: the number of chunks present, and the unkeyed digest
 * over their (u64 number, digest) records. 0 or -ENOMEM. */
int chunkmap_root(const struct chunkmap *m, uint64_t *chunks, struct digest *root);

#endif
