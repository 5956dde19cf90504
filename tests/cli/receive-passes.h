/* receive-passes.h - passes over the chunks of a push that has arrived: a map that
 * is lost, data that is not what it was, deltas. A part of receive-tool.c.
 *
 * Each pass prints what its DONE says and how much it sent, and what SEALED
 * makes of it; here the tool remembers itself what it has read, instead of
 * trusting the target's map as seal() does.
 */
#ifndef P2V_TESTS_RECEIVE_PASSES_H
#define P2V_TESTS_RECEIVE_PASSES_H

enum pass_kind {
	PASS_FULL,
	PASS_QUERY,
	PASS_DELTA, /* what has changed of one chunk, see pass_delta() */
};

static struct digest *pass_own[PLAN_MAX_VOLUMES]; /* by chunk number; as read last */
static uint8_t *pass_wanted[PLAN_MAX_VOLUMES];    /* by chunk number; NULL: all */
static uint32_t pass_volume;                      /* of the chunk that changes */
static uint64_t pass_number;
static bool pass_chosen, pass_changed;

static uint64_t pass_chunks(uint32_t volume)
{
	const struct plan_volume *v = &plan.volumes[volume];

	return v->kind == VOLUME_IMAGE ? chunk_count(v->source.length, plan.chunk_size) : 0;
}

static bool pass_is_chosen(uint32_t volume, uint64_t number)
{
	return pass_chosen && volume == pass_volume && number == pass_number;
}

/* The source, as if one sector of one chunk had been written to meanwhile. */
static void pass_read(struct source_reader *reader, struct chunk_encoder *enc, uint32_t volume,
		      uint64_t number, struct chunk *c)
{
	if (source_read_chunk(reader, volume, number, c))
		exit(99);
	if (!pass_chosen && c->data_len >= 16384 && c->run_count > 1) {
		pass_volume = volume;
		pass_number = number;
		pass_chosen = true;
	}
	if (pass_changed && pass_is_chosen(volume, number))
		for (size_t i = 0; i < 512; i++)
			c->data[i] ^= 0xff;
	chunk_digest(enc, c);
	pass_own[volume][number] = c->digest;
}

static void pass_keep(struct chunk *c, enum pass_kind kind)
{
	struct chunk_range first = {.length = 512};

	for (uint32_t i = c->run_count; i-- > 0;)
		if (c->runs[i].how == CHUNK_DATA)
			first.offset = c->runs[i].offset;
	if (kind == PASS_QUERY)
		chunk_keep(c, NULL, 0);
	if (kind == PASS_DELTA)
		chunk_keep(c, &first, 1);
}

/* One pass; the number of chunks and of bytes that went over the wire. */
static void pass_run(enum pass_kind kind, struct chunk_encoder *enc)
{
	struct source_reader *reader = source_reader_new(source);
	struct source_cursor *cursor = NULL;
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_end end = {0};
	struct msg_done done;
	static struct chunk c;
	uint64_t number, bytes = 0;
	uint32_t volume;
	struct frame f;

	if (!reader || source_cursor_new(source, NULL, &cursor))
		exit(99);
	while (source_cursor_next(cursor, &volume, &number)) {
		const uint8_t *frame;
		size_t len;

		pass_read(reader, enc, volume, number, &c);
		if (pass_wanted[volume] && !pass_wanted[volume][number])
			continue;
		if (kind == PASS_DELTA && !pass_is_chosen(volume, number))
			continue;
		pass_keep(&c, kind);
		if (chunk_encode(enc, &c, 3, &frame, &len))
			exit(99);
		if (stream_write(&data.stream, frame, len))
			exit(99);
		bytes += c.data_len;
		end.sent++;
	}
	source_cursor_free(cursor);
	source_reader_free(reader);
	frame_send_json(&data.stream, PROTO_END, msg_end_to_json(&end));
	f = expect(&data, PROTO_DONE);
	if (frame_json(&f, &d, NULL) || msg_done_from_json(d, &done, NULL))
		finish();
	printf("pass: %llu sent %llu bytes, %llu stored %llu bad %llu proven %llu missing\n",
	       (unsigned long long)end.sent, (unsigned long long)bytes,
	       (unsigned long long)done.stored, (unsigned long long)done.bad,
	       (unsigned long long)done.proven, (unsigned long long)done.missing);
	printf("rss %llu\n", (unsigned long long)done.peak_rss);
}

