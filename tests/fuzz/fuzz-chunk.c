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

static void check(const struct chunk *c)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < c->run_count; i++) {
		if (c->runs[i].offset > PROTO_CHUNK_SIZE ||
		    c->runs[i].length > PROTO_CHUNK_SIZE - c->runs[i].offset ||
		    c->runs[i].offset % PROTO_RUN_ALIGN || c->runs[i].length % PROTO_RUN_ALIGN)
			abort();
		sum += c->runs[i].zero ? 0 : c->runs[i].length;
	}
	if (sum != c->data_len || sum > PROTO_CHUNK_SIZE)
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
	    memcmp(out.data, c->data, c->data_len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE uint8_t *payload = malloc(size + 1);
	static struct chunk c;
	struct frame f = {.type = PROTO_CHUNK, .length = (uint32_t)size, .payload = payload};
	struct err_text err = {0};
	int r;

	if (!decoder) {
		decoder = chunk_decoder_new(secret);
		second = chunk_decoder_new(secret);
		encoder = chunk_encoder_new(secret);
	}
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
		check(&c);
		send_on(&c, (int)(c.volume % 8) - 3);
	} else if (r != -EPROTO || !err.text[0]) {
		abort();
	}
	return 0;
}
