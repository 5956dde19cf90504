/* test-message.c - every control message to JSON and back, and refused */
#include "tap.h"
#include "util/cleanup.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

#include <errno.h>

/* Prints and parses, as the wire does; owned. */
static struct jdoc *through(struct jdoc *d)
{
	CLEANUP_FREE char *text = jdoc_print(d);
	struct jdoc *out = NULL;

	jdoc_free(d);
	if (text && strlen(text) <= PROTO_MAX_SMALL)
		jdoc_parse(text, strlen(text), &out, NULL);
	return out;
}

static struct jdoc *parse(const char *json)
{
	struct jdoc *out = NULL;

	jdoc_parse(json, strlen(json), &out, NULL);
	return out;
}

/* The decoder @fn must refuse @json, say @part, and leave *m all zero. */
#define REFUSED(type, json, part) \
	do { \
		CLEANUP(jdoc_freep) struct jdoc *d_ = parse(json); \
		struct err_text err_ = {0}; \
		static struct type m_, zero_; \
		TAP_OK(d_ != NULL); \
		TAP_INT(type##_from_json(d_, &m_, &err_), -EPROTO); \
		TAP_HAS(err_.text, part); \
		TAP_OK(!memcmp(&m_, &zero_, sizeof(m_))); \
	} while (0)

static void test_hello(void)
{
	struct msg_hello in = {.version = PROTO_VERSION,
			       .features = PROTO_FEATURE_ZSTD,
			       .role = HELLO_DATA,
			       .program = "p2v-push 0.1",
			       .session = "20260101-ab_c.d",
			       .token = {1, 2, 0xff}},
			 out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_hello_to_json(&in));

	TAP_INT(msg_hello_from_json(d, &out, NULL), 0);
	TAP_INT(out.version, PROTO_VERSION);
	TAP_INT(out.features, PROTO_FEATURE_ZSTD);
	TAP_INT(out.role, HELLO_DATA);
	TAP_STR(out.program, in.program);
	TAP_STR(out.session, in.session);
	TAP_OK(!memcmp(out.token, in.token, sizeof(in.token)));
}

static void test_hello_control(void)
{
	struct msg_hello in = {.version = PROTO_VERSION, .program = "x"}, out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_hello_to_json(&in));
	CLEANUP_FREE char *text = jdoc_print(d);

	TAP_STR(text, "{\"version\":2,\"features\":0,\"role\":\"control\",\"program\":\"x\"}");
	TAP_INT(msg_hello_from_json(d, &out, NULL), 0);
	TAP_INT(out.role, HELLO_CONTROL);
	TAP_STR(out.session, "");
	REFUSED(msg_hello, "{}", "version");
	REFUSED(msg_hello, "[]", "object");
	REFUSED(msg_hello, "{\"version\":2,\"role\":\"control\"}", "features");
	REFUSED(msg_hello, "{\"version\":2,\"features\":4294967296,\"role\":\"control\"}",
		"features");
	REFUSED(msg_hello, "{\"version\":2,\"features\":0,\"role\":\"both\"}", "role");
	REFUSED(msg_hello, "{\"version\":\"2\",\"features\":0,\"role\":\"data\"}", "version");
}

/* The session becomes a path. */
static void test_hello_session_is_a_file_name(void)
{
#define HELLO(s) "{\"version\":2,\"features\":0,\"role\":\"data\",\"session\":\"" s "\"}"
	REFUSED(msg_hello, HELLO("../x"), "session");
	REFUSED(msg_hello, HELLO(".."), "session");
	REFUSED(msg_hello, HELLO("a/b"), "session");
	REFUSED(msg_hello, HELLO("-rf"), "session");
	REFUSED(msg_hello, HELLO("a b"), "session");
	REFUSED(msg_hello, HELLO("a\\nb"), "session");
	REFUSED(msg_hello,
		HELLO("0123456789012345678901234567890123456789012345678901234567890123"),
		"session");
	REFUSED(msg_hello,
		"{\"version\":2,\"features\":0,\"role\":\"data\",\"session\":\"a\",\"token\":"
		"\"00\"}",
		"token");
#undef HELLO
}

