/* state.h - what the parts of an open source share; private to src/source
 */
#ifndef P2V_SOURCE_STATE_H
#define P2V_SOURCE_STATE_H

#include "source/inventory.h"
#include "source/source_lost.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

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

static inline bool source_bit(const uint8_t *bits, uint64_t n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

#endif
