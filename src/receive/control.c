/* control.c - the control role: the right column of wire/proto.h, top to bottom
 *
 * One function for each state; each returns CONTROL_GO_ON or the exit status.
 * Until control_commit() nothing is written anywhere but to the session's
 * directory in RAM.
 */
#include "receive/control.h"
#include "block/mounts.h"
#include "plan/check.h"
#include "plan/plan_json.h"
#include "receive/commit.h"
#include "receive/console.h"
#include "receive/cutover.h"
#include "receive/event.h"
#include "receive/facts.h"
#include "receive/fail.h"
#include "receive/finish.h"
#include "receive/seal.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "util/text.h"
#include "version.h"
#include "wire/message_transfer.h"

#include <string.h>

#define CONTROL_GO_ON (-1) /* what a state returns; else the exit status */

struct control {
	struct peer *peer;
	const struct receive_options *options;
	int status; /* what a failure exits with: REFUSED, after COMMIT FAILED */
	struct session session;
	struct facts facts;
	struct plan plan;
	struct steps steps;
	bool have_plan, refused;
	bool dry_run;       /* the pusher has promised not to commit */
	bool cutover_known; /* PLAN's optional member "cutover" */
	enum cutover_mode cutover;
	bool committed; /* beyond the point of no return */
	bool sealed;    /* the last SEAL agreed */
	bool ready;     /* RESULT had nothing against a cutover */
};

static int control_send(struct control *c, unsigned type, struct jdoc *d)
{
	return peer_send(c->peer, type, d) ? c->status : CONTROL_GO_ON;
}

/* HELLO and FACTS: who this is, and what could be overwritten. */
static int control_greet(struct control *c)
{
	struct msg_hello answer = {.version = PROTO_VERSION,
				   .features = c->peer->features,
				   .role = HELLO_CONTROL,
				   .program = "p2v-receive " P2V_VERSION};
	struct err_text err = {0};
	int r = control_send(c, PROTO_HELLO, msg_hello_to_json(&answer));

	if (r != CONTROL_GO_ON)
		return r;
	if (session_name(&c->session, c->options->session_dir, &err))
		return fail_with(c->peer, c->status, "session", NULL, "%s", err.text);
	if (facts_collect(c->options, c->session.id, &c->facts))
		return fail_with(c->peer, c->status, "facts", "see the target's log",
				 "cannot collect the facts about this machine");
	return control_send(c, PROTO_FACTS, facts_to_json(&c->facts));
}