static void test_hello_of_another_version(void)
{
	CLEANUP(jdoc_freep)
	struct jdoc *d = parse("{\"version\":7,\"program\":\"p2v-push 9\",\"role\":[]}");
	struct msg_hello m;

	TAP_INT(msg_hello_from_json(d, &m, NULL), 0);
	TAP_INT(m.version, 7);
	TAP_STR(m.program, "p2v-push 9");
}

static void test_verdict(void)
{
	CLEANUP(msg_verdict_release) struct msg_verdict in = {.plan = {{1, 2, 3}}}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;

	reason_add(&in.reasons, REASON_REFUSE, "code", "hint", "text");
	strv_add(&in.steps, "erase vda");
	strv_add(&in.steps, "write the table\n");
	d = through(msg_verdict_to_json(&in));
	TAP_INT(msg_verdict_from_json(d, &out, NULL), 0);
	TAP_OK(reasons_refuse(&out.reasons));
	TAP_INT(out.steps.n, 2);
	TAP_STR(out.steps.v[1], "write the table?");
	TAP_OK(digest_equal(&in.plan, &out.plan));
	REFUSED(msg_verdict, "{\"reasons\":{},\"steps\":[]}", "reasons");
	REFUSED(msg_verdict, "{\"reasons\":[],\"steps\":[\"a\",1]}", "steps");
	REFUSED(msg_verdict, "{\"reasons\":[],\"steps\":[\"a\"],\"plan\":\"00\"}", "plan");
}

static void test_commit(void)
{
	struct msg_commit in = {.plan = {{9}}, .erase_count = 2, .erase = {"/dev/vda", "SERIAL 1"}};
	struct msg_commit out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_commit_to_json(&in));

	TAP_INT(msg_commit_from_json(d, &out, NULL), 0);
	TAP_INT(out.erase_count, 2);
	TAP_STR(out.erase[0], "/dev/vda");
	TAP_STR(out.erase[1], "SERIAL 1");
	TAP_OK(digest_equal(&in.plan, &out.plan));
#define COMMIT(e) "{\"plan\":\"000102030405060708090a0b0c0d0e0f\",\"erase\":" e "}"
	REFUSED(msg_commit, COMMIT("[\"\"]"), "erase");
	REFUSED(msg_commit, COMMIT("[null]"), "erase");
	REFUSED(msg_commit, COMMIT("\"/dev/vda\""), "erase");
	REFUSED(msg_commit, COMMIT("[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7]"), "erase");
	REFUSED(msg_commit, "{\"plan\":\"zz0102030405060708090a0b0c0d0e0f\",\"erase\":[]}", "plan");
#undef COMMIT
}

static void test_event(void)
{
	struct msg_event in = {
		.stage = "fixup", .name = "fstab", .state = "done", .text = "\x1b]0;"};
	struct msg_event out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_event_to_json(&in));

	TAP_INT(msg_event_from_json(d, &out, NULL), 0);
	TAP_STR(out.stage, "fixup");
	TAP_STR(out.name, "fstab");
	TAP_STR(out.state, "done");
	TAP_STR(out.text, "?]0;");
	REFUSED(msg_event, "{\"stage\":\"\",\"name\":\"\",\"state\":\"\"}", "text");
}

static void test_ready(void)
{
	struct msg_ready in = {.session = "s1", .token = {7}}, out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_ready_to_json(&in));

	TAP_INT(msg_ready_from_json(d, &out, NULL), 0);
	TAP_STR(out.session, "s1");
	TAP_OK(!memcmp(in.token, out.token, sizeof(in.token)));
	REFUSED(msg_ready, "{\"session\":\"s1\"}", "token");
	REFUSED(msg_ready, "{\"session\":\"\",\"token\":\"\"}", "session");
}

