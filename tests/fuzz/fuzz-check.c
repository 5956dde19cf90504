/* fuzz-check.c - a plan and facts from anywhere, judged
 *
 * The input is two JSON texts with a NUL between: what a pusher may send, and
 * what a machine may say of itself. Whatever they are, the check must come to
 * a verdict, and one that says yes must keep every volume inside its disk.
 */
#include "disk/mkfs.h"
#include "plan/check.h"
#include "plan/plan_json.h"
#include "plan/step.h"
#include "receive/commit.h"
#include "util/cleanup.h"
#include "wire/chunk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct plan *plan, const struct facts *facts)
{
	struct check_options o = {.file_system_tool = mkfs_tool,
				  .cutover_known = plan->verify,
				  .cutover = CUTOVER_KEXEC};
	struct msg_commit commit = {.plan = plan_digest(plan),
				    .erase_count = plan->target.disk_count};
	struct reasons reasons = {0};
	struct steps steps = {0};
	struct strv text = {0};

	check_plan(plan, facts, &o, &reasons);
	for (uint32_t i = 0; !reasons_refuse(&reasons) && i < plan->volume_count; i++) {
		const struct plan_place *p = &plan->volumes[i].target;
		const struct facts_disk *t;

		/* Skipped ones need not be anywhere. */
		if (!plan_place_is(p) && plan->volumes[i].kind == VOLUME_SKIP)
			continue;
		if (!plan_place_is(p))
			abort();
		t = check_target(&plan->target.disks[p->disk], facts);
		if (!t || t->users.n || t->read_only || p->start > t->size ||
		    p->length > t->size - p->start)
			abort();
	}
	if (commit_fits(plan, facts, &commit, NULL) == 0)
		abort();
	if (steps_make(plan, &steps) == 0)
		steps_describe(plan, &steps, &text);
	strv_release(&text);
	steps_release(&steps);
	reasons_release(&reasons);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	CLEANUP(jdoc_freep) struct jdoc *p = NULL;
	CLEANUP(jdoc_freep) struct jdoc *f = NULL;
	struct plan plan = {0};
	struct facts facts = {0};

	if (!nul || jdoc_parse(data, (size_t)(nul - data), &p, NULL) ||
	    jdoc_parse(nul + 1, size - (size_t)(nul - data) - 1, &f, NULL))
		return 0;
	if (plan_from_json(p, &plan, NULL) == 0 && facts_from_json(f, &facts, NULL) == 0)
		judge(&plan, &facts);
	plan_release(&plan);
	facts_release(&facts);
	return 0;
}
