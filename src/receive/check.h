/* check.h - may this plan be carried out on this machine? (pure)
 *
 * Plan and facts in, every reason to refuse out. It does no I/O, so that each
 * of its answers can be tested, and it is asked twice: for VERDICT, and with
 * facts collected again right before the point of no return.
 */
#ifndef P2V_RECEIVE_CHECK_H
#define P2V_RECEIVE_CHECK_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "util/err.h"
#include "util/strv.h"
#include "wire/message.h"

#include <stdbool.h>

struct check_options {
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
/* Is COMMIT for the plan that was judged, and does it name the disks? 0;
 * CHECK_E_DIGEST or CHECK_E_ERASE with @err. */
enum check_commit {
	CHECK_E_DIGEST = 1,
	CHECK_E_ERASE = 2,
};
int check_commit(const struct plan *plan, const struct facts *facts, const struct msg_commit *c,
		 struct err_text *err);
/* May this machine be left for @mode? Only a bootstrap system in RAM may. */
bool check_cutover(enum cutover_mode mode, bool root_in_ram);

#endif
