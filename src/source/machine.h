/* machine.h - the running machine itself: its root's disks, name and interfaces
 *
 * @root is "" for this machine; tests give a directory with sys/ in it.
 */
#ifndef P2V_SOURCE_MACHINE_H
#define P2V_SOURCE_MACHINE_H

#include "source/inventory.h"
#include "util/strv.h"

#include <sys/types.h>

/* The whole disks that @dev is made of, through partitions, LVM, md and
 * crypt, as paths of device nodes. 0, -ENODEV when it is not on a disk, or
 * -errno; logs nothing. */
int machine_disks_of(const char *root, dev_t dev, struct strv *paths);
/* Fills in the host name and the physical network interfaces. */
void machine_identity(const char *root, struct inventory *inv);

#endif
