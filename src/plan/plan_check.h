/* plan_check.h - what a plan must be in itself, whatever machine it is for
 *
 * Private to src/plan: plan_from_json() is the way in.
 */
#ifndef P2V_PLAN_PLAN_CHECK_H
#define P2V_PLAN_PLAN_CHECK_H

#include "plan/plan.h"
#include "util/jdoc.h"

/* Fails @r with the first thing that is wrong in @p. */
void plan_check(struct jread *r, const struct plan *p);

#endif
