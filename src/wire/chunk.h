/* chunk.h - one chunk of a volume <-> the payload of a CHUNK frame
 *
 * A volume is divided in chunks of 1 MiB (PROTO_CHUNK_SIZE; the last one may be
 * shorter). A chunk frame says which bytes of its chunk are in use and what
 * they are. It is applied whole or not at all, and applying it twice is the
 * same as once.
 *
 *   u32 volume   u32 run count   u64 chunk number
 *   u32 encoding (0: raw, 1: zstd)   u32 data length (sum of the data runs)
 *   u8[16] digest
 *   runs: u32 offset in the chunk, u32 length | CHUNK_RUN_ZERO
 *   data: raw, or one zstd frame that unpacks to exactly the data length
 *
 * Runs ascend, do not touch or overlap within one kind, lie inside the chunk,
 * and are multiples of PROTO_RUN_ALIGN. A run with CHUNK_RUN_ZERO has no data:
 * the target makes those bytes zero. Bytes in no run are free space: the target
 * leaves them alone. A chunk without data runs is raw. The zstd frame has its
 * content size in its header, no dictionary, and nothing after it. The digest is over the first 16
 * bytes of the payload, the runs as they are on the wire, and the unpacked data, keyed (digest.h).
 */
#ifndef P2V_WIRE_CHUNK_H
#define P2V_WIRE_CHUNK_H

#include "util/digest.h"
#include "util/err.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stdint.h>

#define CHUNK_HEADER_LEN 40u
#define CHUNK_RUN_ZERO   0x80000000u
#define CHUNK_LEVEL_MIN  (-100)
#define CHUNK_LEVEL_MAX  19

enum chunk_encoding {
	CHUNK_RAW = 0,
	CHUNK_ZSTD = 1,
};

struct chunk_run {
	uint32_t offset; /* bytes from the start of the chunk */
	uint32_t length; /* bytes */
	bool zero;
};

struct chunk {
	uint32_t volume; /* index into plan.volumes */
	uint64_t number; /* byte offset in the volume / PROTO_CHUNK_SIZE */
	uint32_t run_count;
	struct chunk_run runs[PROTO_MAX_RUNS];
	struct digest digest;
	uint8_t *data;     /* the data runs' bytes one after another; borrowed */
	uint32_t data_len; /* bytes */
};

/* Both hold a zstd context and scratch memory, allocated up front: the data
 * path allocates nothing. One per thread. */
struct chunk_encoder;
struct chunk_decoder;

struct chunk_encoder *chunk_encoder_new(const uint8_t secret[DIGEST_SECRET_LEN]);
void chunk_encoder_free(struct chunk_encoder *e);
/* @level: 0 sends raw; else a zstd level (negative levels are the fast ones),
 * brought into CHUNK_LEVEL_MIN..MAX. Data that does not shrink by 1/64 is sent
 * raw. Sets c->digest, and returns the whole frame, header included, in the
 * encoder's own memory (valid until the next call): *frame and *len bytes.
 * 0, or -EINVAL for a chunk that breaks the rules above. */
int chunk_encode(struct chunk_encoder *e, struct chunk *c, int level, const uint8_t **frame,
		 size_t *len);
/* Only the digest, for passes that compare with the target's map. The chunk
 * must be one that chunk_encode() takes. */
void chunk_digest(struct chunk_encoder *e, struct chunk *c);

struct chunk_decoder *chunk_decoder_new(const uint8_t secret[DIGEST_SECRET_LEN]);
void chunk_decoder_free(struct chunk_decoder *d);
/* Checks everything but volume and chunk number against the plan (the caller
 * knows the plan): run rules, lengths, encoding, digest. On success c->data
 * is the decoder's memory until the next call. It begins on a page, and every
 * run's bytes begin on a multiple of PROTO_RUN_ALIGN in it: fit for O_DIRECT on
 * a disk of 512 byte sectors, and where all runs are multiples of 4096 on one
 * of 4096 byte sectors as well.
 * 0, -EPROTO (malformed) or -EBADMSG (digest differs), with @err. */
int chunk_decode(struct chunk_decoder *d, const struct frame *f, struct chunk *c,
		 struct err_text *err);
/* The digest of @c's runs and data as read back from the disk. */
struct digest chunk_digest_of(struct chunk_decoder *d, const struct chunk *c);

/* 1 MiB chunks in a volume of @length bytes. */
uint64_t chunk_count(uint64_t length);
/* Bytes of chunk @number in a volume of @length bytes (the last is shorter);
 * 0 when it lies outside. */
uint32_t chunk_length(uint64_t length, uint64_t number);

#endif
