/* test-chunk.c - chunks to frames and back; frames that must be refused */
#include "plan/plan.h"
#include "tap.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "wire/chunk.h"

#include <errno.h>
#include <zstd.h>

#define MIB (1u << 20)

static uint8_t secret[DIGEST_SECRET_LEN];
static struct chunk_encoder *encoder;
static struct chunk_decoder *decoder;
static struct chunk in, out;
static uint8_t data[MIB];

/* A xorshift: the same bytes in every run. */
static void fill_random(uint8_t *p, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		p[i] = (uint8_t)seed;
	}
}

static void fill_text(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)("the quick brown fox "[i % 20] + (i / 4096) % 3);
}

static void add_run(struct chunk *c, uint32_t offset, uint32_t length, bool zero)
{
	c->runs[c->run_count++] = (struct chunk_run){
		.offset = offset, .length = length, .how = zero ? CHUNK_ZERO : CHUNK_DATA};
	c->data_len += zero ? 0 : length;
}

static void start(struct chunk *c)
{
	*c = (struct chunk){.volume = 3, .number = 1234567890123, .data = data};
}

/* A frame as it came, decoded. */
static int decode(const uint8_t *frame, size_t len, struct err_text *err)
{
	static uint8_t copy[PROTO_MAX_CHUNK + 16];
	struct frame f;

	if (frame_decode_header(frame, &f, err) < 0 || f.type != PROTO_CHUNK ||
	    f.length != len - PROTO_HEADER_LEN)
		return -1;
	memcpy(copy, frame + PROTO_HEADER_LEN, f.length);
	f.payload = copy;
	return chunk_decode(decoder, &f, &out, err);
}

/* Encodes `in`, decodes, compares everything. Returns the frame's length. */
static size_t both_ways(int level)
{
	const uint8_t *frame;
	struct err_text err = {0};
	struct digest d;
	size_t len = 0;

	TAP_INT(chunk_encode(encoder, &in, level, &frame, &len), 0);
	TAP_INT(decode(frame, len, &err), 0);
	TAP_STR(err.text, "");
	TAP_INT(out.volume, in.volume);
	TAP_INT(out.number, in.number);
	TAP_INT(out.run_count, in.run_count);
	TAP_INT(out.data_len, in.data_len);
	for (uint32_t i = 0; i < in.run_count && i < out.run_count; i++)
		TAP_OK(in.runs[i].offset == out.runs[i].offset &&
		       in.runs[i].length == out.runs[i].length &&
		       in.runs[i].how == out.runs[i].how);
	TAP_OK(out.data && !memcmp(in.data, out.data, in.data_len));
	TAP_OK((uintptr_t)out.data % 4096 == 0);
	TAP_OK(digest_equal(&in.digest, &out.digest));
	d = chunk_digest_of(decoder, &out);
	TAP_OK(digest_equal(&d, &in.digest));
	d = in.digest;
	chunk_digest(encoder, &in);
	TAP_OK(digest_equal(&d, &in.digest));
	return len;
}

static void test_count_and_length(void)
{
	TAP_INT(chunk_count(0, MIB), 0);
	TAP_INT(chunk_count(1, MIB), 1);
	TAP_INT(chunk_count(MIB, MIB), 1);
	TAP_INT(chunk_count(MIB + 512, MIB), 2);
	TAP_INT(chunk_count(UINT64_MAX, MIB), 1LL << 44);
	TAP_INT(chunk_length(MIB + 512, 0, MIB), MIB);
	TAP_INT(chunk_length(MIB + 512, 1, MIB), 512);
	TAP_INT(chunk_length(MIB + 512, 2, MIB), 0);
	TAP_INT(chunk_length(2 * MIB, 1, MIB), MIB);
	TAP_INT(chunk_length(2 * MIB, 2, MIB), 0);
	TAP_INT(chunk_length(0, 0, MIB), 0);
	TAP_INT(chunk_length(UINT64_MAX, 1ULL << 44, MIB), 0);
	TAP_INT(chunk_length(UINT64_MAX, UINT64_MAX, MIB), 0);
}

