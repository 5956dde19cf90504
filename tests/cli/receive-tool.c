/* receive-tool.c - a pusher that follows a script, and breaks off or lies on demand
 *
 *   receive-tool SCENARIO SOURCE TARGET RECEIVER [ARGUMENT...]
 *
 * Pushes the image SOURCE to the disk TARGET of a RECEIVER that it starts for
 * each connection, and prints every frame that comes back, one a line, and at
 * the end "control STATUS" and "data STATUS". Scenarios: see main().
 */
#include "plan/facts.h"
#include "plan/plan_json.h"
#include "plan/plan_layout.h"
#include "source/source.h"
#include "source/source_cursor.h"
#include "source/source_reader.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct end {
	pid_t pid;
	struct stream stream;
	struct frame_buffer buffer;
};

static const char *scenario, *target;
static char **receiver;
static struct source *source;
static struct plan plan;
static struct end control = {.pid = -1}, data = {.pid = -1};
static struct msg_ready ready;

static void end_start(struct end *e)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		exit(99);
	e->pid = fork();
	if (e->pid == 0) {
		dup2(fds[1], 0);
		dup2(fds[1], 1);
		execvp(receiver[0], receiver);
		_exit(127);
	}
	close(fds[1]);
	e->stream = stream_fds(fds[0], fds[0]);
}

