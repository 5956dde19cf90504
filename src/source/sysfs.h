/* sysfs.h - block devices as sysfs shows them, by device number
 *
 * @root is "" for this machine; tests give a directory with sys/ in it.
 */
#ifndef P2V_SOURCE_SYSFS_H
#define P2V_SOURCE_SYSFS_H

#include <stddef.h>
#include <sys/types.h>

/* ROOT/sys/dev/block/MAJOR:MINOR[/BELOW]. 0 or -ENAMETOOLONG. */
int sysfs_device(const char *root, dev_t dev, const char *below, char *out, size_t size);
/* The device number in a "dev" attribute; 0 if it cannot be read. */
dev_t sysfs_read_dev(const char *path);
/* Calls @fn with each entry of a directory that has a device number. Its first
 * result that is not 0 ends the walk and is returned. A directory that does
 * not exist is empty. */
int sysfs_walk(const char *dir, int (*fn)(void *ctx, const char *entry, dev_t dev), void *ctx);

#endif