static void test_raw_and_packed(void)
{
	fill_text(data, MIB);
	start(&in);
	add_run(&in, 0, MIB, false);
	TAP_INT(both_ways(0), 16 + 40 + 8 + MIB);
	TAP_OK(both_ways(1) < MIB / 4);
	TAP_OK(both_ways(-5) < MIB / 2);
	fill_random(data, MIB, 88172645463325252ULL);
	TAP_INT(both_ways(1), 16 + 40 + 8 + MIB);
	TAP_INT(both_ways(9), 16 + 40 + 8 + MIB);
}

static void test_runs_of_both_kinds(void)
{
	fill_text(data, MIB);
	start(&in);
	add_run(&in, 512, 512, false);
	add_run(&in, 1024, 4096, true);
	add_run(&in, 5120, 512, false);
	add_run(&in, 8192, 512, false);
	add_run(&in, MIB - 512, 512, true);
	both_ways(0);
	both_ways(3);
}

static void test_nothing_but_zeros_or_nothing(void)
{
	start(&in);
	add_run(&in, 0, MIB, true);
	TAP_INT(both_ways(3), 16 + 40 + 8);
	start(&in);
	TAP_INT(both_ways(3), 16 + 40);
}

static void test_most_runs(void)
{
	fill_text(data, MIB);
	start(&in);
	for (uint32_t i = 0; i < MIB / PROTO_RUN_ALIGN; i++)
		add_run(&in, i * 512, 512, i % 2);
	both_ways(0);
	both_ways(1);
}

/* The encoder's memory is allocated once; every level must fit into it at
 * every size. Only the levels that are cheap go over all sizes. */
static void test_every_level_fits(void)
{
	static const uint32_t sizes[] = {512, 4096, 16384, 16896, 131072, 262144, 262656, MIB};

	fill_text(data, MIB);
	fill_random(data + MIB / 2, MIB / 4, 42);
	for (int level = CHUNK_LEVEL_MIN; level <= CHUNK_LEVEL_MAX + 1; level++) {
		if (level < -7 && level != CHUNK_LEVEL_MIN)
			continue;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			const uint8_t *frame;
			size_t len = 0;

			if (!level || (level > 12 && i % 2 == 0))
				continue;
			start(&in);
			add_run(&in, 0, sizes[i], false);
			TAP_INT(chunk_encode(encoder, &in, level, &frame, &len), 0);
			/* Packed, so zstd did not fail. */
			TAP_INT(frame[16 + 16], CHUNK_ZSTD);
			TAP_INT(decode(frame, len, NULL), 0);
			TAP_OK(!memcmp(out.data, data, sizes[i]));
		}
	}
}

static void test_digest_depends_on_everything(void)
{
	struct digest first;
	uint8_t other[DIGEST_SECRET_LEN] = {1};
	struct chunk_encoder *e = chunk_encoder_new(other, MIB);

	fill_text(data, 4096);
	start(&in);
	add_run(&in, 0, 4096, false);
	chunk_digest(encoder, &in);
	first = in.digest;
	in.volume++;
	chunk_digest(encoder, &in);
	TAP_OK(!digest_equal(&first, &in.digest));
	in.volume--;
	in.number++;
	chunk_digest(encoder, &in);
	TAP_OK(!digest_equal(&first, &in.digest));
	in.number--;
	in.runs[0].offset = 512;
	chunk_digest(encoder, &in);
	TAP_OK(!digest_equal(&first, &in.digest));
	in.runs[0].offset = 0;
	data[4095] ^= 1;
	chunk_digest(encoder, &in);
	TAP_OK(!digest_equal(&first, &in.digest));
	data[4095] ^= 1;
	chunk_digest(e, &in);
	TAP_OK(!digest_equal(&first, &in.digest));
	chunk_digest(encoder, &in);
	TAP_OK(digest_equal(&first, &in.digest));
	chunk_encoder_free(e);
}

