/* show.c - see show.h */
#include "push/show.h"
#include "push/choose.h"
#include "push/console.h"
#include "util/log.h"
#include "util/text.h"
#include "wire/message_transfer.h"

#include <stdio.h>
#include <string.h>

/* A size in one of a few buffers, so that several fit into one call. */
static const char *show_size(uint64_t bytes)
{
	static char text[4][16];
	static unsigned next;
	char *out = text[next++ % 4];

	return text_size(bytes, out, sizeof(text[0]));
}

static const char *show_safe(const char *s)
{
	static char text[6][600];
	static unsigned next;

	return text_printable(s, text[next++ % 6], sizeof(text[0]));
}

void show_source(const struct plan *p)
{
	console_say("Source%s%s", p->hostname[0] ? " " : "", show_safe(p->hostname));
	for (uint32_t i = 0; i < p->source.disk_count; i++) {
		const struct plan_disk *d = &p->source.disks[i];

		console_say("  %s  %s%s%s, %s partition table", show_safe(d->name),
			    show_size(d->size), d->serial[0] ? ", serial " : "",
			    show_safe(d->serial), table_kind_name(d->table.kind));
	}
}

void show_target(const struct facts *f)
{
	console_say("Target %s: %s, %s, %s, %s of RAM (%s available), %s", show_safe(f->hostname),
		    show_safe(f->program), show_safe(f->arch), show_safe(f->firmware),
		    show_size(f->ram_total), show_size(f->ram_available),
		    f->root_in_ram ? "running from RAM" : "NOT running from RAM");
	for (uint32_t i = 0; i < f->disk_count; i++) {
		const struct facts_disk *d = &f->disks[i];

		console_say("  %s  %s%s%s%s%s", show_safe(d->path), show_size(d->size),
			    d->serial[0] ? ", serial " : "", show_safe(d->serial),
			    d->boot_disk ? ", the bootstrap system started from it" : "",
			    d->users.n ? "" : ", unused");
		for (size_t u = 0; u < d->users.n; u++)
			console_say("      in use: %s", show_safe(d->users.v[u]));
	}
	if (!f->kexec)
		console_say("  kexec cannot be used: %s", show_safe(f->kexec_why_not));
}

static const char *show_action(const struct plan_volume *v)
{
	switch (v->kind) {
	case VOLUME_IMAGE:
		return v->used_blocks ? "copy used blocks" : "copy whole";
	case VOLUME_SWAP:
		return "recreate swap";
	case VOLUME_FORMAT:
		return "recreate empty";
	case VOLUME_SKIP:
		return "nothing to copy";
	case VOLUME_CREATE:
	case VOLUME_ESP:
	case VOLUME_BIOS_BOOT:
	case VOLUME_LV:
		return "create";
	}
	return "?";
}

/* "/dev/vda1", "/dev/vda at 1.0 MiB", "?": where a volume lands. */
static const char *show_place(const struct plan *p, const struct plan_volume *v)
{
	static char text[400];
	const struct plan_disk *d;

	/* Not laid out: the disk is chosen, or not even that. */
	if (!plan_place_is(&v->target)) {
		d = plan_place_is(&v->source) ? &p->target.disks[v->source.disk] : NULL;
		return d && d->name[0] ? show_safe(d->name) : "?";
	}
	d = &p->target.disks[v->target.disk];
	if (!plan_place_is(&v->source) || v->target.start != v->source.start ||
	    v->target.partition != v->source.partition)
		snprintf(text, sizeof(text), "%s, partition %u, at %s", show_safe(d->name),
			 v->target.partition, show_size(v->target.start));
	else
		snprintf(text, sizeof(text), "%s", show_safe(d->name));
	return text;
}

static void show_erased(const struct facts_disk *d)
{
	console_say("Erased: everything on %s of the target (%s%s%s)", show_safe(d->path),
		    show_size(d->size), d->serial[0] ? ", serial " : "", show_safe(d->serial));
	for (size_t c = 0; c < d->contents.n; c++)
		console_say("  %s", show_safe(d->contents.v[c]));
	if (!d->contents.n)
		console_say("  no known contents");
}

/* The target's disks as they are to be. */
static void show_layout(const struct plan *p)
{
	for (uint32_t i = 0; i < p->target.disk_count; i++) {
		const struct plan_disk *d = &p->target.disks[i];

		if (d->size)
			console_say("  %s becomes %s: %s partition table, %u partition%s, %s",
				    show_safe(p->source.disks[i].name), show_safe(d->name),
				    table_kind_name(d->table.kind), d->table.partition_count,
				    d->table.partition_count == 1 ? "" : "s", show_size(d->size));
	}
}