static void test_end_and_done(void)
{
	struct msg_end end = {.sent = 1ULL << 40}, end2;
	struct msg_done done = {.stored = 5,
				.bad = 1,
				.proven = 2,
				.missing = 3,
				.peak_rss = 1 << 20,
				.cpu_ms = 77},
			done2;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_end_to_json(&end));
	CLEANUP(jdoc_freep) struct jdoc *e = through(msg_done_to_json(&done));

	TAP_INT(msg_end_from_json(d, &end2, NULL), 0);
	TAP_INT(end2.sent, 1ULL << 40);
	TAP_INT(msg_done_from_json(e, &done2, NULL), 0);
	TAP_OK(!memcmp(&done, &done2, sizeof(done)));
	REFUSED(msg_end, "{\"sent\":-1}", "sent");
	REFUSED(msg_end, "{\"sent\":1.5}", "sent");
	REFUSED(msg_end, "{\"sent\":true}", "sent");
	REFUSED(msg_done, "{\"stored\":1,\"bad\":0,\"proven\":0,\"missing\":0,\"peak_rss\":0}",
		"cpu_ms");
}

/* Also: the largest one fits its frame. */
static void test_seal(void)
{
	static struct msg_seal in, out;
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;

	in.volume_count = PLAN_MAX_VOLUMES;
	for (uint32_t i = 0; i < PLAN_MAX_VOLUMES; i++) {
		in.volumes[i].volume = i;
		in.volumes[i].chunks = (1ULL << 43) + i;
		in.volumes[i].root.bytes[0] = (uint8_t)i;
	}
	d = through(msg_seal_to_json(&in));
	TAP_OK(d != NULL);
	TAP_INT(msg_seal_from_json(d, &out, NULL), 0);
	TAP_INT(out.volume_count, PLAN_MAX_VOLUMES);
	TAP_INT(out.volumes[511].chunks, (1ULL << 43) + 511);
	TAP_OK(!memcmp(&in, &out, sizeof(in)));
#define ROOT "\"root\":\"000102030405060708090a0b0c0d0e0f\""
	REFUSED(msg_seal, "{\"volumes\":[{\"volume\":512,\"chunks\":0," ROOT "}]}", "volume");
	REFUSED(msg_seal,
		"{\"volumes\":[{\"volume\":1,\"chunks\":0," ROOT "},"
		"{\"volume\":1,\"chunks\":0," ROOT "}]}",
		"ascend");
	REFUSED(msg_seal, "{\"volumes\":[{\"volume\":1,\"chunks\":0}]}", "root");
	REFUSED(msg_seal, "{\"volumes\":[3]}", "object");
#undef ROOT
}

static void test_sealed(void)
{
	static struct msg_sealed in = {.volume_count = 2, .volumes = {3, 511}}, out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_sealed_to_json(&in));

	TAP_INT(msg_sealed_from_json(d, &out, NULL), 0);
	TAP_OK(!memcmp(&in, &out, sizeof(in)));
	REFUSED(msg_sealed, "{\"differ\":[{\"volume\":2},{\"volume\":1}]}", "ascend");
	REFUSED(msg_sealed, "{\"differ\":[2]}", "object");
	REFUSED(msg_sealed, "{}", "differ");
}

static void test_map_get(void)
{
	struct msg_map_get in = {.volume = 4, .first = 1ULL << 33, .count = 65536}, out;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_map_get_to_json(&in));

	TAP_INT(msg_map_get_from_json(d, &out, NULL), 0);
	TAP_INT(out.volume, 4);
	TAP_INT(out.first, 1ULL << 33);
	TAP_INT(out.count, 65536);
	REFUSED(msg_map_get, "{\"volume\":4,\"first\":0,\"count\":0}", "count");
	REFUSED(msg_map_get, "{\"volume\":4,\"first\":0,\"count\":65537}", "count");
}

static void test_finish(void)
{
	CLEANUP(msg_finish_release)
	struct msg_finish in = {.fixups = true, .cutover = CUTOVER_KEXEC}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;

	strv_add(&in.skip, "fstab");
	d = through(msg_finish_to_json(&in));
	TAP_INT(msg_finish_from_json(d, &out, NULL), 0);
	TAP_OK(out.fixups);
	TAP_INT(out.only.n, 0);
	TAP_INT(out.skip.n, 1);
	TAP_STR(out.skip.v[0], "fstab");
	TAP_INT(out.cutover, CUTOVER_KEXEC);
	REFUSED(msg_finish, "{\"only\":[],\"skip\":[],\"cutover\":\"none\"}", "fixups");
	REFUSED(msg_finish, "{\"fixups\":true,\"only\":[],\"skip\":[\"a\"],\"cutover\":\"halt\"}",
		"cutover");
	REFUSED(msg_finish, "{\"fixups\":1,\"only\":[],\"skip\":[],\"cutover\":\"none\"}",
		"fixups");
}

