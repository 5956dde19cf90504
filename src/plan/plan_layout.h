/* plan_layout.h - where a source's disks land on the target's (pure)
 *
 * As they are: each source disk on the target disk of the same index, every
 * volume where it was, the table made for the target disk's size.
 */
#ifndef P2V_PLAN_PLAN_LAYOUT_H
#define P2V_PLAN_PLAN_LAYOUT_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "util/err.h"

/* Lays source disk @disk out on the target's disk @t, which becomes
 * plan->target.disks[disk]. 0; -ENOTSUP when its sectors differ, -ENOSPC when it
 * is too small, -ENOMEM, -EINVAL, with @err: it is then chosen, but not laid out,
 * and the target's check says all that speaks against it. */
int plan_land(struct plan *p, uint32_t disk, const struct facts_disk *t, struct err_text *err);

#endif
