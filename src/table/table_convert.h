/* table_convert.h - a partition table for another disk (pure)
 *
 * Same kind, same sector size: what says how large the disk is becomes true for
 * the new disk, and nothing else changes. Of a GPT that is the protective MBR's
 * length (not its cylinders, which nobody reads), the backup's sector, the last usable sector and
 * the header's checksum; an MBR stays as it is. Another kind or sector size is not made yet.
 */
#ifndef P2V_TABLE_TABLE_CONVERT_H
#define P2V_TABLE_TABLE_CONVERT_H

#include "table/table.h"
#include "util/err.h"

struct table_disk {
	uint64_t size;        /* bytes */
	uint32_t sector;      /* bytes */
	enum table_kind kind; /* that is wanted */
};

/* Makes of @from, the table of another disk, the table of @to, with its raw
 * sectors; it is what table_decode_extents() makes of these. 0; -ENOTSUP for
 * another kind or sector size, -ENOSPC when @to is too small, -ENOMEM or
 * -EINVAL, with @err. *out is empty after an error. */
int table_convert(const struct table *from, const struct table_disk *to, struct table *out,
		  struct err_text *err);
/* A copy with sectors of its own. 0 or -ENOMEM. */
int table_copy(const struct table *from, struct table *out);

#define TABLE_BACKUP_EXTENTS 2u

/* What a GPT has at the end of its disk, made from its extents: entries, header;
 * their bytes are owned by the caller (table_backup_release()). The number of
 * extents, 0 for a table that has no backup, or -ENOMEM. */
int table_backup(const struct table *t, struct table_extent out[TABLE_BACKUP_EXTENTS]);
void table_backup_release(struct table_extent extents[TABLE_BACKUP_EXTENTS]);

#endif
