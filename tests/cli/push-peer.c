/* push-peer.c - a target that breaks the rules, for push-faults.t
 *
 *     push-peer FRAME FAULT
 *
 * Speaks the target's side of wire/proto.h on fd 0/1, writes nothing anywhere,
 * and does FAULT in place of sending FRAME:
 *
 *     cut      ends the connection
 *     half     ends it inside the frame
 *     garbage  sends bytes that are no frame
 *     type     sends a frame that does not belong there
 *     json     sends an object without the members
 *     long     announces more bytes than the type may have
 *     refuse   sends ERROR
 *     version  (HELLO) speaks another version
 *     other    (VERDICT) has understood another plan
 *     missing  (SEALED) never has the chunks of volume 0
 *     reason   (RESULT) says that the fixups have failed
 *     stall    says nothing any more, and reads nothing, but keeps the connection
 *     slow     takes 70 seconds for it, in which it asks and answers
 *     leave    sends FRAME and ends the connection, before the pusher has read it
 *     ping     asks PING before the frame, and goes on only after PONG
 *
 * FRAME is a name of proto.h, or DATA-HELLO for the one of data connections.
 * PUSH_PEER_KEY in the environment is the migrated machine's ssh host key.
 */
#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/plan_json.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct stream wire;
static struct frame_buffer buffer;
static const char *fault_frame, *fault;

static bool is(const char *name)
{
	return !strcmp(fault, name);
}

static void quit(const char *why)
{
	fprintf(stderr, "push-peer: %s\n", why);
	exit(1);
}

static void take(unsigned type, struct frame *f)
{
	struct err_text err = {0};

	do
		if (frame_read(&wire, &buffer, f, &err))
			exit(0); /* the pusher has hung up */
	while ((f->type == PROTO_PONG && type != PROTO_PONG) ||
	       (f->type == PROTO_PING && !frame_send(&wire, PROTO_PONG, NULL, 0)));
	if (f->type == PROTO_BYE)
		exit(0);
	if (f->type != type)
		quit(proto_type_name(f->type));
}

/* Longer than anybody may be silent. */
static void take_time(void)
{
	for (int second = 0; second < 70; second++) {
		struct frame f;
		struct err_text err = {0};

		if (second % 10 == 0)
			frame_send(&wire, PROTO_PING, NULL, 0);
		while (wire.wait(&wire, 0) > 0) {
			if (frame_read(&wire, &buffer, &f, &err))
				exit(0);
			if (f.type == PROTO_PING)
				frame_send(&wire, PROTO_PONG, NULL, 0);
			else if (f.type != PROTO_PONG)
				quit(proto_type_name(f.type));
		}
		sleep(1);
	}
}

static void break_rules(unsigned type)
{
	uint8_t header[PROTO_HEADER_LEN];
	struct msg_error error = {.code = "fault", .text = "told to refuse", .hint = "try again"};
	struct frame f;

	frame_encode_header(header, type, is("long") ? proto_max_length(type) + 1 : 100);
	if (is("half") || is("long"))
		stream_write(&wire, header, sizeof(header));
	if (is("half"))
		stream_write(&wire, "{\"a", 3);
	if (is("garbage"))
		stream_write(&wire, "Last login: Mon Jan  1 00:00:00", 31);
	if (is("type"))
		frame_send(&wire, PROTO_MAP, "0123456789abcdef", 16);
	if (is("json"))
		frame_send(&wire, type, "{}", 2);
	if (is("refuse"))
		frame_send_json(&wire, PROTO_ERROR, msg_error_to_json(&error));
	while (is("stall"))
		pause();
	if (is("slow")) {
		take_time();
		return;
	}
	if (is("ping")) {
		frame_send(&wire, PROTO_PING, NULL, 0);
		take(PROTO_PONG, &f);
		return;
	}
	exit(0);
}

/* Stops the pusher, which started this program, so that it finds both at once: the
 * frame, and that nobody is there any more. */
static void leave(unsigned type, struct jdoc *d)
{
	pid_t pusher = getppid();

	kill(pusher, SIGSTOP);
	frame_send_json(&wire, type, d);
	if (fork() == 0) {
		close(0);
		close(1);
		close(2);
		sleep(1);
		kill(pusher, SIGCONT);
	}
	_exit(0);
}

static void send(const char *name, unsigned type, struct jdoc *d)
{
	static const char *const own[] = {"version", "other", "missing", "reason", "leave"};
	bool special = false;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		special = special || is(own[i]);
	if (!strcmp(fault_frame, name) && !special)
		break_rules(type);
	if (!strcmp(fault_frame, name) && is("leave"))
		leave(type, d);
	if (frame_send_json(&wire, type, d) < 0)
		exit(0);
}