static void test_encoder_refuses(void)
{
	const uint8_t *frame;
	size_t len;

	start(&in);
	add_run(&in, 100, 512, false);
	TAP_INT(chunk_encode(encoder, &in, 0, &frame, &len), -EINVAL);
	start(&in);
	add_run(&in, 0, 512, false);
	in.data_len = 1024;
	TAP_INT(chunk_encode(encoder, &in, 0, &frame, &len), -EINVAL);
	start(&in);
	in.run_count = PROTO_MAX_RUNS + 1;
	TAP_INT(chunk_encode(encoder, &in, 0, &frame, &len), -EINVAL);
}

/* A frame made by hand, so that it can be wrong in one way at a time. The
 * digest is right unless the frame is not decoded that far. */
struct hand {
	uint32_t volume, run_count;
	uint64_t number;
	uint32_t encoding, data_len;
	uint32_t runs[16];
	const void *data;
	size_t len;
};

/* Touching runs are one range; zero runs count as zeros. */
static void hand_add(struct digest_state *s, const struct hand *h)
{
	static const uint8_t zeros[4096];
	uint8_t header[16], ranges[16 * 8], *p = ranges;
	uint32_t flags = CHUNK_RUN_ZERO | CHUNK_RUN_KEPT, end = 0, n = h->run_count;
	const uint8_t *at = data;

	n = n > 8 ? 8 : n;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t length = h->runs[2 * i + 1] & ~flags;

		if (i && h->runs[2 * i] == end)
			buf_put_u32(p - 4, end + length - h->runs[2 * i - 2]);
		else
			p = buf_put_u32(buf_put_u32(p, h->runs[2 * i]), length);
		end = h->runs[2 * i] + length;
	}
	buf_put_u64(buf_put_u32(buf_put_u32(header, h->volume), (uint32_t)(p - ranges) / 8),
		    h->number);
	digest_add(s, header, sizeof(header));
	digest_add(s, ranges, (size_t)(p - ranges));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t length = h->runs[2 * i + 1];

		if (length & CHUNK_RUN_ZERO)
			digest_add(s, zeros, (length & ~flags) % 4097);
		else if (length <= 4096)
			digest_add(s, at, length);
		at += length & flags || length > 4096 ? 0 : length;
	}
}

static int decode_hand(const struct hand *h, struct err_text *err)
{
	static uint8_t buf[PROTO_MAX_CHUNK + 64];
	struct frame f = {.type = PROTO_CHUNK, .payload = buf};
	struct digest_state *s = digest_new();
	struct digest d;
	uint8_t *p = buf;

	p = buf_put_u32(p, h->volume);
	p = buf_put_u32(p, h->run_count);
	p = buf_put_u64(p, h->number);
	p = buf_put_u32(p, h->encoding);
	p = buf_put_u32(p, h->data_len);
	p += DIGEST_LEN;
	for (uint32_t i = 0; i < 2 * h->run_count && i < 16; i++)
		p = buf_put_u32(p, h->runs[i]);
	digest_start(s, secret);
	hand_add(s, h);
	d = digest_end(s);
	digest_free(s);
	memcpy(buf + 24, d.bytes, sizeof(d.bytes));
	if (h->len)
		memcpy(p, h->data, h->len);
	f.length = (uint32_t)(p - buf + (ptrdiff_t)h->len);
	return chunk_decode(decoder, &f, &out, err);
}

static void expect(struct hand h, int code, const char *part)
{
	struct err_text err = {0};

	TAP_INT(decode_hand(&h, &err), code);
	TAP_HAS(err.text, part);
}

