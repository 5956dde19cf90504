/* check.h - may this plan be carried out on this machine? (pure)
 *
 * Plan and facts in, every reason to refuse out. It does no I/O, so that each
 * of its answers can be tested, and it is asked twice: for VERDICT, and with
 * facts collected again right before the point of no return.
 */
#ifndef P2V_PLAN_CHECK_H
#define P2V_PLAN_CHECK_H

#include "plan/cutover_mode.h"
#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "util/strv.h"

#include <stdbool.h>

struct check_options {
	/* The program that makes a file system of a type (libblkid's name), @file: inside
	 * a plain file; NULL when this machine makes none. */
	const char *(*file_system_tool)(const char *fstype, bool file);
	bool cutover_known; /* the pusher said with its plan how it wants to end */
	enum cutover_mode cutover;
	struct strv missing_tools; /* of those that the plan needs: "mke2fs" */
	uint64_t map_space;        /* bytes that the session's chunk maps take */
};

/* Appends to @reasons; reasons_refuse() is the verdict. Codes:
 * target-not-found, target-used-twice, target-in-use, target-read-only,
 * target-too-small, sector-size-differs, no-layout, layout-differs, not-in-ram,
 * not-root, session-space, tool-missing, format-unsupported, kind-unsupported,
 * cutover-not-in-ram; warnings and notes:
 * kexec-unusable, low-memory, larger-target. */
void check_plan(const struct plan *plan, const struct facts *facts,
		const struct check_options *options, struct reasons *reasons);
/* The disk of the facts that is a disk of the plan's target layout, or NULL. */
const struct facts_disk *check_target(const struct plan_disk *d, const struct facts *facts);
/* May this machine be left for @mode? Only a bootstrap system in RAM may. */
bool check_cutover(enum cutover_mode mode, bool root_in_ram);

#endif
