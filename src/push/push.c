/* push.c - the conversation, top to bottom: see push.h and wire/proto.h
 *
 * Each step returns P2V_EXIT_OK to go on, or what the program exits with.
 * push_commit() is the point of no return.
 */
#include "push/push.h"
#include "plan/plan_json.h"
#include "push/choose.h"
#include "push/confirm.h"
#include "push/connect.h"
#include "push/console.h"
#include "push/hello.h"
#include "push/interrupt.h"
#include "push/passes.h"
#include "push/proof.h"
#include "push/report.h"
#include "push/show.h"
#include "push/transfer.h"
#include "source/freeze.h"
#include "source/source.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/exit.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"
#include "wire/message_transfer.h"
#include "wire/peer.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#define PUSH_FACTS_SECONDS   120  /* it looks at all disks */
#define PUSH_STEP_SECONDS    1800 /* one step: a mkfs, a fixup, on a slow machine */
#define PUSH_PARTING_SECONDS 10

struct push {
	const struct options *o;
	struct source *source;
	struct reasons reasons; /* found on this side */
	struct transport *transport;
	struct peer control;
	struct facts facts;
	struct plan plan;
	struct msg_verdict verdict;
	struct msg_commit commit;
	struct msg_ready ready;
	struct transfer *transfer;
	struct freeze *freeze; /* NULL: nothing is frozen */
	struct msg_result result;
	struct msg_bye bye;
	struct report_totals totals;
	long long start; /* ms */
	bool committed;
	bool warned;
	bool proven;
};

static int push_thaw(struct push *p)
{
	return freeze_end(STEAL(p->freeze));
}

static void push_release(struct push *p)
{
	push_thaw(p);
	transfer_freep(&p->transfer);
	peer_release(&p->control);
	transport_freep(&p->transport);
	msg_result_release(&p->result);
	msg_verdict_release(&p->verdict);
	plan_release(&p->plan);
	facts_release(&p->facts);
	reasons_release(&p->reasons);
	source_freep(&p->source);
}

static enum p2v_exit push_look(struct push *p)
{
	struct source_options so = {
		.paths = (const char *const *)p->o->sources.v,
		.path_count = (uint32_t)p->o->sources.n,
		.freeze = p->o->freeze,
		.chunk_size = p->o->chunk_size,
	};

	int r = source_open(&so, &p->source, &p->reasons);

	if (!r) {
		r = source_plan(p->source, &p->plan);
		if (r < 0)
			log_error("cannot make a plan for the source: %s", strerror(-r));
	}
	if (r < 0) {
		show_reasons(&p->reasons, "source");
		report_source(NULL, &p->reasons);
		return P2V_EXIT_REFUSED;
	}
	text_copy(p->plan.program, sizeof(p->plan.program), "p2v-push " P2V_VERSION);
	p->plan.verify = p->o->verify;
	if (getrandom(p->plan.secret, sizeof(p->plan.secret), 0) !=
	    (ssize_t)sizeof(p->plan.secret)) {
		log_error("cannot get random numbers: %s", strerror(errno));
		return P2V_EXIT_REFUSED;
	}
	show_source(&p->plan);
	report_source(p->source, &p->reasons);
	return P2V_EXIT_OK;
}

static enum p2v_exit push_connect(struct push *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_hello hello = {.role = HELLO_CONTROL};
	struct stream *stream = NULL;
	struct err_text err = {0};
	int r;

	if (connect_new(p->o, &p->transport) < 0 ||
	    p->transport->connect(p->transport, &stream) < 0)
		return P2V_EXIT_CONNECT;
	r = peer_start(&p->control, stream, "the target");
	if (!r)
		r = hello_exchange(&p->control, &hello);
	if (r == HELLO_E_VERSION || r == PEER_REFUSED)
		return P2V_EXIT_REFUSED;
	if (r < 0)
		return interrupt_pending() ? P2V_EXIT_REFUSED : P2V_EXIT_CONNECT;
	if (peer_expect(&p->control, PROTO_FACTS, PUSH_FACTS_SECONDS, &d) < 0)
		return P2V_EXIT_REFUSED;
	if (facts_from_json(d, &p->facts, &err) < 0) {
		peer_unfit(&p->control, PROTO_FACTS, &err);
		return P2V_EXIT_REFUSED;
	}
	show_target(&p->facts);
	report_target(&p->facts);
	return P2V_EXIT_OK;
}

