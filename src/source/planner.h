/* planner.h - from the inventory to the plan, and to reasons (pure)
 *
 * What becomes of a byte range of a disk:
 *
 *   ext2/3/4                 its used blocks (a damaged bitmap: all of it)
 *   swap                     recreated with its UUID and label
 *   extended container       nothing; its logical partitions are volumes
 *   any other partition      copied whole, runs of zeros elided
 *   table to first partition a volume "gap", for boot loaders: all of it up to
 *                            16 MiB, of a larger one the first MiB
 *   disk without a table     one volume
 *   other unpartitioned space  nothing
 *
 * Codes of the reasons: source-in-use, source-needs-fsck, source-hibernated,
 * source-empty, source-odd-size, source-is-partition, unknown-table,
 * table-damaged, too-many-volumes (refused); bitmap-damaged (warning);
 * several-signatures, unknown-contents, tail-left-out (notes).
 */
#ifndef P2V_SOURCE_PLANNER_H
#define P2V_SOURCE_PLANNER_H

#include "plan/plan.h"
#include "plan/reason.h"
#include "source/inventory.h"

#define PLANNER_GAP_MAX  (16ull << 20)
#define PLANNER_GAP_HEAD (1ull << 20)

/* Fills @plan, which the caller releases. 0, -ENOMEM, or -E2BIG when there are
 * more volumes than a plan may have. */
int planner_plan(const struct inventory *inv, struct plan *plan);
/* What can be said before the used-block maps: tables, users, contents.
 * @freeze: what is mounted read-write is going to be frozen. */
void planner_check(const struct inventory *inv, bool freeze, struct reasons *reasons);
/* What the used-block maps say: of the file systems that are mounted
 * read-write if they are @frozen now, else of the others. Until a mounted one
 * is frozen, its map means nothing. */
void planner_check_maps(const struct inventory *inv, bool frozen, struct reasons *reasons);
/* The partition that a volume of the plan is; NULL for a gap. */
const struct inventory_part *planner_part(const struct inventory *inv, const struct plan_volume *v);

#endif
