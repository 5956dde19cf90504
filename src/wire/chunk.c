/* chunk.c - see chunk.h
 *
 * The only user of zstd. The bytes of a chunk are touched as seldom as can be:
 * digest and compression read them where the caller has them, compression
 * writes into the frame, decompression writes where the disk is written from.
 */
#include "wire/chunk.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY /* contexts in memory that we allocate */
#include <zstd.h>

#define CHUNK_ZEROS 4096u /* bytes hashed at a time for a zero run */

struct chunk_encoder {
	uint8_t secret[DIGEST_SECRET_LEN];
	uint32_t chunk_size;
	struct digest_state *digest; /* owned */
	void *workspace;             /* owned; zctx lives in it */
	ZSTD_CCtx *zctx;             /* inside workspace */
	int level;                   /* that zctx is set to; 0: none yet */
	uint8_t *frame;              /* owned; chunk_frame_max() bytes */
};

struct chunk_decoder {
	uint8_t secret[DIGEST_SECRET_LEN];
	uint32_t chunk_size;
	struct digest_state *digest; /* owned */
	ZSTD_DCtx *zctx;             /* owned */
	uint8_t *data;               /* owned; chunk_size bytes, page-aligned */
};

/* The rules for runs in chunk.h; the data runs' sum must be @c->data_len. They
 * bound the number of runs as well: none is shorter than PROTO_RUN_ALIGN. */
static int chunk_check_runs(const struct chunk *c, uint32_t size, struct err_text *err)
{
	uint32_t end = 0, sum = 0;

	for (uint32_t i = 0; i < c->run_count; i++) {
		const struct chunk_run *run = &c->runs[i];

		if (!run->length || run->offset % PROTO_RUN_ALIGN || run->length % PROTO_RUN_ALIGN)
			return err_set(err, -EPROTO, "run %u is empty or not aligned", i);
		if (run->offset >= size || run->length > size - run->offset)
			return err_set(err, -EPROTO, "run %u goes beyond the chunk", i);
		if (i && (run->offset < end || (run->offset == end && run[-1].how == run->how)))
			return err_set(err, -EPROTO, "run %u does not begin after run %u", i,
				       i - 1);
		end = run->offset + run->length;
		sum += run->how == CHUNK_DATA ? run->length : 0;
	}
	if (sum != c->data_len)
		return err_set(err, -EPROTO, "the runs have %u bytes of data, the header says %u",
			       sum, c->data_len);
	return 0;
}

static uint8_t *chunk_put_runs(uint8_t *p, const struct chunk *c)
{
	static const uint32_t flag[] = {
		[CHUNK_DATA] = 0, [CHUNK_ZERO] = CHUNK_RUN_ZERO, [CHUNK_KEPT] = CHUNK_RUN_KEPT};

	for (uint32_t i = 0; i < c->run_count; i++) {
		p = buf_put_u32(p, c->runs[i].offset);
		p = buf_put_u32(p, c->runs[i].length | flag[c->runs[i].how]);
	}
	return p;
}

/* What the digest covers besides the bytes themselves. */
static void chunk_add_ranges(struct digest_state *s, const struct chunk *c)
{
	uint32_t run = 0, ranges = 0;
	struct chunk_range range;
	uint8_t bytes[16], *p = bytes;

	while (chunk_next_range(c, &run, &range))
		ranges++;
	p = buf_put_u32(p, c->volume);
	p = buf_put_u32(p, ranges);
	buf_put_u64(p, c->number);
	digest_add(s, bytes, 16);
	for (run = 0; chunk_next_range(c, &run, &range);) {
		p = buf_put_u32(bytes, range.offset);
		buf_put_u32(p, range.length);
		digest_add(s, bytes, 8);
	}
}

/* Of a full chunk; data runs that follow each other are hashed at once. */
static struct digest chunk_compute(struct digest_state *s, const uint8_t *secret,
				   const struct chunk *c)
{
	static const uint8_t zeros[CHUNK_ZEROS];
	const uint8_t *data = c->data;
	size_t ready = 0;

	digest_start(s, secret);
	chunk_add_ranges(s, c);
	for (uint32_t i = 0; i < c->run_count; i++) {
		uint32_t left = c->runs[i].length;

		if (c->runs[i].how == CHUNK_DATA) {
			ready += left;
			continue;
		}
		if (ready) {
			digest_add(s, data, ready);
			data += ready;
			ready = 0;
		}
		for (uint32_t n; left; left -= n) {
			n = left < sizeof(zeros) ? left : (uint32_t)sizeof(zeros);
			digest_add(s, zeros, n);
		}
	}
	if (ready)
		digest_add(s, data, ready);
	return digest_end(s);
}

static size_t chunk_frame_max(uint32_t chunk_size)
{
	return PROTO_HEADER_LEN + CHUNK_HEADER_LEN + 8u * (chunk_size / PROTO_RUN_ALIGN) +
	       chunk_size;
}

/* What the hungriest level needs for any chunk. zstd chooses its parameters by
 * input size, in steps that end at these sizes. */
