/* facts_disk.h - what the target's disks are, what they hold, who uses them
 *
 * Looks only: a disk is opened read-only, and not locked when a function returns.
 */
#ifndef P2V_RECEIVE_FACTS_DISK_H
#define P2V_RECEIVE_FACTS_DISK_H

#include "block/block.h"
#include "plan/facts.h"
#include "util/err.h"
#include "util/strv.h"

/* One disk: @path is a block device of this machine's model, or a plain file. 0
 * or -errno with @err. */
int facts_disk(const struct block_model *m, const char *path, struct facts_disk *out,
	       struct err_text *err);
void facts_disk_release(struct facts_disk *d);
/* What the model says of a whole disk: identity, users. Pure. 0 or -errno with
 * @err. */
int facts_block(const struct block_model *m, dev_t number, struct facts_disk *d,
		struct err_text *err);
/* Whole disks of the model that could be a target: "/dev/vda". Pure. */
int facts_disk_paths(const struct block_model *m, struct strv *out);

#endif
