/* source_lost.h - the ranges of the source that could not be read
 */
#ifndef P2V_SOURCE_SOURCE_LOST_H
#define P2V_SOURCE_SOURCE_LOST_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Ranges noted as lost. Room for more is never allocated on the data path: a
 * full list extends its last range instead, which then names too much, never
 * too little. */
#define SOURCE_MAX_LOST 4096u

struct source_lost {
	uint32_t volume;
	uint64_t offset; /* bytes from the start of the volume */
	uint64_t length; /* bytes */
};

struct source_losses {
	pthread_mutex_t lock;
	size_t count;
	struct source_lost v[SOURCE_MAX_LOST];
};

/* Adds a range of a volume that could not be read. Thread-safe. */
void source_note_lost(struct source_losses *losses, uint32_t volume, uint64_t offset,
		      uint64_t length);

#endif
