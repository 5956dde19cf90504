/* label.h - a partition table recreated on a target disk, identity kept
 *
 * The raw sectors of the source's table have been written. What is left to do
 * depends on the disk and on the kernel: a GPT gets a backup at the end of the
 * target, whose size may differ, and the kernel is told. Both are libparted's
 * work; this file is its only user. It never gets to make a table of its own:
 * what is on the disk afterwards is decoded again and compared.
 */
#ifndef P2V_DISK_LABEL_H
#define P2V_DISK_LABEL_H

#include "disk/target.h"
#include "table/table.h"
#include "util/err.h"

/* Writes the raw extents of @want. 0 or -errno with @err. */
int label_write_raw(struct disk_target *t, const struct table *want, struct err_text *err);
/* Finishes the table for this disk, tells the kernel about the partitions
 * (block devices), and compares with label_verify(). 0 or -errno with @err. */
int label_finish(struct disk_target *t, const struct table *want, struct err_text *err);
/* Does the table on the disk have every identity of @want: kind, disk id,
 * boot code, and each partition's number, place, type, unique id, name,
 * attributes? 0 or -EILSEQ with @err, or -errno. */
int label_verify(struct disk_target *t, const struct table *want, struct err_text *err);

#endif
