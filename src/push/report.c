/* report.c - see report.h */
#include "push/report.h"
#include "plan/plan_json.h"
#include "push/console.h"
#include "source/source_json.h"
#include "util/cleanup.h"
#include "util/jdoc.h"
#include "wire/message_transfer.h"

static struct jdoc *report_new(const char *event)
{
	struct jdoc *d = jdoc_object();

	jdoc_set_str(d, "event", event);
	return d;
}

static void report_out(struct jdoc *d)
{
	CLEANUP_FREE char *line = jdoc_print(d);

	if (line)
		console_json(line);
	jdoc_free(d);
}

static struct jdoc *report_strv(const struct strv *list)
{
	struct jdoc *a = jdoc_array();

	for (size_t i = 0; i < list->n; i++)
		jdoc_add_str(a, list->v[i]);
	return a;
}

void report_source(const struct source *s, const struct reasons *reasons)
{
	struct jdoc *d = report_new("source");

	if (s)
		jdoc_set(d, "source", source_to_json(s));
	jdoc_set(d, "reasons", reasons_to_json(reasons));
	report_out(d);
}

void report_target(const struct facts *f)
{
	struct jdoc *d = report_new("target");

	jdoc_set(d, "target", facts_to_json(f));
	report_out(d);
}

static struct jdoc *report_volume(const struct plan *p, const struct plan_volume *v)
{
	struct jdoc *o = plan_volume_to_json(v);
	char title[300];

	/* Beside the two places: what scripts knew before there were two. */
	if (plan_place_is(&v->source)) {
		jdoc_set_u64(o, "disk", v->source.disk);
		jdoc_set_u64(o, "partition", v->source.partition);
		jdoc_set_u64(o, "start", v->source.start);
		jdoc_set_u64(o, "length", v->source.length);
	}
	jdoc_set_str(o, "title", plan_volume_title(p, v, title, sizeof(title)));
	return o;
}

/* Not plan_to_json(): that has the push's secret in it. */
void report_plan(const struct plan *p)
{
	struct jdoc *d = report_new("plan"), *disks = jdoc_array(), *volumes = jdoc_array();

	for (uint32_t i = 0; i < p->source.disk_count; i++) {
		const struct plan_disk *disk = &p->source.disks[i], *to = &p->target.disks[i];
		struct jdoc *o = jdoc_object();

		jdoc_set_str(o, "source", disk->name);
		jdoc_set_str(o, "serial", disk->serial);
		jdoc_set_u64(o, "size", disk->size);
		jdoc_set_str(o, "table", table_kind_name(disk->table.kind));
		jdoc_set_u64(o, "sector", disk->sector);
		jdoc_set_str(o, "target", to->name);
		if (to->size) {
			jdoc_set_u64(o, "target_size", to->size);
			jdoc_set_u64(o, "target_sector", to->sector);
			jdoc_set_str(o, "target_table", table_kind_name(to->table.kind));
		}
		jdoc_add(disks, o);
	}
	for (uint32_t i = 0; i < p->volume_count; i++)
		jdoc_add(volumes, report_volume(p, &p->volumes[i]));
	jdoc_set(d, "disks", disks);
	jdoc_set(d, "volumes", volumes);
	jdoc_set_bool(d, "verify", p->verify);
	jdoc_set_u64(d, "chunk_size", p->chunk_size);
	report_out(d);
}

void report_verdict(const struct msg_verdict *v, const struct reasons *own)
{
	struct jdoc *d = report_new("verdict");

	jdoc_set_bool(d, "refused", reasons_refuse(&v->reasons) || reasons_refuse(own));
	jdoc_set(d, "source_reasons", reasons_to_json(own));
	jdoc_set(d, "reasons", reasons_to_json(&v->reasons));
	jdoc_set(d, "steps", report_strv(&v->steps));
	report_out(d);
}

void report_event(const struct msg_event *e)
{
	struct jdoc *d = report_new("step");

	jdoc_set_str(d, "stage", e->stage);
	jdoc_set_str(d, "name", e->name);
	jdoc_set_str(d, "state", e->state);
	jdoc_set_str(d, "text", e->text);
	report_out(d);
}

void report_progress(const struct progress_view *v)
{
	struct jdoc *d = report_new("progress");
	uint64_t eta = progress_view_eta(v);

	jdoc_set_u64(d, "total", v->total);
	jdoc_set_u64(d, "done", v->done);
	jdoc_set_u64(d, "wire", v->wire);
	jdoc_set_u64(d, "rate", (uint64_t)v->rate);
	jdoc_set_u64(d, "wire_rate", (uint64_t)v->wire_rate);
	if (eta != UINT64_MAX)
		jdoc_set_u64(d, "eta", eta);
	jdoc_set_u64(d, "connections", v->connections);
	report_out(d);
}

void report_result(const struct msg_result *r)
{
	struct jdoc *d = report_new("result");

	jdoc_set(d, "reasons", reasons_to_json(&r->reasons));
	jdoc_set(d, "host_keys", report_strv(&r->host_keys));
	jdoc_set_bool(d, "root_found", r->root_found);
	jdoc_set_bool(d, "kexec_loaded", r->kexec_loaded);
	jdoc_set_str(d, "boot_title", r->boot_title);
	jdoc_set_str(d, "boot_kernel", r->boot_kernel);
	jdoc_set_str(d, "boot_cmdline", r->boot_cmdline);
	report_out(d);
}

void report_cutover(const struct msg_bye *b)
{
	struct jdoc *d = report_new("cutover");

	jdoc_set_str(d, "mode", cutover_mode_name(b->mode));
	jdoc_set_str(d, "text", b->text);
	report_out(d);
}

void report_proof(bool proven, const char *text)
{
	struct jdoc *d = report_new("proof");

	jdoc_set_bool(d, "proven", proven);
	jdoc_set_str(d, "text", text);
	report_out(d);
}

void report_end(int status, const char *text, const struct report_totals *t)
{
	struct jdoc *d = report_new("end");

	jdoc_set_u64(d, "status", (uint64_t)status);
	jdoc_set_str(d, "text", text);
	jdoc_set_real(d, "seconds", t->seconds);
	jdoc_set_real(d, "transfer_seconds", t->transfer_seconds);
	jdoc_set_u64(d, "used_bytes", t->used_bytes);
	jdoc_set_u64(d, "sent_bytes", t->sent_bytes);
	jdoc_set_u64(d, "wire_bytes", t->wire_bytes);
	jdoc_set_real(d, "cpu_seconds", t->cpu_seconds);
	jdoc_set_u64(d, "peak_rss", t->peak_rss);
	jdoc_set_real(d, "target_cpu_seconds", t->target_cpu);
	jdoc_set_u64(d, "target_peak_rss", t->target_rss);
	jdoc_set_u64(d, "passes", t->passes);
	jdoc_set_u64(d, "lost_bytes", t->lost_bytes);
	report_out(d);
}
