/* commit.c - see control.h: from COMMIT over the point of no return to READY */
#include "disk/mkfs.h"
#include "receive/apply.h"
#include "receive/check.h"
#include "receive/console.h"
#include "receive/control.h"
#include "receive/facts.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void control_event(void *ctx, const char *stage, const char *name, const char *state,
		   const char *text)
{
	struct control *c = ctx;
	struct msg_event e = {0};

	text_copy(e.stage, sizeof(e.stage), stage);
	text_copy(e.name, sizeof(e.name), name);
	text_copy(e.state, sizeof(e.state), state);
	text_printable(text, e.text, sizeof(e.text));
	log_debug("%s %s: %s %s", stage, name, state, e.text);
	frame_send_json(&c->peer->stream, PROTO_EVENT, msg_event_to_json(&e));
}

static bool control_has_tool(const char *name)
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

static void control_missing_tools(const struct control *c, struct strv *out)
{
	for (uint32_t i = 0; i < c->plan.volume_count; i++) {
		const struct plan_volume *v = &c->plan.volumes[i];
		const char *tool = NULL;

		if (v->kind == VOLUME_SWAP)
			tool = "mkswap";
		else if (v->kind == VOLUME_FORMAT)
			tool = mkfs_tool(v->fstype, false);
		if (tool && !strv_has(out, tool) && !control_has_tool(tool))
			strv_add(out, tool);
	}
}

void control_check(struct control *c, struct reasons *reasons)
{
	struct check_options o = {.cutover_known = c->cutover_known,
				  .cutover = c->cutover,
				  .map_space = chunkmaps_size(&c->plan)};

	control_missing_tools(c, &o.missing_tools);
	check_plan(&c->plan, &c->facts, &o, reasons);
	strv_release(&o.missing_tools);
}

/* The first reason to refuse, as an ERROR. */
static int control_refuse(struct control *c, const struct reasons *reasons)
{
	for (size_t i = 0; i < reasons->n; i++)
		if (reasons->v[i].level == REASON_REFUSE)
			return receive_fail(c->peer, c->status, reasons->v[i].code,
					    reasons->v[i].hint, "%s", reasons->v[i].text);
	return CONTROL_GO_ON;
}

/* The machine may have changed while somebody thought the plan over. */
static int control_check_again(struct control *c)
{
	struct reasons reasons = {0};
	struct facts now = {0};
	int r;

	if (facts_collect(c->options, c->session.id, &now))
		return receive_fail(c->peer, c->status, "facts", "see the target's log",
				    "the facts of this machine cannot be collected again");
	facts_release(&c->facts);
	c->facts = now;
	control_check(c, &reasons);
	r = control_refuse(c, &reasons);
	reasons_release(&reasons);
	return r;
}

/* What has been claimed must be what was judged: same size, same sectors. */
static int control_claim(struct control *c)
{
	struct err_text err = {0};
	int r = session_acquire(&c->session, &err);

	if (!r)
		r = session_claim(&c->session, &c->plan, &err);
	if (r)
		return receive_fail(c->peer, c->status, r == -EBUSY ? "target-in-use" : "claim",
				    "free the disk on the target, or wait for the other push", "%s",
				    err.text[0] ? err.text : strerror(-r));
	for (uint32_t i = 0; i < c->plan.target.disk_count; i++) {
		const struct facts_disk *f = check_target(&c->plan.target.disks[i], &c->facts);
		const struct disk_target *t = &c->session.disks[i];

		if (!f || f->size != t->size || f->sector != t->sector || f->file != t->file)
			return receive_fail(c->peer, c->status, "target-changed", "push again",
					    "%s is no longer the disk that was looked at", t->path);
	}
	r = session_create(&c->session, &c->plan, &err);
	if (r)
		return receive_fail(c->peer, c->status, r == -ENOSPC ? "session-space" : "session",
				    "give the target more RAM", "%s",
				    err.text[0] ? err.text : strerror(-r));
	return CONTROL_GO_ON;
}

