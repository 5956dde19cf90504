/* plan_check.h - what a plan must be in itself, whatever machine it is for
 *
 * Each layout for itself:
 * - every partition of a table is in one volume; a disk without a table is one
 *   volume up to its last full sector (of the target's: at most so far); a boot
 *   gap, at most one, is an image between the end of the table and the first
 *   partition;
 * - a volume lies where its partition does, within its disk, in whole sectors, on
 *   no other volume and on no sector of the table or of its backup;
 * - an extended partition is skipped; it may hold others.
 * And one against the other:
 * - kinds that are made anew have no source, all others have one;
 * - on a target disk that is laid out, everything that has a source there lands
 *   somewhere, and an image where it fits; on one that is not, nothing does;
 * - an EFI system partition and a BIOS boot partition have these types in the
 *   target's table; a logical volume is in a partition made for LVM, and all that
 *   are in it fit;
 * - a GPT of the target has its backup at the end of its disk.
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