static void send_facts(void)
{
	struct facts_disk disk = {.path = "/dev/fake", .size = 1u << 30, .sector = 512};
	struct facts f = {.hostname = "fake",
			  .program = "push-peer",
			  .kernel = "6",
			  .arch = "x86_64",
			  .firmware = "bios",
			  .session = "s",
			  .root_in_ram = true,
			  .is_root = true,
			  .kexec = true,
			  .disk_count = 1,
			  .disks = &disk};

	send("FACTS", PROTO_FACTS, facts_to_json(&f));
}

static void send_verdict(const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	CLEANUP(plan_release) struct plan plan = {0};
	struct jread r = {.what = "PLAN"};
	struct msg_verdict v = {0};
	struct err_text err = {0};

	if (frame_json(f, &d, &err) < 0 ||
	    plan_from_json(jread_object(&r, d, "plan"), &plan, &err) < 0)
		quit(err.text);
	v.plan = plan_digest(&plan);
	if (is("other"))
		v.plan.bytes[0] ^= 1;
	send("VERDICT", PROTO_VERDICT, msg_verdict_to_json(&v));
}

static void control_transfer(void)
{
	struct msg_event event = {.stage = "wipe", .state = "start", .text = "pretend"};
	struct msg_ready ready = {.session = "s"};
	struct msg_sealed sealed = {.volume_count = is("missing")};
	static const uint8_t nothing[PROTO_MAX_MAP];
	struct msg_map_get get;
	struct frame f;

	take(PROTO_COMMIT, &f);
	send("EVENT", PROTO_EVENT, msg_event_to_json(&event));
	send("READY", PROTO_READY, msg_ready_to_json(&ready));
	do {
		CLEANUP(jdoc_freep) struct jdoc *d = NULL;
		struct err_text err = {0};

		take(PROTO_SEAL, &f);
		send("SEALED", PROTO_SEALED, msg_sealed_to_json(&sealed));
		if (!is("missing"))
			continue;
		take(PROTO_MAP_GET, &f);
		if (frame_json(&f, &d, &err) < 0 || msg_map_get_from_json(d, &get, &err) < 0)
			quit(err.text);
		frame_send(&wire, PROTO_MAP, nothing, get.count * DIGEST_LEN);
	} while (is("missing"));
}

static void control(void)
{
	struct msg_result result = {.root_found = true, .kexec_loaded = true};
	struct msg_bye bye = {.mode = CUTOVER_KEXEC, .text = "pretend"};
	const char *key = getenv("PUSH_PEER_KEY");
	struct frame f;

	send_facts();
	take(PROTO_PLAN, &f);
	send_verdict(&f);
	control_transfer();
	take(PROTO_FINISH, &f);
	if (key && *key)
		strv_add(&result.host_keys, key);
	if (is("reason"))
		reason_add(&result.reasons, REASON_REFUSE, "fixup-failed", "look at its log",
			   "10-fstab failed");
	send("RESULT", PROTO_RESULT, msg_result_to_json(&result));
	msg_result_release(&result);
	take(PROTO_CUTOVER, &f);
	if (is("reason"))
		bye.mode = CUTOVER_NONE;
	send("BYE", PROTO_BYE, msg_bye_to_json(&bye));
}

static void data(void)
{
	struct msg_done done = {.peak_rss = 1, .cpu_ms = 1};
	struct err_text err = {0};
	struct frame f;

	while (frame_read(&wire, &buffer, &f, &err) == 0 && f.type == PROTO_CHUNK)
		done.stored++;
	if (f.type == PROTO_END)
		send("DONE", PROTO_DONE, msg_done_to_json(&done));
}

int main(int argc, char **argv)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_hello hello, answer = {.version = PROTO_VERSION,
					  .features = PROTO_FEATURE_ZSTD,
					  .program = "push-peer"};
	struct err_text err = {0};
	struct frame f;

	if (argc != 3)
		quit("usage: push-peer FRAME FAULT");
	fault_frame = argv[1];
	fault = argv[2];
	wire = stream_fds(0, 1);
	take(PROTO_HELLO, &f);
	if (frame_json(&f, &d, &err) < 0 || msg_hello_from_json(d, &hello, &err) < 0)
		quit(err.text);
	if (is("version"))
		answer.version = 99;
	send(hello.role == HELLO_DATA ? "DATA-HELLO" : "HELLO", PROTO_HELLO,
	     msg_hello_to_json(&answer));
	if (hello.role == HELLO_DATA)
		data();
	else
		control();
	frame_buffer_release(&buffer);
	return 0;
}