static int end_stop(struct end *e)
{
	int status = 0;

	close(e->stream.in);
	waitpid(e->pid, &status, 0);
	frame_buffer_release(&e->buffer);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void finish(void)
{
	/* Data first: what it says must not depend on the control's end. */
	if (data.pid > 0)
		printf("data %d\n", end_stop(&data));
	if (control.pid > 0)
		printf("control %d\n", end_stop(&control));
	exit(0);
}

static bool is(const char *name)
{
	return !strcmp(scenario, name);
}

/* Says nothing any more, and reads nothing, until the receivers have given up. */
static void stall(void)
{
	struct end *ends[] = {&data, &control};

	puts("stall");
	for (int i = 0; i < 2; i++) {
		int status = 0;

		if (ends[i]->pid <= 0)
			continue;
		waitpid(ends[i]->pid, &status, 0);
		printf("%s %d\n", i ? "control" : "data",
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
	exit(0);
}

/* Every "cut-X" breaks the connections off right after X; a "stall-X" leaves them open. */
static void cut(const char *after)
{
	if (!strncmp(scenario, "stall-", 6) && !strcmp(scenario + 6, after))
		stall();
	if (!strncmp(scenario, "cut-", 4) && !strcmp(scenario + 4, after)) {
		puts("cut");
		finish();
	}
}

static void print_error(const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_error m;

	if (frame_json(f, &d, NULL) || msg_error_from_json(d, &m, NULL))
		puts("ERROR that does not fit its schema");
	else
		printf("ERROR %s: %s\n", m.code, m.text);
	finish();
}

static void print_verdict(const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_verdict v;

	if (frame_json(f, &d, NULL) || msg_verdict_from_json(d, &v, NULL))
		finish();
	for (size_t i = 0; i < v.reasons.n; i++)
		printf("%s %s: %s\n", reason_level_name(v.reasons.v[i].level), v.reasons.v[i].code,
		       v.reasons.v[i].text);
	msg_verdict_release(&v);
}

static void print_result(const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_result m;

	if (frame_json(f, &d, NULL) || msg_result_from_json(d, &m, NULL))
		finish();
	for (size_t i = 0; i < m.reasons.n; i++)
		printf("%s %s: %s\n", reason_level_name(m.reasons.v[i].level), m.reasons.v[i].code,
		       m.reasons.v[i].text);
	printf("root %s\n", m.root_found ? "found" : "not found");
	msg_result_release(&m);
}

static void print_event(const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_event m;

	if (!frame_json(f, &d, NULL) && !msg_event_from_json(d, &m, NULL))
		printf("EVENT %s %s %s: %s\n", m.stage, m.name, m.state, m.text);
}

/* Reads until a frame of that type; ends the program when there is none. */
static struct frame expect(struct end *e, unsigned type)
{
	struct err_text err = {0};
	struct frame f;

	for (;;) {
		int r = frame_read(&e->stream, &e->buffer, &f, &err);

		if (r) {
			printf("end: %s\n", r == IO_E_EOF ? "closed" : err.text);
			finish();
		}
		if (f.type == PROTO_EVENT)
			print_event(&f);
		else
			printf("%s\n", proto_type_name(f.type));
		if (f.type == PROTO_ERROR)
			print_error(&f);
		if (f.type == type)
			return f;
	}
}

static void hello(struct end *e, enum hello_role role)
{
	struct msg_hello m = {.version = is("bad-version") ? PROTO_VERSION + 1 : PROTO_VERSION,
			      .features = PROTO_FEATURE_ZSTD,
			      .role = role,
			      .program = "receive-tool"};

	if (role == HELLO_DATA) {
		memcpy(m.session, ready.session, sizeof(m.session));
		memcpy(m.token, ready.token, sizeof(m.token));
		m.token[0] ^= is("bad-token");
		if (is("bad-session"))
			snprintf(m.session, sizeof(m.session), "0000000000000000");
	}
	frame_send_json(&e->stream, PROTO_HELLO, msg_hello_to_json(&m));
	cut(role == HELLO_DATA ? "data-HELLO" : "HELLO");
	expect(e, PROTO_HELLO);
}

static void send_plan(void)
{
	struct jdoc *d = jdoc_object();
	struct frame f;

	jdoc_set_bool(d, "dry_run", is("dry-commit"));
	if (is("plan-cutover"))
		jdoc_set_str(d, "cutover", "kexec");
	jdoc_set(d, "plan", plan_to_json(&plan));
	frame_send_json(&control.stream, PROTO_PLAN, d);
	cut("PLAN");
	f = expect(&control, PROTO_VERDICT);
	print_verdict(&f);
}

static void commit(void)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_commit m = {.plan = plan_digest(&plan), .erase_count = plan.target.disk_count};
	struct frame f;

	snprintf(m.erase[0], sizeof(m.erase[0]), "%s", is("bad-erase") ? "/dev/other" : target);
	m.plan.bytes[3] ^= is("bad-plan");
	if (is("early-commit"))
		puts("COMMIT before PLAN");
	frame_send_json(&control.stream, PROTO_COMMIT, msg_commit_to_json(&m));
	cut("COMMIT");
	f = expect(&control, PROTO_READY);
	if (frame_json(&f, &d, NULL) || msg_ready_from_json(d, &ready, NULL))
		finish();
	cut("READY");
}

/* Lies about a chunk: before its digest is made, or in its frame. */
static void lie(struct chunk *c)
{
	if (is("bad-volume"))
		c->volume = 200;
	if (is("swap-volume"))
		for (c->volume = 0; plan.volumes[c->volume].kind == VOLUME_IMAGE;)
			c->volume++;
	if (is("bad-number"))
		c->number = 1 << 20;
}

static void spoil(uint8_t *frame, size_t *len)
{
	uint8_t *payload = frame + PROTO_HEADER_LEN;

	if (is("bad-digest"))
		payload[24] ^= 1;
	if (is("bad-data"))
		frame[*len - 1] ^= 1;
	if (is("bad-length"))
		payload[20] ^= 1;
	if (is("bad-magic"))
		frame[0] ^= 1;
	if (is("bad-type"))
		frame[4] = 200;
	if (is("too-long"))
		frame[11] = 200;
	if (is("cut-inside") || is("stall-inside"))
		*len /= 2;
}

static void kill_control(void)
{
	kill(control.pid, SIGKILL);
	waitpid(control.pid, NULL, 0);
	control.pid = -1;
}

/* The second chunk with data in it is the one that the scenario is about. */
static void send_chunks(struct chunk_encoder *enc, uint8_t *copy)
{
	struct source_reader *reader = source_reader_new(source);
	struct source_cursor *cursor = NULL;
	static struct chunk c;
	struct msg_end end = {0};
	uint64_t number, with_data = 0;
	uint32_t volume;

	if (!reader || source_cursor_new(source, NULL, &cursor))
		exit(99);
	while (source_cursor_next(cursor, &volume, &number)) {
		const uint8_t *frame;
		size_t len;
		bool special;

		if (is("missing") && end.sent == 1)
			break;
		if (source_read_chunk(reader, volume, number, &c))
			exit(99);
		special = c.data_len && ++with_data == 2;
		if (special)
			lie(&c);
		if (chunk_encode(enc, &c, 0, &frame, &len))
			exit(99);
		memcpy(copy, frame, len);
		if (special)
			spoil(copy, &len);
		stream_write(&data.stream, copy, len);
		end.sent++;
		if (special) {
			cut("CHUNK");
			cut("inside");
		}
		if (special && is("kill-control"))
			kill_control();
	}
	frame_send_json(&data.stream, PROTO_END, msg_end_to_json(&end));
	cut("END");
	source_cursor_free(cursor);
	source_reader_free(reader);
}

static void transfer(void)
{
	struct chunk_encoder *enc = chunk_encoder_new(plan.secret, plan.chunk_size);
	uint8_t *copy = malloc(PROTO_HEADER_LEN + PROTO_MAX_CHUNK);

	if (!enc || !copy)
		exit(99);
	end_start(&data);
	hello(&data, HELLO_DATA);
	send_chunks(enc, copy);
	expect(&data, PROTO_DONE);
	chunk_encoder_free(enc);
	free(copy);
}

/* What the target has, by its own map: this program trusts it. */
static void seal(bool truthful)
{
	struct msg_seal m = {0};
	struct frame f;

	for (uint32_t i = 0; i < plan.volume_count; i++) {
		struct msg_map_get get = {.volume = i, .count = 65536};
		uint8_t *records;
		size_t n = 0;

		if (plan.volumes[i].kind != VOLUME_IMAGE)
			continue;
		frame_send_json(&control.stream, PROTO_MAP_GET, msg_map_get_to_json(&get));
		f = expect(&control, PROTO_MAP);
		records = calloc(f.length / 16 + 1, 24);
		for (uint32_t k = 0; k < f.length / 16; k++) {
			struct digest d;

			memcpy(d.bytes, f.payload + 16 * k, 16);
			if (digest_is_none(&d))
				continue;
			for (int b = 0; b < 8; b++)
				records[24 * n + b] = (uint8_t)((uint64_t)k >> 8 * b);
			memcpy(records + 24 * n++ + 8, d.bytes, 16);
		}
		m.volumes[m.volume_count++] = (struct msg_seal_volume){
			.volume = i, .chunks = n + !truthful, .root = digest_of(records, 24 * n)};
		free(records);
	}
	frame_send_json(&control.stream, PROTO_SEAL, msg_seal_to_json(&m));
	cut("SEAL");
	f = expect(&control, PROTO_SEALED);
	printf("%.*s\n", (int)f.length, f.payload);
}

#include "receive-passes.h"

static void end_push(void)
{
	struct msg_finish m = {.fixups = !is("no-fixups"),
			       .cutover = is("cutover") ? CUTOVER_REBOOT : CUTOVER_NONE};
	struct msg_bye bye = {.mode = is("late-cutover") ? CUTOVER_REBOOT : CUTOVER_NONE};
	struct frame f;

	frame_send_json(&control.stream, PROTO_FINISH, msg_finish_to_json(&m));
	cut("FINISH");
	f = expect(&control, PROTO_RESULT);
	print_result(&f);
	cut("RESULT");
	frame_send_json(&control.stream, PROTO_CUTOVER, msg_bye_to_json(&bye));
	expect(&control, PROTO_BYE);
	cut("CUTOVER");
}

static void open_source(const char *path)
{
	const char *paths[] = {path};
	const char *chunk_size = getenv("CHUNK_SIZE");
	struct source_options o = {.paths = paths, .path_count = 1};
	struct reasons reasons = {0};

	if (chunk_size)
		o.chunk_size = (uint32_t)strtoul(chunk_size, NULL, 10);
	if (source_open(&o, &source, &reasons) || source_plan(source, &plan))
		exit(99);
	reasons_release(&reasons);
	snprintf(plan.program, sizeof(plan.program), "receive-tool");
	for (size_t i = 0; i < sizeof(plan.secret); i++)
		plan.secret[i] = (uint8_t)(i * 7 + 1);
	plan.verify = !is("no-verify");
}

/* The plan's target layout, on the disk of that path, if it is offered and fits. */
static void land(struct frame f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct facts facts;

	snprintf(plan.target.disks[0].name, sizeof(plan.target.disks[0].name), "%s", target);
	if (frame_json(&f, &d, NULL) || facts_from_json(d, &facts, NULL))
		finish();
	for (uint32_t i = 0; i < facts.disk_count; i++)
		if (!strcmp(facts.disks[i].path, target))
			plan_land(&plan, 0, &facts.disks[i], NULL);
	facts_release(&facts);
}

/* Good ones: ok, no-verify, no-fixups, ping. Cut after a frame: cut-HELLO,
 * cut-PLAN, cut-COMMIT, cut-READY, cut-data-HELLO, cut-CHUNK, cut-inside,
 * cut-END, cut-SEAL, cut-FINISH, cut-RESULT. The same with stall-, and stall-start.
 * Lies: bad-..., missing, wrong-seal, cutover, late-cutover, dry-commit, early-commit,
 * early-finish, kill-control. Several passes: pass-..., see receive-passes.h. CHUNK_SIZE
 * in the environment is the plan's chunk size in bytes. */
int main(int argc, char **argv)
{
	if (argc < 5)
		return 99;
	scenario = argv[1];
	target = argv[3];
	receiver = argv + 4;
	signal(SIGPIPE, SIG_IGN);
	open_source(argv[2]);
	end_start(&control);
	cut("start");
	hello(&control, HELLO_CONTROL);
	land(expect(&control, PROTO_FACTS));
	if (is("ping")) {
		frame_send(&control.stream, PROTO_PING, NULL, 0);
		expect(&control, PROTO_PONG);
	}
	if (!is("early-commit"))
		send_plan();
	commit();
	if (is("early-finish"))
		end_push();
	if (!strncmp(scenario, "pass-", 5)) {
		passes();
	} else {
		transfer();
		seal(!is("wrong-seal"));
	}
	end_push();
	finish();
}
