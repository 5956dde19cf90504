/* step.c - see step.h */
#include "plan/step.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const char *step_kind_name(enum step_kind kind)
{
	switch (kind) {
	case STEP_WIPE:
		return "wipe";
	case STEP_CLEAN:
		return "clean";
	case STEP_TABLE:
		return "table";
	case STEP_LABEL:
		return "label";
	case STEP_SWAP:
		return "swap";
	case STEP_FORMAT:
		return "format";
	}
	return "?";
}

static void steps_add(struct steps *s, enum step_kind kind, uint32_t disk, uint32_t volume)
{
	s->v[s->n++] = (struct step){.kind = kind, .disk = disk, .volume = volume};
}

static void steps_add_volumes(struct steps *s, const struct plan *plan, uint32_t disk,
			      enum step_kind kind, enum volume_kind of)
{
	for (uint32_t i = 0; i < plan->volume_count; i++)
		if (plan->volumes[i].target.disk == disk && plan->volumes[i].kind == of)
			steps_add(s, kind, disk, i);
}

int steps_make(const struct plan *plan, struct steps *out)
{
	struct steps s = {0};

	/* At most: three for each disk, two for each volume. */
	s.v = calloc(3 * (size_t)plan->target.disk_count + 2 * (size_t)plan->volume_count + 1,
		     sizeof(*s.v));
	if (!s.v)
		return -ENOMEM;
	for (uint32_t d = 0; d < plan->target.disk_count; d++) {
		steps_add(&s, STEP_WIPE, d, 0);
		for (uint32_t i = 0; i < plan->volume_count; i++)
			/* The container holds the logical partitions' tables and
			 * the partitions, which are cleaned themselves. */
			if (plan->volumes[i].target.disk == d &&
			    plan->volumes[i].kind != VOLUME_SKIP)
				steps_add(&s, STEP_CLEAN, d, i);
		if (plan->target.disks[d].table.kind != TABLE_NONE) {
			steps_add(&s, STEP_TABLE, d, 0);
			steps_add(&s, STEP_LABEL, d, 0);
		}
		steps_add_volumes(&s, plan, d, STEP_SWAP, VOLUME_SWAP);
		steps_add_volumes(&s, plan, d, STEP_FORMAT, VOLUME_FORMAT);
	}
	*out = s;
	return 0;
}

void steps_release(struct steps *s)
{
	free(s->v);
	*s = (struct steps){0};
}

const char *step_title(const struct plan *plan, const struct step *s, char *out, size_t size)
{
	const struct plan_disk *d = &plan->target.disks[s->disk];
	const struct plan_volume *v = &plan->volumes[s->volume];
	char title[320] = "";

	if (s->kind == STEP_CLEAN || s->kind == STEP_SWAP || s->kind == STEP_FORMAT)
		plan_volume_title(plan, v, title, sizeof(title));
	switch (s->kind) {
	case STEP_WIPE:
		snprintf(out, size, "erase everything on %s", d->name);
		break;
	case STEP_CLEAN:
		snprintf(out, size, "clear both ends of %s on %s", title, d->name);
		break;
	case STEP_TABLE:
		snprintf(out, size, "write the %s partition table of %s to %s",
			 table_kind_name(d->table.kind), plan->source.disks[s->disk].name, d->name);
		break;
	case STEP_LABEL:
		snprintf(out, size, "reread and compare the partition table of %s (%u partitions)",
			 d->name, d->table.partition_count);
		break;
	case STEP_SWAP:
		snprintf(out, size, "recreate swap %s on %s%s%s", title, d->name,
			 v->uuid[0] ? ", UUID " : "", v->uuid);
		break;
	case STEP_FORMAT:
		snprintf(out, size, "create an empty %s %s on %s%s%s", v->fstype, title, d->name,
			 v->uuid[0] ? ", UUID " : "", v->uuid);
		break;
	}
	return out;
}

int steps_describe(const struct plan *plan, const struct steps *s, struct strv *out)
{
	for (size_t i = 0; i < s->n; i++) {
		char title[1024];
		int r;

		if (s->v[i].kind == STEP_CLEAN) {
			bool again = i && s->v[i - 1].kind == STEP_CLEAN &&
				     s->v[i - 1].disk == s->v[i].disk;

			if (again)
				continue;
			r = strv_addf(out, "clear both ends of every volume on %s",
				      plan->target.disks[s->v[i].disk].name);
		} else {
			r = strv_add(out, step_title(plan, &s->v[i], title, sizeof(title)));
		}
		if (r)
			return r;
	}
	return 0;
}
