/* state.h - what the parts of an open source share; private to src/source
 */
#ifndef P2V_SOURCE_STATE_H
#define P2V_SOURCE_STATE_H

#include "source/inventory.h"
#include "source/source.h"
#include "util/strv.h"

#include <pthread.h>
#include <sys/types.h>

/* Ranges noted as lost. Room for more is never allocated on the data path: a
 * full list extends its last range instead, which then names too much, never
 * too little. */
#define SOURCE_MAX_LOST 4096u

struct source_volume {
	bool image; /* has chunks */
	uint32_t disk;
	uint64_t start;             /* bytes from the start of the disk */
	uint64_t length;            /* bytes */
	uint64_t used;              /* bytes */
	const struct blockmap *map; /* borrowed from the inventory; NULL: all in use */
	uint64_t chunks;            /* used or not */
	uint8_t *chunk_bits;        /* owned; bit n % 8 of byte n / 8: chunk n is used */
};

struct source_losses {
	pthread_mutex_t lock;
	size_t count;
	struct source_lost v[SOURCE_MAX_LOST];
};

/* pread(2)'s signature: tests put a disk with bad sectors in its place. */
typedef ssize_t source_pread_fn(int fd, void *buf, size_t len, off_t offset);

struct source {
	struct inventory inv;
	struct inventory_fds fds[PLAN_MAX_DISKS];
	struct strv mounts;
	uint32_t chunk_size; /* bytes */
	uint32_t volume_count;
	struct source_volume volumes[PLAN_MAX_VOLUMES];
	uint64_t chunk_total;
	uint64_t byte_total;
	struct source_losses *losses; /* owned */
	source_pread_fn *pread;
};

/* Adds a range of a volume that could not be read. Thread-safe. */
void source_note_lost(struct source_losses *losses, uint32_t volume, uint64_t offset,
		      uint64_t length);

static inline bool source_bit(const uint8_t *bits, uint64_t n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

#endif
