/* root_names.h - a plan's disks and volumes as what names mean
 */
#ifndef P2V_RECEIVE_ROOT_NAMES_H
#define P2V_RECEIVE_ROOT_NAMES_H

#include "names/names.h"
#include "plan/plan.h"

/* Everything that an fstab or a command line could name: each volume but boot
 * gaps and containers of partitions, with its index in the plan as id. Nodes here
 * are not filled in. 0 or -ENOMEM; names_release() in every case. */
int root_names(const struct plan *plan, struct names *out);

#endif