static void test_decoder_refuses_runs(void)
{
	struct hand good = {
		.run_count = 1, .data_len = 512, .runs = {0, 512}, .data = data, .len = 512};
	struct hand h = good;

	expect(good, 0, "");
	h.runs[0] = 100;
	expect(h, -EPROTO, "aligned");
	h = good;
	h.runs[1] = 513;
	expect(h, -EPROTO, "aligned");
	h.runs[1] = 0;
	expect(h, -EPROTO, "empty");
	h.runs[1] = CHUNK_RUN_ZERO;
	expect(h, -EPROTO, "empty");
	h = good;
	h.runs[0] = MIB;
	expect(h, -EPROTO, "beyond");
	h.runs[0] = MIB - 512;
	h.runs[1] = 1024;
	expect(h, -EPROTO, "beyond");
	h.runs[0] = 0xfffffe00;
	h.runs[1] = 512;
	expect(h, -EPROTO, "beyond");
	h = good;
	h.runs[1] = 1024;
	expect(h, -EPROTO, "header says 512");
	h = good;
	h.run_count = 2049;
	expect(h, -EPROTO, "2049 runs");
	h = good;
	h.runs[1] |= CHUNK_RUN_ZERO | CHUNK_RUN_KEPT;
	expect(h, -EPROTO, "both zeros and kept");
	h.run_count = 0xffffffff;
	{
		struct err_text err = {0};
		uint8_t b[40] = {0};
		struct frame f = {.type = PROTO_CHUNK, .payload = b, .length = 40};

		memset(b + 4, 0xff, 4);
		TAP_INT(chunk_decode(decoder, &f, &out, &err), -EPROTO);
		f.length = 39;
		TAP_INT(chunk_decode(decoder, &f, &out, &err), -EPROTO);
		memset(b + 4, 0, 4);
		b[4] = 1;
		f.length = 40;
		TAP_INT(chunk_decode(decoder, &f, &out, &err), -EPROTO);
	}
}

static void test_decoder_refuses_order(void)
{
	struct hand good = {.run_count = 2,
			    .data_len = 1024,
			    .runs = {0, 512, 1024, 512},
			    .data = data,
			    .len = 1024};
	struct hand h = good;

	expect(good, 0, "");
	h.runs[2] = 512; /* touches one of its own kind */
	expect(h, -EPROTO, "run 1");
	h.runs[2] = 0;
	expect(h, -EPROTO, "run 1");
	h = good;
	h.runs[0] = 2048; /* descends */
	expect(h, -EPROTO, "run 1");
	h = good;
	h.runs[1] = 1536; /* overlaps */
	h.data_len = h.len = 2048;
	expect(h, -EPROTO, "run 1");
	h = good;
	h.runs[2] = 512; /* touches one of the other kind: right */
	h.runs[3] = 512 | CHUNK_RUN_ZERO;
	h.data_len = h.len = 512;
	expect(h, 0, "");
	h.runs[3] = 512 | CHUNK_RUN_KEPT;
	expect(h, 0, "");
	TAP_INT(chunk_form(&out), CHUNK_DELTA);
	h.runs[1] = 512 | CHUNK_RUN_KEPT; /* two kept ones that touch */
	h.data_len = h.len = 0;
	expect(h, -EPROTO, "run 1");
	h.runs[2] = 1024;
	expect(h, 0, "");
	TAP_INT(chunk_form(&out), CHUNK_QUERY);
}