static void control_apply_event(void *ctx, const struct step *step, const char *state,
				const char *text)
{
	struct control *c = ctx;
	const struct plan_volume *v = &c->plan.volumes[step->volume];
	char title[320] = "";

	/* One for each volume's ends would hide the rest. */
	if (step->kind == STEP_CLEAN && strcmp(state, "failed"))
		return;
	if (step->kind == STEP_SWAP || step->kind == STEP_FORMAT)
		plan_volume_title(&c->plan, v, title, sizeof(title));
	control_event(c, step_kind_name(step->kind), title, state, text);
}

static int control_ready(struct control *c)
{
	struct msg_ready m = {0};
	int r;

	text_copy(m.session, sizeof(m.session), c->session.id);
	memcpy(m.token, c->session.token, sizeof(m.token));
	r = frame_send_json(&c->peer->stream, PROTO_READY, msg_ready_to_json(&m));
	if (r)
		log_error("sending READY: %s", strerror(-r));
	return r ? c->status : CONTROL_GO_ON;
}

int control_commit(struct control *c, const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_commit m;
	int r;

	if (frame_json(f, &d, &err) || msg_commit_from_json(d, &m, &err))
		return receive_fail(c->peer, c->status, "protocol", NULL, "%s", err.text);
	if (c->refused || c->dry_run)
		return receive_fail(c->peer, c->status, "refused", NULL, "COMMIT for a %s",
				    c->dry_run ? "dry run" : "plan that was refused");
	r = check_commit(&c->plan, &c->facts, &m, &err);
	if (r)
		return receive_fail(c->peer, c->status,
				    r == CHECK_E_DIGEST ? "plan-mismatch" : "erase-mismatch",
				    "name the disk to erase by its path or serial with --yes-erase",
				    "%s", err.text);
	r = control_check_again(c);
	if (r == CONTROL_GO_ON)
		r = control_claim(c);
	if (r != CONTROL_GO_ON)
		return r;
	c->committed = true;
	c->status = P2V_EXIT_FAILED;
	console_state("a push from %s begins: its disk replaces %s%s",
		      c->plan.hostname[0] ? c->plan.hostname : "an image",
		      c->plan.target.disks[0].name,
		      c->plan.target.disk_count > 1 ? " and more" : "");
	if (apply_steps(&c->plan, &c->steps, &c->session, control_apply_event, c, &err))
		return receive_fail(c->peer, c->status, "apply",
				    "look at the target's disk and kernel messages, and push again",
				    "%s", err.text);
	return control_ready(c);
}

int control_compare(struct control *c, const struct msg_seal *seal, struct msg_sealed *out,
		    struct err_text *err)
{
	const struct chunkmaps *maps = &c->session.maps;
	uint32_t next = 0;

	/* Every imaged volume, whether the pusher names it or not. */
	for (uint32_t i = 0; i < maps->count; i++) {
		const struct msg_seal_volume *s = NULL;
		struct digest root;
		uint64_t chunks;

		if (next < seal->volume_count && seal->volumes[next].volume == i)
			s = &seal->volumes[next++];
		if (!maps->maps[i].count && !s)
			continue;
		if (!s || !maps->maps[i].count)
			return err_set(err, -EPROTO, "SEAL: volume %u is %s", i,
				       s ? "not transferred" : "not named");
		if (chunkmap_root(&maps->maps[i], &chunks, &root))
			return err_set(err, -ENOMEM, "out of memory");
		if (chunks != s->chunks || !digest_equal(&root, &s->root))
			out->volumes[out->volume_count++] = i;
	}
	return next == seal->volume_count
		       ? 0
		       : err_set(err, -EPROTO, "SEAL: the volumes must be in ascending order");
}

void control_close(struct control *c)
{
	session_close(&c->session, true);
}
