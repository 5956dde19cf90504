/* apply.h - carries out the list of steps
 */
#ifndef P2V_RECEIVE_APPLY_H
#define P2V_RECEIVE_APPLY_H

#include "plan/step.h"
#include "receive/session.h"
#include "util/err.h"

/* Told before and after each step: @state is "start", "done" or "failed". */
typedef void apply_event_fn(void *ctx, const struct step *step, const char *state,
			    const char *text);

/* THE POINT OF NO RETURN: when this is called, everything has been checked and
 * the disks are claimed; when it returns, they no longer hold what they held.
 * 0, or -errno with @err at the first step that failed. */
int apply_steps(const struct plan *plan, const struct steps *steps, struct session *session,
		apply_event_fn *event, void *ctx, struct err_text *err);

#endif