/* PLAN and VERDICT. The target's opinion can be asked for only when it is
 * known which of its disks are meant. */
static enum p2v_exit push_ask(struct push *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct jdoc *message = jdoc_object();
	struct err_text err = {0};
	struct digest ours;

	jdoc_set_bool(message, "dry_run", p->o->dry_run);
	jdoc_set_str(message, "cutover", cutover_mode_name(p->o->cutover));
	jdoc_set(message, "plan", plan_to_json(&p->plan));
	if (peer_send(&p->control, PROTO_PLAN, message) < 0 ||
	    peer_expect(&p->control, PROTO_VERDICT, PUSH_FACTS_SECONDS, &d) < 0)
		return P2V_EXIT_REFUSED;
	if (msg_verdict_from_json(d, &p->verdict, &err) < 0) {
		peer_unfit(&p->control, PROTO_VERDICT, &err);
		return P2V_EXIT_REFUSED;
	}
	ours = plan_digest(&p->plan);
	if (digest_is_none(&ours) || !digest_equal(&ours, &p->verdict.plan)) {
		log_error("the target understood a different plan from the one that was sent; do "
			  "both ends run the same release?");
		return P2V_EXIT_REFUSED;
	}
	return P2V_EXIT_OK;
}

static void push_goodbye(struct push *p)
{
	struct msg_bye bye = {.mode = CUTOVER_NONE};

	p->control.silent = true;
	peer_send(&p->control, PROTO_BYE, msg_bye_to_json(&bye));
}

/* Chooses the disks, asks the target, and shows everything: the plan, what is
 * lost, every reason of both ends. */
static enum p2v_exit push_plan(struct push *p)
{
	enum p2v_exit status = P2V_EXIT_OK;
	const struct plan_layout *target = &p->plan.target;
	bool chosen = target->disk_count > 0;

	choose_targets(&p->o->target_disks, &p->facts, &p->plan, &p->reasons);
	for (uint32_t i = 0; i < target->disk_count; i++)
		chosen = chosen && target->disks[i].name[0];
	if (chosen) {
		choose_erase(&p->o->yes_erase, &p->facts, &p->plan, &p->commit, &p->reasons);
		status = push_ask(p);
	}
	show_plan(&p->plan, &p->facts);
	report_plan(&p->plan);
	show_steps(&p->verdict.steps);
	show_reasons(&p->reasons, "source");
	show_reasons(&p->verdict.reasons, "target");
	report_verdict(&p->verdict, &p->reasons);
	p->warned = reasons_warn(&p->reasons) || reasons_warn(&p->verdict.reasons);
	if (status)
		return status;
	if (!reasons_refuse(&p->reasons) && !reasons_refuse(&p->verdict.reasons))
		return P2V_EXIT_OK;
	push_goodbye(p);
	return P2V_EXIT_REFUSED;
}

/* EVENT * until @type comes. 0 or -errno, logged. */
static int push_events(struct push *p, unsigned type, struct jdoc **out)
{
	for (;;) {
		CLEANUP(jdoc_freep) struct jdoc *d = NULL;
		struct err_text err = {0};
		struct msg_event e;
		int r = peer_until(&p->control, PROTO_EVENT, type, PUSH_STEP_SECONDS, &d);

		if (r < 0)
			return r;
		if (p->control.frame.type == type) {
			*out = STEAL(d);
			return 0;
		}
		if (msg_event_from_json(d, &e, &err) < 0)
			return peer_unfit(&p->control, PROTO_EVENT, &err);
		show_event(&e);
		report_event(&e);
		if (!strcmp(e.state, "warning") || !strcmp(e.state, "failed"))
			p->warned = true;
	}
}

static bool push_same_layout(const struct plan *a, const struct plan *b)
{
	if (a->source.disk_count != b->source.disk_count || a->volume_count != b->volume_count)
		return false;
	for (uint32_t i = 0; i < a->volume_count; i++) {
		const struct plan_place *x = &a->volumes[i].source, *y = &b->volumes[i].source;

		if (a->volumes[i].kind != b->volumes[i].kind || x->disk != y->disk ||
		    x->start != y->start || x->length != y->length)
			return false;
	}
	return true;
}

/* Freezes after the user's answer, which may take its time, and looks again,
 * also when nothing is frozen: what is used may have changed meanwhile, somebody
 * may have mounted it; what was agreed upon must not have changed. */
