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

/* Which volume an fstab's first field means: its index in the plan, or -1: none,
 * or more than one. */
int root_find_spec(const struct plan *plan, const char *spec);

#endif
