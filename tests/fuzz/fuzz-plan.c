/* fuzz-plan.c - the plan, with its partition tables, as JSON
 *
 * What is accepted must be canonical, and nothing in it may lie outside its disk
 * or on top of something else.
 */
#include "plan/plan.h"
#include "plan/plan_json.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static const struct plan_place *place_of(const struct plan *p, uint32_t volume, bool target)
{
	return target ? &p->volumes[volume].target : &p->volumes[volume].source;
}

/* One side: every place within its disk, on nothing else. */
static void check(const struct plan *p, bool target)
{
	const struct plan_layout *side = target ? &p->target : &p->source;

	for (uint32_t i = 0; i < p->volume_count; i++) {
		const struct plan_volume *v = &p->volumes[i];
		const struct plan_place *a = place_of(p, i, target);
		const struct plan_disk *d;
		char title[64];

		plan_volume_title(p, v, title, sizeof(title));
		if (!plan_place_is(a))
			continue;
		d = &side->disks[a->disk];
		if (a->start > d->size || a->length > d->size - a->start)
			abort();
		if (target && v->kind == VOLUME_IMAGE && a->length < v->source.length)
			abort();
		if (v->kind == VOLUME_SKIP || v->kind == VOLUME_LV)
			continue;
		for (uint32_t k = 0; k < i; k++) {
			const struct plan_place *b = place_of(p, k, target);

			if (b->disk == a->disk && p->volumes[k].kind != VOLUME_SKIP &&
			    p->volumes[k].kind != VOLUME_LV &&
			    overlap(a->start, a->length, b->start, b->length))
				abort();
		}
		for (uint32_t k = 0; k < d->table.extent_count; k++)
			if (overlap(a->start, a->length, d->table.extents[k].offset,
				    d->table.extents[k].length))
				abort();
		/* The backup: as many sectors as entries and header have. */
		if (target && d->table.backup &&
		    a->start + a->length > d->table.backup - d->table.extents[2].length)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL, *first = NULL, *second = NULL;
	CLEANUP(plan_release) struct plan p = {0}, again = {0};
	CLEANUP_FREE char *a = NULL, *b = NULL;
	struct err_text err = {0};
	int r;

	if (jdoc_parse(data, size, &d, NULL) < 0)
		return 0;
	r = plan_from_json(d, &p, &err);
	if (r) {
		if (r != -EINVAL || !err.text[0] || p.source.disks || p.target.disks || p.volumes)
			abort();
		return 0;
	}
	check(&p, false);
	check(&p, true);
	first = plan_to_json(&p);
	a = jdoc_print(first);
	if (plan_from_json(first, &again, &err))
		abort();
	second = plan_to_json(&again);
	b = jdoc_print(second);
	if (!a || !b || strcmp(a, b))
		abort();
	return 0;
}
