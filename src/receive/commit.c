/* commit.c - see commit.h */
#include "receive/commit.h"
#include "disk/mkfs.h"
#include "plan/check.h"
#include "plan/plan_json.h"
#include "receive/apply.h"
#include "receive/console.h"
#include "receive/event.h"
#include "receive/facts.h"
#include "receive/fail.h"
#include "util/digest.h"
#include "util/exit.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool commit_has_tool(const char *name)
{
	static const char *const dirs[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					   "/usr/bin",        "/sbin",          "/bin"};
	char path[256];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static void commit_missing_tools(const struct commit *c, struct strv *out)
{
	for (uint32_t i = 0; i < c->plan->volume_count; i++) {
		const struct plan_volume *v = &c->plan->volumes[i];
		const char *tool = NULL;

		if (v->kind == VOLUME_SWAP)
			tool = "mkswap";
		else if (v->kind == VOLUME_FORMAT)
			tool = mkfs_tool(v->fstype, false);
		if (tool && !strv_has(out, tool) && !commit_has_tool(tool))
			strv_add(out, tool);
	}
}

void commit_check(const struct commit *c, struct reasons *reasons)
{
	struct check_options o = {.file_system_tool = mkfs_tool,
				  .cutover_known = c->cutover_known,
				  .cutover = c->cutover,
				  .map_space = chunkmaps_size(c->plan)};

	commit_missing_tools(c, &o.missing_tools);
	check_plan(c->plan, c->facts, &o, reasons);
	strv_release(&o.missing_tools);
}

int commit_fits(const struct plan *plan, const struct facts *facts, const struct msg_commit *m,
		struct err_text *err)
{
	struct digest own = plan_digest(plan);

	if (digest_is_none(&own) || !digest_equal(&own, &m->plan))
		return err_set(err, COMMIT_E_DIGEST,
			       "the plan to be carried out is not the one that was checked");
	if (m->erase_count != plan->target.disk_count)
		return err_set(err, COMMIT_E_ERASE,
			       "%u disks are named for erasing, the plan erases %u", m->erase_count,
			       plan->target.disk_count);
	for (uint32_t i = 0; i < plan->target.disk_count; i++) {
		const struct facts_disk *t = check_target(&plan->target.disks[i], facts);
		const char *name = m->erase[i];

		if (!t)
			return err_set(err, COMMIT_E_ERASE, "the disk %s is gone",
				       plan->target.disks[i].name);
		if (!name[0] || (strcmp(name, t->path) && strcmp(name, t->serial)))
			return err_set(err, COMMIT_E_ERASE,
				       "the disk named for erasing is \"%s\", but the plan erases "
				       "%s (serial \"%s\")",
				       name, t->path, t->serial);
	}
	return 0;
}

/* The first reason to refuse, as an ERROR. */
static int commit_refuse(struct commit *c, const struct reasons *reasons)
{
	for (size_t i = 0; i < reasons->n; i++)
		if (reasons->v[i].level == REASON_REFUSE)
			return fail_with(c->peer, P2V_EXIT_REFUSED, reasons->v[i].code,
					 reasons->v[i].hint, "%s", reasons->v[i].text);
	return 0;
}

/* The machine may have changed while somebody thought the plan over. */
static int commit_check_again(struct commit *c)
{
	struct reasons reasons = {0};
	struct facts now = {0};
	int r;

	if (facts_collect(c->options, c->session->id, &now))
		return fail_with(c->peer, P2V_EXIT_REFUSED, "facts", "see the target's log",
				 "cannot collect the facts about this machine again");
	facts_release(c->facts);
	*c->facts = now;
	commit_check(c, &reasons);
	r = commit_refuse(c, &reasons);
	reasons_release(&reasons);
	return r;
}

/* What has been claimed must be what was judged: same size, same sectors. */
static int commit_claim(struct commit *c)
{
	struct err_text err = {0};
	int r = session_acquire(c->session, &err);

	if (!r)
		r = session_claim(c->session, c->plan, &err);
	if (r)
		return fail_with(c->peer, P2V_EXIT_REFUSED, r == -EBUSY ? "target-in-use" : "claim",
				 "free the disk on the target, or wait for the other push", "%s",
				 err.text[0] ? err.text : strerror(-r));
	for (uint32_t i = 0; i < c->plan->target.disk_count; i++) {
		const struct facts_disk *f = check_target(&c->plan->target.disks[i], c->facts);
		const struct disk_target *t = &c->session->disks[i];

		if (!f || f->size != t->size || f->sector != t->sector || f->file != t->file)
			return fail_with(c->peer, P2V_EXIT_REFUSED, "target-changed", "push again",
					 "%s is no longer the disk that was checked", t->path);
	}
	r = session_create(c->session, c->plan, &err);
	if (r)
		return fail_with(
			c->peer, P2V_EXIT_REFUSED, r == -ENOSPC ? "session-space" : "session",
			"give the target more RAM", "%s", err.text[0] ? err.text : strerror(-r));
	return 0;
}

static void commit_event(void *ctx, const struct step *step, const char *state, const char *text)
{
	struct commit *c = ctx;
	const struct plan_volume *v = &c->plan->volumes[step->volume];
	char title[320] = "";

	/* One for each volume's ends would hide the rest. */
	if (step->kind == STEP_CLEAN && strcmp(state, "failed"))
		return;
	if (step->kind == STEP_SWAP || step->kind == STEP_FORMAT)
		plan_volume_title(c->plan, v, title, sizeof(title));
	event_send(c->peer, step_kind_name(step->kind), title, state, text);
}

static int commit_ready(struct commit *c)
{
	struct msg_ready m = {0};

	text_copy(m.session, sizeof(m.session), c->session->id);
	memcpy(m.token, c->session->token, sizeof(m.token));
	return peer_send(c->peer, PROTO_READY, msg_ready_to_json(&m)) ? P2V_EXIT_FAILED : 0;
}

int commit_run(struct commit *c, const struct msg_commit *m)
{
	struct err_text err = {0};
	int r = commit_fits(c->plan, c->facts, m, &err);

	if (r)
		return fail_with(c->peer, P2V_EXIT_REFUSED,
				 r == COMMIT_E_DIGEST ? "plan-mismatch" : "erase-mismatch",
				 "name the disk to erase by its path or serial with --yes-erase",
				 "%s", err.text);
	r = commit_check_again(c);
	if (!r)
		r = commit_claim(c);
	if (r)
		return r;
	c->begun = true;
	console_state("a push from %s begins: its disk replaces %s%s",
		      c->plan->hostname[0] ? c->plan->hostname : "an image",
		      c->plan->target.disks[0].name,
		      c->plan->target.disk_count > 1 ? " and more" : "");
	if (apply_steps(c->plan, c->steps, c->session, commit_event, c, &err))
		return fail_with(c->peer, P2V_EXIT_FAILED, "apply",
				 "check the target's disk and kernel messages, and push again",
				 "%s", err.text);
	return commit_ready(c);
}
