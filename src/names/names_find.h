/* names_find.h - inside of names.h: a name compared with what there is
 */
#ifndef P2V_NAMES_NAMES_FIND_H
#define P2V_NAMES_NAMES_FIND_H

#include "names/names.h"
#include "names/spec.h"

/* The partition that @name ("disk/by-id/X-part2", "mapper/mpathap2") is of the disk
 * @disk ("disk/by-id/X", "mapper/mpatha"), 0 for the disk itself, UINT32_MAX: it is
 * neither. */
uint32_t names_partition(const char *disk, const char *name);
/* The disk that a kernel's name ("sda") means; @disk is its index. */
bool names_find_disk(const struct names *n, const char *name, uint32_t *disk);

#endif