static void test_decoder_refuses_data(void)
{
	static uint8_t packed[2 * MIB];
	struct hand good = {
		.run_count = 1, .data_len = 4096, .runs = {0, 4096}, .data = data, .len = 4096};
	struct hand h = good;
	struct err_text err = {0};

	fill_text(data, MIB);
	h.len = 4095;
	expect(h, -EPROTO, "4095 bytes");
	h.len = 4097;
	expect(h, -EPROTO, "4097 bytes");
	h = good;
	h.encoding = 2;
	expect(h, -EPROTO, "encoding 2");
	h = (struct hand){
		.run_count = 1, .encoding = CHUNK_ZSTD, .runs = {0, 512 | CHUNK_RUN_ZERO}};
	expect(h, -EPROTO, "encoding 1");

	h = good;
	h.encoding = CHUNK_ZSTD;
	h.data = packed;
	h.len = ZSTD_compress(packed, sizeof(packed), data, 4096, 1);
	expect(h, 0, "");
	h.len--; /* cut */
	expect(h, -EPROTO, "not one whole");
	h.len += 2; /* something after it */
	packed[h.len - 1] = 0;
	expect(h, -EPROTO, "not one whole");
	h.len--;
	h.len += ZSTD_compress(packed + h.len, 4096, data, 0, 1); /* a second, empty frame */
	expect(h, -EPROTO, "not one whole");
	h.len = ZSTD_compress(packed, sizeof(packed), data, 4608, 1); /* longer than it says */
	expect(h, -EPROTO, "does not have 4096");
	h.len = ZSTD_compress(packed, sizeof(packed), data, 2048, 1);
	expect(h, -EPROTO, "does not have 4096");
	h.len = 0;
	expect(h, -EPROTO, "does not have 4096");
	/* Right in its header, another content: the digest finds it. */
	data[7] ^= 1;
	h.len = ZSTD_compress(packed, sizeof(packed), data, 4096, 1);
	data[7] ^= 1;
	TAP_INT(decode_hand(&h, &err), -EBADMSG);
	TAP_HAS(err.text, "digest");
}

/* No single flipped bit changes what is written: of the header and the runs
 * each is tried, of the data one here and there. zstd's frame header has one bit
 * that means nothing; there the outcome must be the same. */