void show_plan(const struct plan *p, const struct facts *f)
{
	uint64_t total = 0;
	char title[320];

	console_say("Plan");
	show_layout(p);
	console_say("  %-36s %10s %10s  %-16s  %s", "volume", "size", "used", "action", "to");
	for (uint32_t i = 0; i < p->volume_count; i++) {
		const struct plan_volume *v = &p->volumes[i];
		const struct plan_place *place =
			plan_place_is(&v->source) ? &v->source : &v->target;

		plan_volume_title(p, v, title, sizeof(title));
		console_say("  %-36s %10s %10s  %-16s  %s", show_safe(title),
			    show_size(place->length),
			    v->kind == VOLUME_IMAGE ? show_size(v->used) : "-", show_action(v),
			    show_place(p, v));
		if (v->kind == VOLUME_IMAGE)
			total += v->used;
	}
	console_say("  at most %s to send, before compression%s", show_size(total),
		    p->verify ? "; what is written is read back and compared" : "");
	for (uint32_t i = 0; i < p->target.disk_count; i++) {
		const char *name = p->target.disks[i].name;
		const struct facts_disk *d = name[0] ? choose_find(f, name) : NULL;

		if (d)
			show_erased(d);
	}
}

void show_steps(const struct strv *steps)
{
	if (!steps->n)
		return;
	console_say("Steps on the target");
	for (size_t i = 0; i < steps->n; i++)
		console_say("  %2zu. %s", i + 1, show_safe(steps->v[i]));
}

void show_reasons(const struct reasons *list, const char *from)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct reason *r = &list->v[i];
		const char *text = show_safe(r->text), *hint = show_safe(r->hint);
		const char *sep = *hint ? "; " : "";

		switch (r->level) {
		case REASON_REFUSE:
			log_error("%s: %s%s%s [%s]", from, text, sep, hint, show_safe(r->code));
			break;
		case REASON_WARN:
			log_warn("%s: %s%s%s [%s]", from, text, sep, hint, show_safe(r->code));
			break;
		case REASON_NOTE:
			log_info("%s: %s%s%s", from, text, sep, hint);
			break;
		}
	}
}

void show_event(const struct msg_event *e)
{
	const char *text = show_safe(e->text), *name = show_safe(e->name);
	const char *stage = show_safe(e->stage);
	bool fixup = !strcmp(stage, "fixup");

	if (!strcmp(e->state, "failed"))
		log_error("target: %s %s failed: %s", stage, name, text);
	else if (!strcmp(e->state, "warning"))
		log_warn("target: %s %s: %s", stage, name, text);
	else if (!strcmp(e->state, "start") && !fixup)
		log_info("target: %s", *text ? text : *name ? name : stage);
	else if (fixup && *text)
		log_info("target: %s: %s", name, text); /* what it changed, or why nothing */
	else
		log_debug("target: %s %s %s: %s", stage, name, show_safe(e->state), text);
}

void show_result(const struct msg_result *r)
{
	if (r->boot_title[0] || r->boot_kernel[0])
		console_say("Boot entry: %s (%s)%s", show_safe(r->boot_title),
			    show_safe(r->boot_kernel), r->kexec_loaded ? ", loaded for kexec" : "");
	for (size_t i = 0; i < r->host_keys.n; i++)
		console_say("  the migrated machine's ssh host key: %s",
			    show_safe(r->host_keys.v[i]));
}

void show_totals(const struct report_totals *t)
{
	double rate = t->transfer_seconds > 0 ? (double)t->sent_bytes / t->transfer_seconds : 0;
	char all[24], transfer[24];

	console_say("Summary");
	console_say(
		"  time       %s, %s of it for %u transfer pass%s",
		text_duration((uint64_t)(t->seconds + 0.5), all, sizeof(all)),
		text_duration((uint64_t)(t->transfer_seconds + 0.5), transfer, sizeof(transfer)),
		t->passes, t->passes == 1 ? "" : "es");
	console_say("  data       %s of used blocks, %s on the wire (%.2f:1), %s/s",
		    show_size(t->sent_bytes), show_size(t->wire_bytes),
		    t->wire_bytes ? (double)t->sent_bytes / (double)t->wire_bytes : 1.0,
		    show_size((uint64_t)rate));
	console_say("  this end   %.1f s of CPU, %s of memory at peak", t->cpu_seconds,
		    show_size(t->peak_rss));
	console_say("  target     %.1f s of CPU, %s of memory at peak in each receiver",
		    t->target_cpu, show_size(t->target_rss));
	if (t->lost_bytes)
		console_say("  LOST       %s could not be read and are zeros on the target",
			    show_size(t->lost_bytes));
}