static size_t chunk_workspace_size(uint32_t chunk_size)
{
	const uint32_t sizes[] = {16u << 10, 128u << 10, 256u << 10, chunk_size};
	size_t most = 0;

	for (int level = 1; level <= CHUNK_LEVEL_MAX; level++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			uint32_t most_data = sizes[i] < chunk_size ? sizes[i] : chunk_size;
			ZSTD_compressionParameters p = ZSTD_getCParams(level, most_data, 0);
			size_t need = ZSTD_estimateCCtxSize_usingCParams(p);

			if (!ZSTD_isError(need) && need > most)
				most = need;
		}
	return most;
}

struct chunk_encoder *chunk_encoder_new(const uint8_t secret[DIGEST_SECRET_LEN],
					uint32_t chunk_size)
{
	size_t size = chunk_workspace_size(chunk_size);
	struct chunk_encoder *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	memcpy(e->secret, secret, sizeof(e->secret));
	e->chunk_size = chunk_size;
	e->digest = digest_new();
	/* Memory of levels that are never used is never touched, so it costs nothing. */
	e->workspace = io_alloc_aligned(size);
	e->frame = malloc(chunk_frame_max(chunk_size));
	if (e->workspace)
		e->zctx = ZSTD_initStaticCCtx(e->workspace, size);
	if (!e->digest || !e->frame || !e->zctx) {
		chunk_encoder_free(e);
		return NULL;
	}
	ZSTD_CCtx_setParameter(e->zctx, ZSTD_c_contentSizeFlag, 1);
	ZSTD_CCtx_setParameter(e->zctx, ZSTD_c_checksumFlag, 0);
	return e;
}

void chunk_encoder_free(struct chunk_encoder *e)
{
	if (!e)
		return;
	digest_free(e->digest);
	free(e->workspace);
	free(e->frame);
	free(e);
}

/* Compresses the data to @out. The length, or 0: better sent raw. */
static size_t chunk_compress(struct chunk_encoder *e, const struct chunk *c, int level,
			     uint8_t *out)
{
	size_t n;

	if (!level || !c->data_len)
		return 0;
	if (level < CHUNK_LEVEL_MIN)
		level = CHUNK_LEVEL_MIN;
	if (level > CHUNK_LEVEL_MAX)
		level = CHUNK_LEVEL_MAX;
	if (level != e->level &&
	    ZSTD_isError(ZSTD_CCtx_setParameter(e->zctx, ZSTD_c_compressionLevel, level)))
		return 0;
	e->level = level;
	n = ZSTD_compress2(e->zctx, out, c->data_len - c->data_len / 64, c->data, c->data_len);
	/* Nearly always "does not fit". Whatever it is: raw is right as well. */
	return ZSTD_isError(n) ? 0 : n;
}

static void chunk_put_header(uint8_t *p, const struct chunk *c, enum chunk_encoding encoding)
{
	p = buf_put_u32(p, c->volume);
	p = buf_put_u32(p, c->run_count);
	p = buf_put_u64(p, c->number);
	p = buf_put_u32(p, encoding);
	p = buf_put_u32(p, c->data_len);
	memcpy(p, c->digest.bytes, DIGEST_LEN);
}

int chunk_encode(struct chunk_encoder *e, struct chunk *c, int level, const uint8_t **frame,
		 size_t *len)
{
	uint8_t *payload = e->frame + PROTO_HEADER_LEN, *runs = payload + CHUNK_HEADER_LEN, *p;
	size_t packed;

	if (c->run_count > PROTO_MAX_RUNS || chunk_check_runs(c, e->chunk_size, NULL) < 0)
		return -EINVAL;
	if (chunk_form(c) == CHUNK_FULL)
		chunk_digest(e, c);
	else if (digest_is_none(&c->digest))
		return -EINVAL;
	p = chunk_put_runs(runs, c);
	packed = chunk_compress(e, c, level, p);
	if (!packed && c->data_len)
		memcpy(p, c->data, c->data_len);
	p += packed ? packed : c->data_len;

	chunk_put_header(payload, c, packed ? CHUNK_ZSTD : CHUNK_RAW);
	frame_encode_header(e->frame, PROTO_CHUNK, (uint32_t)(p - payload));
	*frame = e->frame;
	*len = (size_t)(p - e->frame);
	return 0;
}

void chunk_digest(struct chunk_encoder *e, struct chunk *c)
{
	c->digest = chunk_compute(e->digest, e->secret, c);
}

struct chunk_decoder *chunk_decoder_new(const uint8_t secret[DIGEST_SECRET_LEN],
					uint32_t chunk_size)
{
	struct chunk_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	memcpy(d->secret, secret, sizeof(d->secret));
	d->chunk_size = chunk_size;
	d->digest = digest_new();
	d->zctx = ZSTD_createDCtx();
	d->data = io_alloc_aligned(chunk_size);
	if (!d->digest || !d->zctx || !d->data) {
		chunk_decoder_free(d);
		return NULL;
	}
	return d;
}

void chunk_decoder_free(struct chunk_decoder *d)
{
	if (!d)
		return;
	digest_free(d->digest);
	ZSTD_freeDCtx(d->zctx);
	free(d->data);
	free(d);
}

