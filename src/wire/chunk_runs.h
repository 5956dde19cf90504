/* chunk_runs.h - which bytes of a chunk are in use, and what of them is sent (pure)
 *
 * A volume is divided in chunks of the plan's chunk size; the last one may be
 * shorter. Everything here is in bytes from the start of the chunk.
 */
#ifndef P2V_WIRE_CHUNK_RUNS_H
#define P2V_WIRE_CHUNK_RUNS_H

#include "util/digest.h"
#include "wire/proto.h"

#include <stdbool.h>
#include <stdint.h>

enum chunk_how {
	CHUNK_DATA, /* its bytes are carried */
	CHUNK_ZERO, /* carried as "zeros" */
	CHUNK_KEPT, /* not carried: the target has them as they were */
};

enum chunk_form {
	CHUNK_FULL,  /* all in use is carried; also when nothing is in use */
	CHUNK_DELTA, /* some is carried, the rest is kept */
	CHUNK_QUERY, /* all is kept: does the target have it? */
};

struct chunk_run {
	uint32_t offset; /* bytes from the start of the chunk */
	uint32_t length; /* bytes */
	enum chunk_how how;
};

struct chunk_range {
	uint32_t offset; /* bytes from the start of the chunk */
	uint32_t length; /* bytes */
};

struct chunk {
	uint32_t volume; /* index into plan.volumes */
	uint64_t number; /* byte offset in the volume / the plan's chunk size */
	uint32_t run_count;
	struct chunk_run runs[PROTO_MAX_RUNS];
	struct digest digest;
	uint8_t *data;     /* the data runs' bytes one after another; borrowed */
	uint32_t data_len; /* bytes */
};

/* Chunks of @size bytes in a volume of @length bytes. */
uint64_t chunk_count(uint64_t length, uint32_t size);
/* Bytes of chunk @number in a volume of @length bytes (the last is shorter);
 * 0 when it lies outside. */
uint32_t chunk_length(uint64_t length, uint64_t number, uint32_t size);
enum chunk_form chunk_form(const struct chunk *c);
/* The ranges of bytes in use, ascending: runs that touch are one. *run is 0 for
 * the first call, and then the run to go on with. False at the end. */
bool chunk_next_range(const struct chunk *c, uint32_t *run, struct chunk_range *out);
/* Appends bytes in use behind those that it has: to the last run where they
 * touch it and are of the same kind, else as one more, for which there must be
 * room. */
void chunk_add_run(struct chunk *c, uint32_t offset, uint32_t length, enum chunk_how how);
/* Makes of a full chunk, whose digest has been computed, one that carries only
 * what lies in @ranges (ascending, not overlapping, multiples of
 * PROTO_RUN_ALIGN; what is not in use of them does not matter): a delta, or, when
 * that is nothing, a query. Its data is moved together where it lies. */
void chunk_keep(struct chunk *c, const struct chunk_range *ranges, uint32_t count);

#endif