static void test_result(void)
{
	CLEANUP(msg_result_release)
	struct msg_result in = {.root_found = true,
				.kexec_loaded = true,
				.boot_title = "Debian",
				.boot_kernel = "vda1:/vmlinuz",
				.boot_cmdline = "root=UUID=1 ro"},
			  out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;

	strv_add(&in.host_keys, "SHA256:abc");
	reason_add(&in.reasons, REASON_WARN, "w", NULL, "t");
	d = through(msg_result_to_json(&in));
	TAP_INT(msg_result_from_json(d, &out, NULL), 0);
	TAP_OK(out.root_found && out.kexec_loaded && reasons_warn(&out.reasons));
	TAP_STR(out.host_keys.v[0], "SHA256:abc");
	TAP_STR(out.boot_title, "Debian");
	TAP_STR(out.boot_kernel, "vda1:/vmlinuz");
	TAP_STR(out.boot_cmdline, "root=UUID=1 ro");
	REFUSED(msg_result, "{\"reasons\":[],\"host_keys\":[],\"root_found\":true}",
		"kexec_loaded");
}

static void test_bye_and_error(void)
{
	struct msg_bye bye = {.mode = CUTOVER_POWEROFF, .text = "t"}, bye2;
	struct msg_error error = {.code = "c", .text = "t", .hint = "h"}, error2;
	CLEANUP(jdoc_freep) struct jdoc *d = through(msg_bye_to_json(&bye));
	CLEANUP(jdoc_freep) struct jdoc *e = through(msg_error_to_json(&error));

	TAP_INT(msg_bye_from_json(d, &bye2, NULL), 0);
	TAP_INT(bye2.mode, CUTOVER_POWEROFF);
	TAP_STR(bye2.text, "t");
	TAP_INT(msg_error_from_json(e, &error2, NULL), 0);
	TAP_STR(error2.code, "c");
	TAP_STR(error2.text, "t");
	TAP_STR(error2.hint, "h");
	REFUSED(msg_bye, "{\"mode\":\"x\",\"text\":\"\"}", "mode");
	REFUSED(msg_error, "{\"code\":\"\",\"text\":\"\"}", "hint");
}

static void test_cutover_names(void)
{
	enum cutover_mode mode;

	for (int i = CUTOVER_NONE; i <= CUTOVER_POWEROFF; i++) {
		TAP_OK(cutover_mode_parse(cutover_mode_name((enum cutover_mode)i), &mode));
		TAP_INT(mode, i);
	}
	TAP_OK(!cutover_mode_parse("", &mode));
	TAP_OK(!cutover_mode_parse("Kexec", &mode));
}

/* More lines than fit are summed up, so that the peer does not refuse them. */
static void test_too_many_steps(void)
{
	CLEANUP(msg_verdict_release) struct msg_verdict in = {0}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	char line[1200];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	strv_add(&in.steps, line);
	for (int i = 0; i < 5000; i++)
		strv_addf(&in.steps, "%d", i);
	d = msg_verdict_to_json(&in);
	TAP_INT(msg_verdict_from_json(d, &out, NULL), 0);
	TAP_INT(out.steps.n, 4096);
	TAP_INT(strlen(out.steps.v[0]), 1000);
	TAP_STR(out.steps.v[4095], "and 906 more");
}

int main(void)
{
	TAP_RUN(test_hello);
	TAP_RUN(test_hello_control);
	TAP_RUN(test_hello_session_is_a_file_name);
	TAP_RUN(test_hello_of_another_version);
	TAP_RUN(test_verdict);
	TAP_RUN(test_commit);
	TAP_RUN(test_event);
	TAP_RUN(test_ready);
	TAP_RUN(test_end_and_done);
	TAP_RUN(test_seal);
	TAP_RUN(test_sealed);
	TAP_RUN(test_map_get);
	TAP_RUN(test_finish);
	TAP_RUN(test_result);
	TAP_RUN(test_bye_and_error);
	TAP_RUN(test_cutover_names);
	TAP_RUN(test_too_many_steps);
	return tap_done();
}
