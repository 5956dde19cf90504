/* control.c - the control role: the right column of wire/proto.h, top to bottom
 *
 * One function for each state; each returns CONTROL_GO_ON or the exit status.
 * Until control_commit() nothing is written anywhere but to the session's
 * directory in RAM.
 */
#include "receive/control.h"
#include "block/mounts.h"
#include "receive/apply.h"
#include "receive/check.h"
#include "receive/console.h"
#include "receive/cutover.h"
#include "receive/facts.h"
#include "receive/finish.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int control_send(struct control *c, unsigned type, struct jdoc *d)
{
	int r = frame_send_json(&c->peer->stream, type, d);

	if (r)
		log_error("sending %s: %s", proto_type_name(type), strerror(-r));
	return r ? c->status : CONTROL_GO_ON;
}

/* HELLO and FACTS: who this is, and what could be overwritten. */
static int control_greet(struct control *c, const struct msg_hello *hello)
{
	struct msg_hello answer = {.version = PROTO_VERSION,
				   .features = hello->features & PROTO_FEATURE_ZSTD,
				   .role = HELLO_CONTROL,
				   .program = "p2v-receive " P2V_VERSION};
	struct err_text err = {0};
	int r = control_send(c, PROTO_HELLO, msg_hello_to_json(&answer));

	if (r != CONTROL_GO_ON)
		return r;
	if (session_name(&c->session, c->options->session_dir, &err))
		return receive_fail(c->peer, c->status, "session", NULL, "%s", err.text);
	if (facts_collect(c->options, c->session.id, &c->facts))
		return receive_fail(c->peer, c->status, "facts", "see the target's log",
				    "the facts of this machine cannot be collected");
	return control_send(c, PROTO_FACTS, facts_to_json(&c->facts));
}

