/* label.h - the plan's partition table put on a target disk, identity kept
 *
 * The plan's target layout has every sector of the table as it is to be on this
 * disk (table/table_convert.h). They are written, a GPT's backup as well; then
 * libparted, an independent decoder, must read the same partitions in them, and
 * tells the kernel. This file is its only user, and it never gets to write a
 * table. What is on the disk afterwards is decoded again and compared.
 */
#ifndef P2V_DISK_LABEL_H
#define P2V_DISK_LABEL_H

#include "disk/target.h"
#include "table/table.h"
#include "util/err.h"

/* Writes the raw extents of @want, and its backup first. 0 or -errno with @err. */
int label_write_raw(struct disk_target *t, const struct table *want, struct err_text *err);
/* Has libparted read the table, tells the kernel about the partitions (block
 * devices), and compares with label_verify(). 0 or -errno with @err. */
int label_finish(struct disk_target *t, const struct table *want, struct err_text *err);
/* Does the table on the disk have every identity of @want: kind, disk id,
 * usable range, boot code, and each partition's number, place, type, unique id, name,
 * attributes? 0 or -EILSEQ with @err, or -errno. */
int label_verify(struct disk_target *t, const struct table *want, struct err_text *err);

#endif
