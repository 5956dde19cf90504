/* plan_json.h - the plan as it is sent: struct plan <-> JSON
 *
 * The way in of what came over the network: whatever plan_from_json() gives has
 * been checked.
 */
#ifndef P2V_PLAN_PLAN_JSON_H
#define P2V_PLAN_PLAN_JSON_H

#include "plan/plan.h"
#include "util/err.h"
#include "util/jdoc.h"

/* Owned document for PLAN; NULL when out of memory. */
struct jdoc *plan_to_json(const struct plan *p);
/* One volume as it stands in there; owned. */
struct jdoc *plan_volume_to_json(const struct plan_volume *v);
/* Decodes and checks everything that the plan alone can say: limits, known
 * kinds, and the rules of plan_check.h. 0 or -EINVAL with @err; *p is then
 * empty. */
int plan_from_json(const struct jdoc *d, struct plan *p, struct err_text *err);
/* Identifies the plan that was shown, so that COMMIT is for that one: over its
 * JSON, which is the same on both ends. All zero, which fits no other plan,
 * when out of memory. */
struct digest plan_digest(const struct plan *p);

#endif
