/* choose.c - see choose.h */
#include "push/choose.h"
#include "plan/plan_layout.h"
#include "util/log.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

uint64_t choose_needed(const struct plan_disk *d)
{
	return d->table.kind == TABLE_NONE ? d->size : table_min_size(&d->table);
}

bool choose_names(const struct facts_disk *d, const char *name)
{
	return *name && (!strcmp(d->path, name) || !strcmp(d->serial, name));
}

const struct facts_disk *choose_find(const struct facts *f, const char *name)
{
	const struct facts_disk *found = NULL;

	for (uint32_t i = 0; i < f->disk_count; i++) {
		if (!choose_names(&f->disks[i], name))
			continue;
		/* Two disks with one serial (multipath, a cheap controller). */
		if (found)
			return NULL;
		found = &f->disks[i];
	}
	return found;
}

static bool choose_fits(const struct facts_disk *d, uint64_t needed)
{
	return !d->users.n && !d->read_only && d->size >= needed;
}

/* "/dev/vda (20 GiB, serial X; vda1 is mounted on /)" for every disk. */
static void choose_list(const struct facts *f, uint64_t needed, char *out, size_t size)
{
	char bytes[16];

	out[0] = '\0';
	for (uint32_t i = 0; i < f->disk_count; i++) {
		const struct facts_disk *d = &f->disks[i];
		const char *why = d->users.n         ? d->users.v[0]
				  : d->read_only     ? "read-only"
				  : d->size < needed ? "too small"
				  : d->boot_disk ? "unused; the bootstrap system started from it"
						 : "unused";
		size_t at = strlen(out);

		if (at + 1 < size)
			snprintf(out + at, size - at, "%s%.80s (%s%s%.40s: %.80s)", i ? ", " : "",
				 d->path, text_size(d->size, bytes, sizeof(bytes)),
				 d->serial[0] ? ", serial " : "", d->serial, why);
	}
}

/* The only candidate, NULL when there is none or more than one. */
static const struct facts_disk *choose_only(const struct facts *f, uint64_t needed, bool boot_disk,
					    unsigned *count)
{
	const struct facts_disk *found = NULL;

	*count = 0;
	for (uint32_t i = 0; i < f->disk_count; i++)
		if (choose_fits(&f->disks[i], needed) && f->disks[i].boot_disk == boot_disk) {
			found = &f->disks[i];
			++*count;
		}
	return *count == 1 ? found : NULL;
}

/* What does not fit there is the target's to say, with all its reasons. */
static void choose_land(struct plan *plan, uint32_t disk, const struct facts_disk *d)
{
	struct err_text err = {0};

	if (plan_land(plan, disk, d, &err))
		log_debug("no layout: %s", err.text);
}

static void choose_automatically(const struct facts *f, struct plan *plan, struct reasons *reasons)
{
	uint64_t needed = choose_needed(&plan->source.disks[0]);
	const struct facts_disk *d;
	char list[300], bytes[16];
	unsigned count;

	if (plan->source.disk_count != 1) {
		reason_add(reasons, REASON_REFUSE, "target-not-chosen",
			   "give one --target-disk for each --source, in the same order",
			   "with several source disks the target disks must be named");
		return;
	}
	d = choose_only(f, needed, false, &count);
	if (!count && f->root_in_ram)
		d = choose_only(f, needed, true, &count);
	if (d) {
		choose_land(plan, 0, d);
		return;
	}
	choose_list(f, needed, list, sizeof(list));
	text_size(needed, bytes, sizeof(bytes));
	if (count)
		reason_add(reasons, REASON_REFUSE, "target-not-chosen",
			   "choose one with --target-disk",
			   "%u disks of the target are unused and large enough: %s", count, list);
	else
		reason_add(reasons, REASON_REFUSE, "no-target-disk",
			   "the target needs an unused disk of that size",
			   "no disk of the target is unused and has %s: %s", bytes,
			   *list ? list : "it has no disks");
}

void choose_targets(const struct strv *wanted, const struct facts *f, struct plan *plan,
		    struct reasons *reasons)
{
	char list[300];

	if (!wanted->n) {
		if (plan->source.disk_count)
			choose_automatically(f, plan, reasons);
		return;
	}
	for (uint32_t i = 0; i < plan->source.disk_count && i < wanted->n; i++) {
		const struct facts_disk *d = choose_find(f, wanted->v[i]);

		if (d) {
			choose_land(plan, i, d);
			continue;
		}
		choose_list(f, choose_needed(&plan->source.disks[i]), list, sizeof(list));
		reason_add(reasons, REASON_REFUSE, "no-such-target-disk",
			   "--target-disk is a device path or a serial of the target",
			   "the target has no disk %s, it has: %s", wanted->v[i],
			   *list ? list : "none");
	}
}

void choose_erase(const struct strv *named, const struct facts *f, const struct plan *plan,
		  struct msg_commit *commit, struct reasons *reasons)
{
	commit->erase_count = plan->source.disk_count;
	for (size_t n = 0; n < named->n; n++) {
		const char *name = named->v[n];
		bool used = false;

		for (uint32_t i = 0; i < plan->source.disk_count; i++) {
			const struct facts_disk *d = choose_find(f, plan->target.disks[i].name);

			if (!d || !choose_names(d, name))
				continue;
			used = text_copy(commit->erase[i], sizeof(commit->erase[i]), name);
		}
		if (!used)
			reason_add(reasons, REASON_REFUSE, "yes-erase-mismatch",
				   "name the target disk by the path or serial shown above",
				   "--yes-erase %s is not a disk that this push would erase", name);
	}
}