static void test_flipped_bits(void)
{
	static uint8_t copy[PROTO_MAX_CHUNK];
	const uint8_t *frame;
	unsigned unnoticed = 0;
	size_t len;

	for (int level = 0; level < 2; level++) {
		fill_text(data, MIB);
		start(&in);
		add_run(&in, 0, 8192, false);
		add_run(&in, 16384, 8192, true);
		TAP_INT(chunk_encode(encoder, &in, level, &frame, &len), 0);
		memcpy(copy, frame, len);
		for (size_t bit = 0; bit < 8 * len; bit += bit < 8 * 100 ? 1 : 101) {
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (!decode(copy, len, NULL)) {
				unnoticed++;
				TAP_INT(out.run_count, 2);
				TAP_INT(out.data_len, 8192);
				TAP_OK(!memcmp(out.data, data, 8192));
			}
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		TAP_INT(decode(copy, len, NULL), 0);
	}
	TAP_INT(unnoticed, 1);
}

/* The bytes in use of a full chunk, as a disk would give them. */
static void spread(const struct chunk *c, uint8_t *bytes)
{
	const uint8_t *from = c->data;

	for (uint32_t i = 0; i < c->run_count; i++) {
		if (c->runs[i].how == CHUNK_DATA)
			memcpy(bytes, from, c->runs[i].length);
		else
			memset(bytes, 0, c->runs[i].length);
		from += c->runs[i].how == CHUNK_DATA ? c->runs[i].length : 0;
		bytes += c->runs[i].length;
	}
}

/* Data, zeros, a hole, zeros, data; of a size that leaves none of them out. */
static void start_mixed(uint32_t size)
{
	fill_random(data, size, 99);
	start(&in);
	add_run(&in, 0, size / 4, false);
	add_run(&in, size / 4, size / 8, true);
	add_run(&in, size / 2, size / 8, true);
	add_run(&in, size / 8 * 5, size / 8 * 3, false);
}

/* How zeros are sent, and how runs are cut, makes no difference. */
static void test_digest_of_the_same_bytes(void)
{
	static uint8_t bytes[MIB];
	struct digest first, read;

	start_mixed(MIB);
	chunk_digest(encoder, &in);
	first = in.digest;
	spread(&in, bytes);
	read = chunk_digest_read(decoder, &in, bytes);
	TAP_OK(digest_equal(&first, &read));
	start(&in);
	memcpy(data, bytes, MIB / 8 * 7);
	add_run(&in, 0, MIB / 8 * 3, false);
	add_run(&in, MIB / 2, MIB / 2, false);
	chunk_digest(encoder, &in);
	TAP_OK(digest_equal(&first, &in.digest));
	bytes[MIB / 4 + 7] ^= 1; /* among the zeros */
	read = chunk_digest_read(decoder, &in, bytes);
	TAP_OK(!digest_equal(&first, &read));
}

/* What arrives of the chunk in `in` has that digest, and its form. */
static void arrives(enum chunk_form form, const struct digest *digest)
{
	const uint8_t *frame;
	struct err_text err = {0};
	size_t len = 0;

	TAP_INT(chunk_form(&in), form);
	TAP_INT(chunk_encode(encoder, &in, 1, &frame, &len), 0);
	TAP_INT(decode(frame, len, &err), 0);
	TAP_STR(err.text, "");
	TAP_INT(chunk_form(&out), form);
	TAP_OK(digest_equal(&out.digest, digest));
	TAP_INT(out.data_len, in.data_len);
	TAP_OK(!memcmp(out.data, in.data, in.data_len));
}

static void test_keep(void)
{
	const struct chunk_range some[] = {
		{512, 1024}, {MIB / 4 - 512, 1024}, {MIB / 2 - 4096, 8192}};
	static uint8_t bytes[MIB];
	struct digest digest, read;

	start_mixed(MIB);
	chunk_digest(encoder, &in);
	digest = in.digest;
	arrives(CHUNK_FULL, &digest);
	spread(&in, bytes);
	chunk_keep(&in, some, 3);
	TAP_INT(in.run_count, 8);
	TAP_INT(in.data_len, 1024 + 512);
	TAP_OK(!memcmp(in.data, bytes + 512, 1024) &&
	       !memcmp(in.data + 1024, bytes + MIB / 4 - 512, 512));
	arrives(CHUNK_DELTA, &digest);
	/* With what is on the target, the same digest; with other bytes not. */
	read = chunk_digest_read(decoder, &out, bytes);
	TAP_OK(digest_equal(&read, &digest));
	bytes[MIB / 2] ^= 1;
	read = chunk_digest_read(decoder, &out, bytes);
	TAP_OK(!digest_equal(&read, &digest));

	start_mixed(MIB);
	in.digest = digest;
	chunk_keep(&in, NULL, 0);
	TAP_INT(in.run_count, 2);
	TAP_INT(in.data_len, 0);
	arrives(CHUNK_QUERY, &digest);
	bytes[MIB / 2] ^= 1;
	read = chunk_digest_read(decoder, &out, bytes);
	TAP_OK(digest_equal(&read, &digest));
}

/* A range that covers everything leaves a full chunk. */
static void test_keep_nothing_kept(void)
{
	const struct chunk_range all = {0, MIB};
	uint32_t runs;

	start_mixed(MIB);
	runs = in.run_count;
	chunk_keep(&in, &all, 1);
	TAP_INT(in.run_count, runs);
	TAP_INT(chunk_form(&in), CHUNK_FULL);
	both_ways(1);
	in.digest = (struct digest){0};
	chunk_keep(&in, NULL, 0);
	{
		const uint8_t *frame;
		size_t len;

		/* A query without a digest asks nothing. */
		TAP_INT(chunk_encode(encoder, &in, 1, &frame, &len), -EINVAL);
	}
}

/* The most runs there can be: every other sector of the largest chunk. */
static void test_keep_most_runs(void)
{
	static struct chunk_range odd[PROTO_MAX_RUNS / 2];
	static uint8_t most[PLAN_MAX_CHUNK_SIZE];

	fill_text(most, sizeof(most));
	start(&in);
	in.data = most;
	add_run(&in, 0, PLAN_MAX_CHUNK_SIZE, false);
	for (uint32_t i = 0; i < PROTO_MAX_RUNS / 2; i++)
		odd[i] = (struct chunk_range){i * 1024 + 512, 512};
	chunk_keep(&in, odd, PROTO_MAX_RUNS / 2);
	TAP_INT(in.run_count, PROTO_MAX_RUNS);
	TAP_INT(in.data_len, PLAN_MAX_CHUNK_SIZE / 2);
	for (uint32_t i = 0; i < PROTO_MAX_RUNS; i++)
		if (in.runs[i].offset != i * 512 || in.runs[i].length != 512 ||
		    in.runs[i].how != (i % 2 ? CHUNK_DATA : CHUNK_KEPT))
			TAP_INT(i, -1);
	chunk_keep(&in, NULL, 0);
	TAP_INT(in.run_count, 1);
	TAP_INT(in.runs[0].length, PLAN_MAX_CHUNK_SIZE);
}

static void test_every_size(void)
{
	static uint8_t copy[PROTO_MAX_CHUNK];
	struct chunk_encoder *e = encoder;
	struct chunk_decoder *d = decoder;

	TAP_OK(!plan_chunk_size_fits(32 << 10) && !plan_chunk_size_fits(8 << 20) &&
	       !plan_chunk_size_fits(96 << 10) && !plan_chunk_size_fits(0));
	for (uint32_t size = PLAN_MIN_CHUNK_SIZE; size <= PLAN_MAX_CHUNK_SIZE; size *= 2) {
		struct err_text err = {0};
		const uint8_t *frame;
		struct frame f;
		size_t len;

		TAP_OK(plan_chunk_size_fits(size));
		encoder = chunk_encoder_new(secret, size);
		decoder = chunk_decoder_new(secret, size);
		TAP_OK(encoder && decoder);
		in.data = copy;
		fill_text(copy, size);
		for (int level = 0; level < 20; level += 19) {
			start(&in);
			in.data = copy;
			add_run(&in, 0, size, false);
			both_ways(level);
		}
		/* One sector too far, and one run too many. */
		in.runs[0].offset = 512;
		TAP_INT(chunk_encode(encoder, &in, 0, &frame, &len), -EINVAL);
		f = (struct frame){.type = PROTO_CHUNK, .payload = copy, .length = 40};
		memset(copy, 0, 40);
		buf_put_u32(copy + 4, size / 512 + 1);
		TAP_INT(chunk_decode(decoder, &f, &out, &err), -EPROTO);
		TAP_HAS(err.text, "at most");
		chunk_encoder_free(encoder);
		chunk_decoder_free(decoder);
	}
	encoder = e;
	decoder = d;
}

int main(void)
{
	fill_random(secret, sizeof(secret), 4711);
	encoder = chunk_encoder_new(secret, MIB);
	decoder = chunk_decoder_new(secret, MIB);
	if (!encoder || !decoder)
		return 1;
	TAP_RUN(test_count_and_length);
	TAP_RUN(test_raw_and_packed);
	TAP_RUN(test_runs_of_both_kinds);
	TAP_RUN(test_nothing_but_zeros_or_nothing);
	TAP_RUN(test_most_runs);
	TAP_RUN(test_every_level_fits);
	TAP_RUN(test_digest_depends_on_everything);
	TAP_RUN(test_encoder_refuses);
	TAP_RUN(test_decoder_refuses_runs);
	TAP_RUN(test_decoder_refuses_order);
	TAP_RUN(test_decoder_refuses_data);
	TAP_RUN(test_flipped_bits);
	TAP_RUN(test_digest_of_the_same_bytes);
	TAP_RUN(test_keep);
	TAP_RUN(test_keep_nothing_kept);
	TAP_RUN(test_keep_most_runs);
	TAP_RUN(test_every_size);
	chunk_encoder_free(encoder);
	chunk_decoder_free(decoder);
	return tap_done();
}
