/* choose.h - which of the target's disks is to be erased (pure)
 */
#ifndef P2V_PUSH_CHOOSE_H
#define P2V_PUSH_CHOOSE_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "util/strv.h"
#include "wire/message.h"

#include <stdbool.h>

/* Bytes that a target disk must have for this one. */
uint64_t choose_needed(const struct plan_disk *d);
/* Makes the plan's target layout (plan_layout.h): on the disk of the same place in
 * @wanted (--target-disk), or
 * without one on the only disk that is unused and large enough. A disk that the
 * bootstrap was started from is taken only when there is no other, and only
 * when nothing runs from it any more. What goes wrong is a reason to refuse. */
void choose_targets(const struct strv *wanted, const struct facts *f, struct plan *plan,
		    struct reasons *reasons);
/* The facts of a disk by device path or serial; NULL when there is none. */
const struct facts_disk *choose_find(const struct facts *f, const char *name);
/* Does @name, as a user writes it, mean this disk? Its path, or its serial. */
bool choose_names(const struct facts_disk *d, const char *name);
/* For each disk of the plan the one of @named (--yes-erase) that names it, "" if none; one
 * that names no disk of the plan is a reason to refuse. */
void choose_erase(const struct strv *named, const struct facts *f, const struct plan *plan,
		  struct msg_commit *commit, struct reasons *reasons);

#endif
