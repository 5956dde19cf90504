/* step.h - the destructive work as a list of records
 *
 * step.c makes the list from the plan's target layout, VERDICT shows it,
 * receive/apply.c executes it after the commitment. What is not in the list is not done.
 */
#ifndef P2V_PLAN_STEP_H
#define P2V_PLAN_STEP_H

#include "plan/plan.h"
#include "util/strv.h"

#include <stdint.h>

enum step_kind {
	STEP_WIPE,   /* discard the disk; zero its first and last MiB */
	STEP_CLEAN,  /* zero both ends of a volume: no stale signature survives */
	STEP_TABLE,  /* write the partition table's raw sectors, and its backup */
	STEP_LABEL,  /* let libparted read it, compare, tell the kernel */
	STEP_SWAP,   /* swap header with its UUID and label */
	STEP_FORMAT, /* empty file system with its UUID and label */
};

struct step {
	enum step_kind kind;
	uint32_t disk;   /* index into plan.target.disks */
	uint32_t volume; /* index into plan.volumes: CLEAN, SWAP, FORMAT */
};

struct steps {
	struct step *v; /* owned */
	size_t n;
};

/* In the order of execution. 0 or -ENOMEM. Pure. */
int steps_make(const struct plan *plan, struct steps *out);
void steps_release(struct steps *s);
const char *step_kind_name(enum step_kind kind); /* "wipe", ... as in EVENT's stage */
/* "erase everything on /dev/vda", in @out of at least 700 bytes; returns @out. */
const char *step_title(const struct plan *plan, const struct step *s, char *out, size_t size);
/* A line each, for VERDICT. CLEAN steps are summed up, one for each disk. */
int steps_describe(const struct plan *plan, const struct steps *s, struct strv *out);

#endif
