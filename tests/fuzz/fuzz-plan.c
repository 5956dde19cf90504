/* fuzz-plan.c - the plan, with its partition tables, as JSON
 *
 * What is accepted must be canonical, and nothing in it may lie outside its disk
 * or on top of something else.
 */
#include "plan/plan.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static void check(const struct plan *p)
{
	for (uint32_t i = 0; i < p->volume_count; i++) {
		const struct plan_volume *v = &p->volumes[i];
		const struct plan_disk *d = &p->disks[v->disk];
		char title[64];

		plan_volume_title(p, v, title, sizeof(title));
		if (v->start > d->size || v->length > d->size - v->start)
			abort();
		if (v->kind == VOLUME_SKIP)
			continue;
		for (uint32_t k = 0; k < i; k++)
			if (p->volumes[k].disk == v->disk && p->volumes[k].kind != VOLUME_SKIP &&
			    overlap(v->start, v->length, p->volumes[k].start, p->volumes[k].length))
				abort();
		for (uint32_t k = 0; k < d->table.extent_count; k++)
			if (overlap(v->start, v->length, d->table.extents[k].offset,
				    d->table.extents[k].length))
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
		if (r != -EINVAL || !err.text[0] || p.disks || p.volumes)
			abort();
		return 0;
	}
	check(&p);
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