static int chunk_parse_runs(struct buf_reader *r, struct chunk *c, struct err_text *err)
{
	for (uint32_t i = 0; i < c->run_count; i++) {
		uint32_t offset = buf_get_u32(r), length = buf_get_u32(r);
		uint32_t flags = length & (CHUNK_RUN_ZERO | CHUNK_RUN_KEPT);

		if (flags == (CHUNK_RUN_ZERO | CHUNK_RUN_KEPT))
			return err_set(err, -EPROTO, "run %u is both zeros and kept", i);
		c->runs[i] = (struct chunk_run){.offset = offset,
						.length = length & ~flags,
						.how = flags & CHUNK_RUN_ZERO ? CHUNK_ZERO
						       : flags                ? CHUNK_KEPT
									      : CHUNK_DATA};
	}
	return 0;
}

/* Header and runs; *encoding and the reader, which then stands at the data. */
static int chunk_parse(struct buf_reader *r, struct chunk *c, uint32_t chunk_size,
		       uint32_t *encoding, struct err_text *err)
{
	const uint8_t *digest;
	int code;

	c->volume = buf_get_u32(r);
	c->run_count = buf_get_u32(r);
	c->number = buf_get_u64(r);
	*encoding = buf_get_u32(r);
	c->data_len = buf_get_u32(r);
	digest = buf_get(r, DIGEST_LEN);
	if (!buf_reader_ok(r))
		return err_set(err, -EPROTO, "it is shorter than its header");
	memcpy(c->digest.bytes, digest, DIGEST_LEN);
	if (c->run_count > chunk_size / PROTO_RUN_ALIGN)
		return err_set(err, -EPROTO, "it has %u runs; at most %u are allowed", c->run_count,
			       chunk_size / PROTO_RUN_ALIGN);
	code = chunk_parse_runs(r, c, err);
	if (code < 0)
		return code;
	if (!buf_reader_ok(r))
		return err_set(err, -EPROTO, "it ends inside its runs");
	return chunk_check_runs(c, chunk_size, err);
}

/* Exactly one frame, of exactly the length that was announced. The output is
 * flat memory of that length, so a frame's window cannot ask for more. */
static int chunk_unpack(struct chunk_decoder *d, const struct buf_reader *in, uint32_t len,
			struct err_text *err)
{
	size_t n;

	if (ZSTD_getFrameContentSize(in->at, in->left) != len)
		return err_set(err, -EPROTO, "its zstd frame does not have %u bytes", len);
	if (ZSTD_findFrameCompressedSize(in->at, in->left) != in->left)
		return err_set(err, -EPROTO, "it is not one whole zstd frame");
	n = ZSTD_decompressDCtx(d->zctx, d->data, len, in->at, in->left);
	if (ZSTD_isError(n))
		return err_set(err, -EPROTO, "zstd: %s", ZSTD_getErrorName(n));
	if (n != len)
		return err_set(err, -EPROTO, "it unpacks to %zu bytes instead of %u", n, len);
	return 0;
}

static int chunk_get_data(struct chunk_decoder *d, const struct buf_reader *in, uint32_t encoding,
			  uint32_t len, struct err_text *err)
{
	if (encoding == CHUNK_ZSTD && len)
		return chunk_unpack(d, in, len, err);
	if (encoding != CHUNK_RAW)
		return err_set(err, -EPROTO, "encoding %u with %u bytes of data is unknown",
			       encoding, len);
	if (in->left != len)
		return err_set(err, -EPROTO, "it has %zu bytes of data instead of %u", in->left,
			       len);
	memcpy(d->data, in->at, len);
	return 0;
}

int chunk_decode(struct chunk_decoder *d, const struct frame *f, struct chunk *c,
		 struct err_text *err)
{
	struct buf_reader r = buf_reader(f->payload, f->length);
	struct err_text why = {0};
	struct digest got;
	uint32_t encoding;
	int code;

	c->data = NULL;
	code = chunk_parse(&r, c, d->chunk_size, &encoding, &why);
	if (!code)
		code = chunk_get_data(d, &r, encoding, c->data_len, &why);
	if (code < 0)
		return err_set(err, code, "chunk %" PRIu64 " of volume %u: %s", c->number,
			       c->volume, why.text);
	c->data = d->data;
	if (chunk_form(c) != CHUNK_FULL)
		return 0;
	got = chunk_compute(d->digest, d->secret, c);
	if (!digest_equal(&got, &c->digest))
		return err_set(err, -EBADMSG,
			       "chunk %" PRIu64 " of volume %u: what arrived is not what was sent "
			       "(its digest differs)",
			       c->number, c->volume);
	return 0;
}

struct digest chunk_digest_of(struct chunk_decoder *d, const struct chunk *c)
{
	return chunk_compute(d->digest, d->secret, c);
}

struct digest chunk_digest_read(struct chunk_decoder *d, const struct chunk *c,
				const uint8_t *bytes)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < c->run_count; i++)
		sum += c->runs[i].length;
	digest_start(d->digest, d->secret);
	chunk_add_ranges(d->digest, c);
	if (sum)
		digest_add(d->digest, bytes, sum);
	return digest_end(d->digest);
}
