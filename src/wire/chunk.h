/* chunk.h - one chunk of a volume <-> the payload of a CHUNK frame
 *
 * A chunk frame says which bytes of its chunk are in use, and for each run of
 * them either what they are, or that the target has them as they were ("kept").
 * So it is a full chunk, a delta or a query (enum chunk_form), and the digest
 * covers all bytes in use in each of them: a full chunk, a delta and a query of
 * the same bytes have the same digest. It is applied whole or not at all, and
 * applying it twice is the same as once.
 *
 *   u32 volume   u32 run count   u64 chunk number
 *   u32 encoding (0: raw, 1: zstd)   u32 data length (sum of the data runs)
 *   u8[16] digest
 *   runs: u32 offset in the chunk, u32 length | CHUNK_RUN_ZERO or CHUNK_RUN_KEPT
 *   data: raw, or one zstd frame that unpacks to exactly the data length
 *
 * Runs ascend, do not touch or overlap within one kind, lie inside the chunk,
 * and are multiples of PROTO_RUN_ALIGN. A run with CHUNK_RUN_ZERO has no data:
 * the target makes those bytes zero. One with CHUNK_RUN_KEPT has none either:
 * the target leaves those bytes alone, and reads them to prove the digest.
 * Bytes in no run are free space: the target leaves them alone, and nobody
 * reads them. A chunk without data runs is raw. The zstd frame has its content
 * size in its header, no dictionary, and nothing after it.
 *
 * The digest, keyed (digest.h), does not depend on how the runs are cut: runs
 * that touch are one range, of whatever kind they are. It is over u32 volume,
 * u32 range count, u64 chunk number, the ranges (u32 offset, u32 length), and
 * the bytes of all ranges, those of zero runs as zeros.
 */
#ifndef P2V_WIRE_CHUNK_H
#define P2V_WIRE_CHUNK_H

#include "util/err.h"
#include "wire/chunk_runs.h"
#include "wire/frame.h"

#include <stdint.h>

#define CHUNK_HEADER_LEN 40u
#define CHUNK_RUN_ZERO   0x80000000u
#define CHUNK_RUN_KEPT   0x40000000u
#define CHUNK_LEVEL_MIN  (-100)
#define CHUNK_LEVEL_MAX  19

enum chunk_encoding {
	CHUNK_RAW = 0,
	CHUNK_ZSTD = 1,
};

/* Both hold a zstd context and scratch memory for chunks of one size, allocated
 * up front: the data path allocates nothing. One per thread. */
struct chunk_encoder;
struct chunk_decoder;

struct chunk_encoder *chunk_encoder_new(const uint8_t secret[DIGEST_SECRET_LEN],
					uint32_t chunk_size);
void chunk_encoder_free(struct chunk_encoder *e);
/* @level: 0 sends raw; else a zstd level (negative levels are the fast ones),
 * brought into CHUNK_LEVEL_MIN..MAX. Data that does not shrink by 1/64 is sent
 * raw. Sets c->digest of a full chunk; a delta and a query must have theirs
 * (chunk_digest(), then chunk_keep()). Returns the whole frame, header included,
 * in the encoder's own memory (valid until the next call): *frame and *len
 * bytes. 0, or -EINVAL for a chunk that breaks the rules above. */
int chunk_encode(struct chunk_encoder *e, struct chunk *c, int level, const uint8_t **frame,
		 size_t *len);
/* Sets c->digest of a full chunk that chunk_encode() takes, for passes that
 * compare with the target's map, and before chunk_keep(). */
void chunk_digest(struct chunk_encoder *e, struct chunk *c);

struct chunk_decoder *chunk_decoder_new(const uint8_t secret[DIGEST_SECRET_LEN],
					uint32_t chunk_size);
void chunk_decoder_free(struct chunk_decoder *d);
/* Checks everything but volume and chunk number against the plan (the caller
 * knows the plan): run rules, lengths, encoding, and the digest of a full chunk;
 * that of a delta or a query can be told only with what the disk has. On success
 * c->data is the decoder's memory until the next call. It begins on a page, and
 * every run's bytes begin on a multiple of PROTO_RUN_ALIGN in it: fit for
 * O_DIRECT on a disk of 512 byte sectors, and where all runs are multiples of
 * 4096 on one of 4096 byte sectors as well.
 * 0, -EPROTO (malformed) or -EBADMSG (digest differs), with @err. */
int chunk_decode(struct chunk_decoder *d, const struct frame *f, struct chunk *c,
		 struct err_text *err);
/* The digest of a full chunk's runs and data. */
struct digest chunk_digest_of(struct chunk_decoder *d, const struct chunk *c);
/* The digest of @c when @bytes is what the disk has in its ranges
 * (chunk_next_range()), one after another; c->data is not looked at. */
struct digest chunk_digest_read(struct chunk_decoder *d, const struct chunk *c,
				const uint8_t *bytes);

#endif