static int control_take_plan(struct control *c, const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct jread jr = {.what = "PLAN"};
	const struct jdoc *plan;

	plan_release(&c->plan);
	c->have_plan = false;
	if (frame_json(f, &d, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	c->dry_run = jread_bool(&jr, d, "dry_run");
	plan = jread_object(&jr, d, "plan");
	c->cutover_known = cutover_mode_parse(jread_str_opt(&jr, d, "cutover", 16), &c->cutover);
	if (!jread_ok(&jr))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", jr.err.text);
	if (plan_from_json(plan, &c->plan, &err))
		return receive_fail(c->peer, c->status, "bad-plan", NULL, "%s", err.text);
	c->have_plan = true;
	return CONTROL_GO_ON;
}

/* PLAN -> VERDICT. A pusher may ask again with another plan. */
static int control_judge(struct control *c, const struct frame *f)
{
	struct msg_verdict v = {0};
	struct jdoc *d;
	int r = control_take_plan(c, f);

	if (r != CONTROL_GO_ON)
		return r;
	control_check(c, &v.reasons);
	steps_release(&c->steps);
	if (steps_make(&c->plan, &c->steps) || steps_describe(&c->plan, &c->steps, &v.steps))
		reason_add(&v.reasons, REASON_REFUSE, "no-memory", "", "out of memory");
	v.plan = plan_digest(&c->plan);
	c->refused = reasons_refuse(&v.reasons);
	d = msg_verdict_to_json(&v);
	msg_verdict_release(&v);
	return control_send(c, PROTO_VERDICT, d);
}

/* Everything until COMMIT. */
static int control_agree(struct control *c)
{
	for (;;) {
		struct err_text err = {0};
		struct frame f;
		int r = receive_next(c->peer, &f, &err);

		if (r == IO_E_EOF)
			return P2V_EXIT_OK;
		if (r)
			return receive_fail_frame(c->peer, c->status, r, &err);
		if (f.type == PROTO_BYE)
			return P2V_EXIT_OK;
		if (f.type == PROTO_COMMIT && c->have_plan)
			return control_commit(c, &f);
		if (f.type != PROTO_PLAN)
			return receive_fail_unexpected(c->peer, c->status, &f,
						       c->have_plan ? "COMMIT" : "PLAN");
		r = control_judge(c, &f);
		if (r != CONTROL_GO_ON)
			return r;
	}
}

static int control_seal(struct control *c, const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_seal seal;
	struct msg_sealed sealed = {0};

	if (frame_json(f, &d, &err) || msg_seal_from_json(d, &seal, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (control_compare(c, &seal, &sealed, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	c->sealed = !sealed.volume_count;
	return control_send(c, PROTO_SEALED, msg_sealed_to_json(&sealed));
}

static int control_map(struct control *c, const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_map_get get;
	const struct chunkmap *m;
	uint64_t n;
	int r;

	if (frame_json(f, &d, &err) || msg_map_get_from_json(d, &get, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	m = get.volume < c->session.maps.count ? &c->session.maps.maps[get.volume] : NULL;
	if (!m || get.first >= m->count)
		return receive_fail(c->peer, c->status, "protocol", NULL,
				    "MAP_GET: volume %u has no chunk %llu", get.volume,
				    (unsigned long long)get.first);
	n = m->count - get.first < get.count ? m->count - get.first : get.count;
	if (n > PROTO_MAX_MAP / DIGEST_LEN)
		n = PROTO_MAX_MAP / DIGEST_LEN;
	r = frame_send(&c->peer->stream, PROTO_MAP, &m->entries[get.first],
		       (uint32_t)n * DIGEST_LEN);
	if (r)
		log_error("sending MAP: %s", strerror(-r));
	return r ? c->status : CONTROL_GO_ON;
}

/* Data connections write meanwhile; here the maps are compared until they agree. */
static int control_transfer(struct control *c, struct frame *finish)
{
	for (;;) {
		struct err_text err = {0};
		int r = receive_next(c->peer, finish, &err);

		if (r)
			return receive_fail_frame(c->peer, c->status, r, &err);
		if (finish->type == PROTO_FINISH && c->sealed)
			return CONTROL_GO_ON;
		if (finish->type == PROTO_SEAL)
			r = control_seal(c, finish);
		else if (finish->type == PROTO_MAP_GET)
			r = control_map(c, finish);
		else
			r = receive_fail_unexpected(c->peer, c->status, finish,
						    c->sealed ? "FINISH" : "SEAL");
		if (r != CONTROL_GO_ON)
			return r;
	}
}

/* FINISH -> RESULT. */
static int control_finish(struct control *c, const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct finish finish = {.plan = &c->plan,
				.facts = &c->facts,
				.options = c->options,
				.session = &c->session,
				.event = control_event,
				.ctx = c};
	struct err_text err = {0};
	struct msg_finish what;
	struct msg_result result = {0};
	struct jdoc *answer;
	int r;

	if (frame_json(f, &d, &err) || msg_finish_from_json(d, &what, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (!check_cutover(what.cutover, mounts_root_in_ram())) {
		r = receive_fail(
			c->peer, c->status, "cutover-not-in-ram", "push with --cutover none",
			"this machine's running system is not in RAM: it is not left by %s",
			cutover_mode_name(what.cutover));
		msg_finish_release(&what);
		return r;
	}
	console_state("the data has arrived; making the migrated system ready");
	r = finish_run(&finish, &what, &result);
	if (r)
		reason_add(&result.reasons, REASON_REFUSE, "finish-failed", "",
			   "the migrated disks could not be given back in order: %s", strerror(-r));
	c->ready = !reasons_refuse(&result.reasons);
	answer = msg_result_to_json(&result);
	msg_result_release(&result);
	msg_finish_release(&what);
	return control_send(c, PROTO_RESULT, answer);
}

/* CUTOVER -> BYE, and the machine is left. */
static int control_leave(struct control *c)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_bye m;
	struct frame f;
	int r = receive_next(c->peer, &f, &err);

	if (r)
		return receive_fail_frame(c->peer, c->status, r, &err);
	if (f.type == PROTO_BYE)
		return P2V_EXIT_OK;
	if (f.type != PROTO_CUTOVER)
		return receive_fail_unexpected(c->peer, c->status, &f, "CUTOVER");
	if (frame_json(&f, &d, &err) || msg_bye_from_json(d, &m, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (m.mode != CUTOVER_NONE && !c->ready)
		return receive_fail(c->peer, c->status, "cutover-refused", "push again",
				    "the migrated system is not ready to be started");
	if (!check_cutover(m.mode, mounts_root_in_ram()))
		return receive_fail(c->peer, c->status, "cutover-not-in-ram",
				    "push with --cutover none",
				    "this machine's running system is not in RAM: it is not left");
	m.mode = cutover_choose(m.mode, m.text, sizeof(m.text));
	console_state("%s", m.text);
	control_close(c);
	/* Under way before the pusher is told, who would believe it; the machine waits
	 * until the connection is closed. */
	if (cutover_start(m.mode))
		return receive_fail(c->peer, P2V_EXIT_FAILED, "cutover-failed",
				    "the target can be pushed to again; its console has the reason",
				    "the target could not be left (%s)", cutover_mode_name(m.mode));
	/* The pusher has asked for it; that it has gone meanwhile changes nothing. */
	r = control_send(c, PROTO_BYE, msg_bye_to_json(&m));
	return r == CONTROL_GO_ON ? P2V_EXIT_OK : r;
}

static int control_converse(struct control *c, const struct msg_hello *hello)
{
	struct frame f;
	int r = control_greet(c, hello);

	if (r == CONTROL_GO_ON)
		r = control_agree(c);
	if (r == CONTROL_GO_ON)
		r = control_transfer(c, &f);
	if (r == CONTROL_GO_ON)
		r = control_finish(c, &f);
	if (r == CONTROL_GO_ON)
		r = control_leave(c);
	return r;
}

int control_run(struct receive_peer *p, const struct receive_options *options,
		const struct msg_hello *hello)
{
	struct control c = {.peer = p, .options = options, .status = P2V_EXIT_REFUSED};
	int r;

	session_init(&c.session);
	r = control_converse(&c, hello);
	if (r == P2V_EXIT_FAILED && c.committed)
		console_state(
			"the push failed; the disk may be incomplete, and this machine can be "
			"pushed to again");
	control_close(&c);
	steps_release(&c.steps);
	plan_release(&c.plan);
	facts_release(&c.facts);
	return r;
}