static enum p2v_exit push_look_again(struct push *p)
{
	CLEANUP(plan_release) struct plan now = {0};
	CLEANUP(reasons_release) struct reasons fresh = {0};
	int r;

	if (p->o->freeze && freeze_start(source_mounts(p->source), &p->freeze) < 0)
		return P2V_EXIT_REFUSED;
	r = source_refresh(p->source, &fresh);
	if (!r) {
		r = source_plan(p->source, &now);
		if (r < 0)
			log_error("cannot make the plan for the source again: %s", strerror(-r));
	}
	show_reasons(&fresh, "source");
	p->warned = p->warned || reasons_warn(&fresh);
	if (r < 0 || reasons_refuse(&fresh))
		return P2V_EXIT_REFUSED;
	if (push_same_layout(&p->plan, &now))
		return P2V_EXIT_OK;
	log_error("the source's partitions have changed since the plan was made; run the push "
		  "again");
	return P2V_EXIT_REFUSED;
}

/* The point of no return: the target begins to write. */
static enum p2v_exit push_commit(struct push *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	/* A target that has gone while the user was asked gets no COMMIT. */
	int r = peer_tend(&p->control, 0);

	if (r == -EINTR)
		log_error("interrupted, before anything was written");
	if (r < 0)
		return P2V_EXIT_REFUSED;
	p->commit.plan = p->verdict.plan;
	p->committed = true;
	if (peer_send(&p->control, PROTO_COMMIT, msg_commit_to_json(&p->commit)) < 0 ||
	    push_events(p, PROTO_READY, &d) < 0)
		return P2V_EXIT_FAILED;
	if (msg_ready_from_json(d, &p->ready, &err) < 0) {
		peer_unfit(&p->control, PROTO_READY, &err);
		return P2V_EXIT_FAILED;
	}
	return P2V_EXIT_OK;
}

static enum p2v_exit push_transfer(struct push *p)
{
	int r = passes_run(p->transfer, p->source, &p->plan, &p->ready, &p->control, &p->totals);

	return r ? P2V_EXIT_FAILED : P2V_EXIT_OK;
}

/* Names every range that the source's disk would not give. */
static void push_losses(struct push *p)
{
	size_t n;
	const struct source_lost *lost = source_lost(p->source, &n);
	char title[320];

	for (size_t i = 0; i < n; i++) {
		plan_volume_title(&p->plan, &p->plan.volumes[lost[i].volume], title, sizeof(title));
		log_warn("lost: %llu bytes at byte %llu of %s could not be read; they are zeros "
			 "on the target",
			 (unsigned long long)lost[i].length, (unsigned long long)lost[i].offset,
			 title);
		p->totals.lost_bytes += lost[i].length;
		p->warned = true;
	}
}

/* FINISH and RESULT: fixups, and the boot entry. */
static enum p2v_exit push_finish(struct push *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	/* Both lists stay the options'. */
	struct msg_finish finish = {.fixups = p->o->fixups,
				    .only = p->o->only_fixups,
				    .skip = p->o->skip_fixups,
				    .cutover = p->o->cutover};

	if (peer_send(&p->control, PROTO_FINISH, msg_finish_to_json(&finish)) < 0 ||
	    push_events(p, PROTO_RESULT, &d) < 0)
		return P2V_EXIT_FAILED;
	if (msg_result_from_json(d, &p->result, &err) < 0) {
		peer_unfit(&p->control, PROTO_RESULT, &err);
		return P2V_EXIT_FAILED;
	}
	show_result(&p->result);
	show_reasons(&p->result.reasons, "target");
	report_result(&p->result);
	p->warned = p->warned || reasons_warn(&p->result.reasons);
	return P2V_EXIT_OK;
}