/* SEAL by what was read here; then MAP_GET for what differs. */
static void pass_seal(void)
{
	struct msg_seal m = {0};
	struct frame f;

	for (uint32_t i = 0; i < plan.volume_count; i++) {
		uint64_t count = pass_chunks(i), n = 0;
		uint8_t *records = calloc(count + 1, 24);

		for (uint64_t k = 0; k < count; k++)
			if (!digest_is_none(&pass_own[i][k])) {
				buf_put_u64(records + 24 * n, k);
				memcpy(records + 24 * n++ + 8, pass_own[i][k].bytes, 16);
			}
		if (count)
			m.volumes[m.volume_count++] = (struct msg_seal_volume){
				.volume = i, .chunks = n, .root = digest_of(records, 24 * n)};
		free(records);
	}
	frame_send_json(&control.stream, PROTO_SEAL, msg_seal_to_json(&m));
	f = expect(&control, PROTO_SEALED);
	printf("%.*s\n", (int)f.length, f.payload);
}

static void pass_ask_map(void)
{
	uint64_t missing = 0;

	for (uint32_t i = 0; i < plan.volume_count; i++) {
		uint64_t count = pass_chunks(i);
		struct msg_map_get get = {.volume = i, .count = (uint32_t)count};
		struct frame f;

		if (!count)
			continue;
		frame_send_json(&control.stream, PROTO_MAP_GET, msg_map_get_to_json(&get));
		f = expect(&control, PROTO_MAP);
		pass_wanted[i] = calloc(count, 1);
		for (uint64_t k = 0; k < count; k++)
			if (memcmp(f.payload + 16 * k, pass_own[i][k].bytes, 16)) {
				pass_wanted[i][k] = 1;
				missing++;
			}
	}
	printf("map: %llu missing\n", (unsigned long long)missing);
}

static void pass_forget_wanted(void)
{
	for (uint32_t i = 0; i < plan.volume_count; i++) {
		free(pass_wanted[i]);
		pass_wanted[i] = NULL;
	}
}

/* As if the session's directory had been lost, and made anew. */
static void pass_lose_maps(void)
{
	const char *dir = NULL;

	for (char **arg = receiver; *arg; arg++)
		if (!strcmp(*arg, "--session-dir"))
			dir = arg[1];
	for (uint32_t i = 0; i < plan.volume_count; i++) {
		uint64_t count = pass_chunks(i);
		CLEANUP_FREE uint8_t *zeros = calloc(count + 1, 16);
		CLEANUP_FD int fd = -1;
		char path[400];

		if (!count)
			continue;
		snprintf(path, sizeof(path), "%s/%s/map.%u", dir, ready.session, i);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || io_pwrite_full(fd, zeros, count * 16, 0))
			exit(99);
	}
}

/* Somebody writes to the target's disk: the last byte in use of that chunk. */
static void pass_spoil_disk(void)
{
	struct source_reader *reader = source_reader_new(source);
	CLEANUP_FD int fd = open(target, O_RDWR | O_CLOEXEC);
	static struct chunk c;
	uint64_t at;
	uint8_t byte;

	if (!reader || fd < 0 || source_read_chunk(reader, pass_volume, pass_number, &c))
		exit(99);
	at = plan.volumes[pass_volume].target.start + pass_number * plan.chunk_size +
	     c.runs[c.run_count - 1].offset + c.runs[c.run_count - 1].length - 1;
	if (io_pread_full(fd, &byte, 1, at))
		exit(99);
	byte ^= 0x40;
	if (io_pwrite_full(fd, &byte, 1, at))
		exit(99);
	source_reader_free(reader);
}

/* All of it, and then what the scenario is about. */
static void passes(void)
{
	struct chunk_encoder *enc = chunk_encoder_new(plan.secret, plan.chunk_size);

	for (uint32_t i = 0; i < plan.volume_count; i++)
		pass_own[i] = calloc(pass_chunks(i) + 1, sizeof(struct digest));
	end_start(&data);
	hello(&data, HELLO_DATA);
	pass_run(PASS_FULL, enc);
	if (is("pass-lost-map") || is("pass-query-other")) {
		pass_lose_maps();
		pass_seal();
	}
	if (is("pass-query-other") || is("pass-delta-other"))
		pass_spoil_disk();
	pass_changed = is("pass-delta") || is("pass-delta-other");
	if (!is("pass-full"))
		pass_run(pass_changed ? PASS_DELTA : PASS_QUERY, enc);
	pass_seal();
	pass_ask_map();
	if (is("pass-query-other") || is("pass-delta-other")) {
		pass_run(PASS_FULL, enc);
		pass_forget_wanted();
		pass_seal();
	}
	pass_forget_wanted();
	/* Back to what the source really has, for the test to compare. */
	if (pass_changed) {
		pass_changed = false;
		pass_run(PASS_DELTA, enc);
		pass_seal();
	}
	chunk_encoder_free(enc);
	for (uint32_t i = 0; i < plan.volume_count; i++)
		free(pass_own[i]);
}

#endif