static int control_take_plan(struct control *c)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct jread jr = {.what = "PLAN"};
	const struct jdoc *plan;

	plan_release(&c->plan);
	c->have_plan = false;
	if (frame_json(&c->peer->frame, &d, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	c->dry_run = jread_bool(&jr, d, "dry_run");
	plan = jread_object(&jr, d, "plan");
	c->cutover_known = cutover_mode_parse(jread_str_opt(&jr, d, "cutover", 16), &c->cutover);
	if (!jread_ok(&jr))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", jr.err.text);
	if (plan_from_json(plan, &c->plan, &err))
		return fail_with(c->peer, c->status, "bad-plan", NULL, "%s", err.text);
	c->have_plan = true;
	return CONTROL_GO_ON;
}

static struct commit control_agreement(struct control *c)
{
	return (struct commit){
		.peer = c->peer,
		.options = c->options,
		.session = &c->session,
		.facts = &c->facts,
		.plan = &c->plan,
		.steps = &c->steps,
		.cutover_known = c->cutover_known,
		.cutover = c->cutover,
	};
}

/* PLAN -> VERDICT. A pusher may ask again with another plan. */
static int control_judge(struct control *c)
{
	struct msg_verdict v = {0};
	struct commit agreement;
	struct jdoc *d;
	int r = control_take_plan(c);

	if (r != CONTROL_GO_ON)
		return r;
	agreement = control_agreement(c);
	commit_check(&agreement, &v.reasons);
	steps_release(&c->steps);
	if (steps_make(&c->plan, &c->steps) || steps_describe(&c->plan, &c->steps, &v.steps))
		reason_add(&v.reasons, REASON_REFUSE, "no-memory", "", "out of memory");
	v.plan = plan_digest(&c->plan);
	c->refused = reasons_refuse(&v.reasons);
	d = msg_verdict_to_json(&v);
	msg_verdict_release(&v);
	return control_send(c, PROTO_VERDICT, d);
}

/* COMMIT -> EVENT *, READY. */
static int control_commit(struct control *c)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct commit agreement = control_agreement(c);
	struct err_text err = {0};
	struct msg_commit m;
	int r;

	if (frame_json(&c->peer->frame, &d, &err) || msg_commit_from_json(d, &m, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (c->refused || c->dry_run)
		return fail_with(c->peer, c->status, "refused", NULL, "COMMIT for a %s",
				 c->dry_run ? "dry run" : "plan that was refused");
	r = commit_run(&agreement, &m);
	c->committed = agreement.begun;
	if (c->committed)
		c->status = P2V_EXIT_FAILED;
	return r ? r : CONTROL_GO_ON;
}

/* Everything until COMMIT. Somebody may sleep over the question whether the disk may
 * be erased; nothing is held meanwhile. */
static int control_agree(struct control *c)
{
	for (;;) {
		int r = peer_next(c->peer, 0);
		unsigned type = c->peer->frame.type;

		if (r == PEER_E_END)
			return P2V_EXIT_OK;
		if (r)
			return fail_read(c->peer, r == PEER_REFUSED ? P2V_EXIT_OK : c->status, r);
		if (type == PROTO_BYE)
			return P2V_EXIT_OK;
		if (type == PROTO_COMMIT && c->have_plan)
			return control_commit(c);
		if (type != PROTO_PLAN)
			return fail_unexpected(c->peer, c->status,
					       c->have_plan ? "COMMIT" : "PLAN");
		r = control_judge(c);
		if (r != CONTROL_GO_ON)
			return r;
	}
}

static int control_seal(struct control *c)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_seal seal;
	struct msg_sealed sealed = {0};

	if (frame_json(&c->peer->frame, &d, &err) || msg_seal_from_json(d, &seal, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (seal_compare(&c->session.maps, &seal, &sealed, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	c->sealed = !sealed.volume_count;
	return control_send(c, PROTO_SEALED, msg_sealed_to_json(&sealed));
}

static int control_map(struct control *c)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_map_get get;
	const struct chunkmap *m;
	uint64_t n;
	int r;

	if (frame_json(&c->peer->frame, &d, &err) || msg_map_get_from_json(d, &get, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	m = get.volume < c->session.maps.count ? &c->session.maps.maps[get.volume] : NULL;
	if (!m || get.first >= m->count)
		return fail_with(c->peer, c->status, "protocol", NULL,
				 "MAP_GET: volume %u has no chunk %llu", get.volume,
				 (unsigned long long)get.first);
	n = m->count - get.first < get.count ? m->count - get.first : get.count;
	if (n > PROTO_MAX_MAP / DIGEST_LEN)
		n = PROTO_MAX_MAP / DIGEST_LEN;
	r = peer_send_bytes(c->peer, PROTO_MAP, &m->entries[get.first], (uint32_t)n * DIGEST_LEN);
	return r ? c->status : CONTROL_GO_ON;
}

/* Data connections write meanwhile; here the maps are compared until they agree. */
static int control_transfer(struct control *c)
{
	for (;;) {
		int r = peer_next(c->peer, 0);
		unsigned type = c->peer->frame.type;

		if (r)
			return fail_read(c->peer, c->status, r);
		if (type == PROTO_FINISH && c->sealed)
			return CONTROL_GO_ON;
		if (type == PROTO_SEAL)
			r = control_seal(c);
		else if (type == PROTO_MAP_GET)
			r = control_map(c);
		else
			r = fail_unexpected(c->peer, c->status, c->sealed ? "FINISH" : "SEAL");
		if (r != CONTROL_GO_ON)
			return r;
	}
}

/* FINISH -> RESULT. */
static int control_finish(struct control *c)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct finish finish = {.plan = &c->plan,
				.facts = &c->facts,
				.fixups = c->options->fixups,
				.session = &c->session,
				.event = event_send,
				.ctx = c->peer};
	struct err_text err = {0};
	struct msg_finish what;
	struct msg_result result = {0};
	struct jdoc *answer;
	int r;

	if (frame_json(&c->peer->frame, &d, &err) || msg_finish_from_json(d, &what, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (!check_cutover(what.cutover, mounts_root_in_ram())) {
		r = fail_with(
			c->peer, c->status, "cutover-not-in-ram", "push with --cutover none",
			"this machine's running system is not in RAM: refusing to leave it by %s",
			cutover_mode_name(what.cutover));
		msg_finish_release(&what);
		return r;
	}
	console_state("the data has arrived; preparing the migrated system");
	r = finish_run(&finish, &what, &result);
	if (r)
		reason_add(&result.reasons, REASON_REFUSE, "finish-failed", "",
			   "the migrated disks could not be released cleanly: %s", strerror(-r));
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
	int r = peer_next(c->peer, 0);

	if (r)
		return fail_read(c->peer, c->status, r);
	if (c->peer->frame.type == PROTO_BYE)
		return P2V_EXIT_OK;
	if (c->peer->frame.type != PROTO_CUTOVER)
		return fail_unexpected(c->peer, c->status, "CUTOVER");
	if (frame_json(&c->peer->frame, &d, &err) || msg_bye_from_json(d, &m, &err))
		return fail_with(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (m.mode != CUTOVER_NONE && !c->ready)
		return fail_with(c->peer, c->status, "cutover-refused", "push again",
				 "the migrated system is not ready to be started");
	if (!check_cutover(m.mode, mounts_root_in_ram()))
		return fail_with(
			c->peer, c->status, "cutover-not-in-ram", "push with --cutover none",
			"this machine's running system is not in RAM: refusing to leave it");
	m.mode = cutover_choose(m.mode, m.text, sizeof(m.text));
	console_state("%s", m.text);
	session_close(&c->session, true);
	/* Under way before the pusher is told, who would believe it; the machine waits
	 * until the connection is closed. */
	if (cutover_start(m.mode))
		return fail_with(c->peer, P2V_EXIT_FAILED, "cutover-failed",
				 "the target can be pushed to again; its console has the reason",
				 "the target could not be left (%s)", cutover_mode_name(m.mode));
	/* The pusher has asked for it; that it has gone meanwhile changes nothing. */
	r = control_send(c, PROTO_BYE, msg_bye_to_json(&m));
	return r == CONTROL_GO_ON ? P2V_EXIT_OK : r;
}

static int control_converse(struct control *c)
{
	int r = control_greet(c);

	if (r == CONTROL_GO_ON)
		r = control_agree(c);
	if (r == CONTROL_GO_ON)
		r = control_transfer(c);
	if (r == CONTROL_GO_ON)
		r = control_finish(c);
	if (r == CONTROL_GO_ON)
		r = control_leave(c);
	return r;
}

int control_run(struct peer *p, const struct receive_options *options)
{
	struct control c = {.peer = p, .options = options, .status = P2V_EXIT_REFUSED};
	int r;

	session_init(&c.session);
	r = control_converse(&c);
	if (r == P2V_EXIT_FAILED && c.committed)
		console_state(
			"the push failed; the disk may be incomplete, and this machine can be "
			"pushed to again");
	session_close(&c.session, true);
	steps_release(&c.steps);
	plan_release(&c.plan);
	facts_release(&c.facts);
	return r;
}
