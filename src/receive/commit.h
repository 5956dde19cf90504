/* commit.h - from COMMIT over the point of no return to READY
 */
#ifndef P2V_RECEIVE_COMMIT_H
#define P2V_RECEIVE_COMMIT_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "plan/step.h"
#include "receive/receive_options.h"
#include "receive/session.h"
#include "util/err.h"
#include "wire/message.h"
#include "wire/peer.h"

#include <stdbool.h>

/* What was agreed upon; all of it is borrowed from control.c. */
struct commit {
	struct peer *peer;
	const struct receive_options *options;
	struct session *session;
	struct facts *facts; /* replaced by what they are at COMMIT */
	const struct plan *plan;
	const struct steps *steps;
	bool cutover_known; /* the pusher has said with its plan how it wants to end */
	enum cutover_mode cutover;
	bool begun; /* set by commit_run(): beyond the point of no return */
};

/* Judges the plan by the facts: for VERDICT, and once more for COMMIT. */
void commit_check(const struct commit *c, struct reasons *reasons);
/* Is COMMIT for the plan that was judged, and does it name the disks? Pure. 0;
 * COMMIT_E_DIGEST or COMMIT_E_ERASE with @err. */
enum commit_fits {
	COMMIT_E_DIGEST = 1,
	COMMIT_E_ERASE = 2,
};
int commit_fits(const struct plan *plan, const struct facts *facts, const struct msg_commit *m,
		struct err_text *err);
/* Checks everything again, claims the disks, carries out the steps (EVENT *), and
 * sends READY. 0, or the exit status: then the pusher has been told. */
int commit_run(struct commit *c, const struct msg_commit *m);

#endif