/* CUTOVER and BYE; the stream's end. A migration that failed is not booted. */
static enum p2v_exit push_cutover(struct push *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	bool failed = reasons_refuse(&p->result.reasons);
	struct msg_bye cutover = {.mode = failed ? CUTOVER_NONE : p->o->cutover};
	char text[400];

	if (peer_send(&p->control, PROTO_CUTOVER, msg_bye_to_json(&cutover)) < 0 ||
	    push_events(p, PROTO_BYE, &d) < 0)
		return P2V_EXIT_FAILED;
	if (msg_bye_from_json(d, &p->bye, &err) < 0) {
		peer_unfit(&p->control, PROTO_BYE, &err);
		return P2V_EXIT_FAILED;
	}
	log_info("target: cutover %s: %s", cutover_mode_name(p->bye.mode),
		 text_printable(p->bye.text, text, sizeof(text)));
	report_cutover(&p->bye);
	if (failed)
		return P2V_EXIT_FAILED;
	if (p->bye.mode != p->o->cutover) {
		log_warn("%s was asked for", cutover_mode_name(p->o->cutover));
		p->warned = true;
	}
	/* Its end, however it comes, is no error any more. */
	p->control.silent = true;
	peer_next(&p->control, PUSH_PARTING_SECONDS);
	peer_release(&p->control);
	return P2V_EXIT_OK;
}

static void push_prove(struct push *p)
{
	struct err_text said = {0};
	struct ssh_target target = connect_target(p->o);
	const char *bootstrap = p->transport->host_key;

	if (!p->o->wait_boot)
		return;
	if (p->bye.mode != CUTOVER_KEXEC && p->bye.mode != CUTOVER_REBOOT)
		err_set(&said, 0, "nothing boots, so there is nothing to wait for");
	else
		p->proven = proof_wait(&target, p->o->wait_boot, &p->result.host_keys, bootstrap,
				       &said);
	if (p->proven)
		log_info("proof of boot: %s", said.text);
	else
		log_warn("no proof of boot: %s", said.text);
	p->warned = p->warned || !p->proven;
	report_proof(p->proven, said.text);
}

/* Everything after the agreement. */
static enum p2v_exit push_move(struct push *p)
{
	const struct transfer_settings settings = {.connections = p->o->connections,
						   .compress_auto = p->o->compress_auto,
						   .compress_level = p->o->compress_level};
	enum p2v_exit status = confirm_erase(&p->facts, &p->plan, &p->commit);

	if (status) {
		push_goodbye(p);
		return status;
	}
	if (transfer_new(&settings, p->transport, p->source, &p->plan, &p->transfer) < 0)
		return P2V_EXIT_REFUSED;
	status = push_look_again(p);
	if (status)
		push_goodbye(p);
	else
		status = push_commit(p);
	if (!status)
		status = push_transfer(p);
	/* Everything is on the target, or will not be: the source may go on,
	 * before anything is printed that might be written to its disk. */
	if (push_thaw(p) < 0)
		p->warned = true;
	push_losses(p);
	if (!status)
		status = push_finish(p);
	if (!status)
		status = push_cutover(p);
	if (!status)
		push_prove(p);
	return status;
}

static void push_summary(struct push *p, enum p2v_exit status)
{
	static const char *const text[] = {
		[P2V_EXIT_OK] = "done",
		[P2V_EXIT_USAGE] = "usage",
		[P2V_EXIT_REFUSED] = "refused; nothing was written",
		[P2V_EXIT_LOSSES] = "done, with the warnings above",
		[P2V_EXIT_FAILED] =
			("failed after writing had begun: the target's disk is incomplete. The "
			 "target is still in RAM and can be pushed to again with the same command"),
		[P2V_EXIT_CONNECT] = "no connection; nothing was written",
	};
	const char *said = text[status];
	struct rusage ru;

	if (p->o->dry_run && status == P2V_EXIT_OK)
		said = "dry run: no objections; nothing was written";
	else if (p->proven && status == P2V_EXIT_OK)
		said = "done; the migrated machine is up";
	getrusage(RUSAGE_SELF, &ru);
	p->totals.cpu_seconds = (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
				(double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000000;
	p->totals.peak_rss = (uint64_t)ru.ru_maxrss * 1024;
	p->totals.seconds = (double)(clock_ms() - p->start) / 1000;
	if (p->committed)
		show_totals(&p->totals);
	log_info("%s", said);
	report_end((int)status, said, &p->totals);
}

enum p2v_exit push_run(const struct options *o)
{
	CLEANUP(push_release) struct push p = {.o = o, .start = clock_ms()};
	enum p2v_exit status = push_look(&p);

	if (!status)
		status = push_connect(&p);
	if (!status)
		status = push_plan(&p);
	if (!status && o->dry_run)
		push_goodbye(&p);
	else if (!status)
		status = push_move(&p);
	if (!status && p.warned && !o->dry_run)
		status = P2V_EXIT_LOSSES;
	push_summary(&p, status);
	return status;
}
