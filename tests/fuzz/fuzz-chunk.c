/* fuzz-chunk.c - the payload of a CHUNK frame
 *
 * A fuzzer does not guess digests. Where only that is wrong it is put right, and
 * the chunk must then be accepted, and come out the same when it is sent on.
 */
#include "util/cleanup.h"
#include "wire/chunk.h"

#include <errno.h>
#include <string.h>

static const uint8_t secret[DIGEST_SECRET_LEN] = {1, 2, 3};
static struct chunk_decoder *decoder, *second;
static struct chunk_encoder *encoder;

/* Of all sizes that a plan may have, chosen by the input. */
static void make(uint32_t chunk_size)
{
	static uint32_t made;

	if (made == chunk_size)
		return;
	chunk_decoder_free(decoder);
	chunk_decoder_free(second);
	chunk_encoder_free(encoder);
	decoder = chunk_decoder_new(secret, chunk_size);
	second = chunk_decoder_new(secret, chunk_size);
	encoder = chunk_encoder_new(secret, chunk_size);
	made = chunk_size;
}

static void check(const struct chunk *c, uint32_t chunk_size)
{
	struct chunk_range range = {0};
	uint32_t sum = 0, used = 0, all = 0, run = 0;

	for (uint32_t i = 0; i < c->run_count; i++) {
		if (c->runs[i].offset > chunk_size ||
		    c->runs[i].length > chunk_size - c->runs[i].offset ||
		    c->runs[i].offset % PROTO_RUN_ALIGN || c->runs[i].length % PROTO_RUN_ALIGN)
			abort();
		sum += c->runs[i].how == CHUNK_DATA ? c->runs[i].length : 0;
		all += c->runs[i].length;
	}
	if (sum != c->data_len || sum > chunk_size)
		abort();
	for (uint32_t end = 0; chunk_next_range(c, &run, &range);
	     end = range.offset + range.length) {
		if (used && range.offset <= end)
			abort();
		used += range.length;
	}
	if (used != all || used > chunk_size)
		abort();
}

static void send_on(struct chunk *c, int level)
{
	static struct chunk out;
	struct digest digest = c->digest;
	const uint8_t *frame;
	struct frame f;
	size_t len;

	if (chunk_encode(encoder, c, level, &frame, &len) || !digest_equal(&digest, &c->digest))
		abort();
	if (frame_decode_header(frame, &f, NULL) || f.length + PROTO_HEADER_LEN != len)
		abort();
	f.payload = (uint8_t *)(uintptr_t)frame + PROTO_HEADER_LEN;
	if (chunk_decode(second, &f, &out, NULL) || out.data_len != c->data_len ||
	    memcmp(out.data, c->data, c->data_len) || chunk_form(&out) != chunk_form(c))
		abort();
}

/* A part of it, and nothing of it: the digest stays. */
static void send_less(struct chunk *c)
{
	struct chunk_range part = {.offset = 1024, .length = c->volume % 64 * 512};

	chunk_keep(c, &part, 1);
	send_on(c, 1);
	chunk_keep(c, NULL, 0);
	if (c->data_len || (c->run_count && chunk_form(c) != CHUNK_QUERY))
		abort();
	send_on(c, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE uint8_t *payload = malloc(size + 1);
	static struct chunk c;
	struct frame f = {.type = PROTO_CHUNK, .length = (uint32_t)size, .payload = payload};
	struct err_text err = {0};
	uint32_t chunk_size;
	int r;

	if (size < 4)
		return 0;
	/* The last byte of the volume's index. */
	chunk_size = PLAN_MIN_CHUNK_SIZE << (data[3] + 4) % 7;
	make(chunk_size);
	if (!payload || size > PROTO_MAX_CHUNK)
		return 0;
	memcpy(payload, data, size);
	r = chunk_decode(decoder, &f, &c, &err);
	if (r == -EBADMSG) {
		struct digest d = chunk_digest_of(decoder, &c);

		memcpy(payload + 24, d.bytes, sizeof(d.bytes));
		r = chunk_decode(decoder, &f, &c, NULL);
		if (r)
			abort();
	}
	if (r == 0) {
		check(&c, chunk_size);
		send_on(&c, (int)(c.volume % 8) - 3);
		if (chunk_form(&c) == CHUNK_FULL)
			send_less(&c);
	} else if (r != -EPROTO || !err.text[0]) {
		abort();
	}
	return 0;
}
