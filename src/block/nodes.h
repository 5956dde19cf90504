/* nodes.h - the nodes of a disk's partitions: awaited, flushed, forgotten
 *
 * For a disk that is being changed, so that a snapshot (block/block.h) would be
 * out of date: each call asks sysfs and the kernel anew. Always this machine's.
 * A function that returns -ENODEV says that the disk has no entry in /sys.
 */
#ifndef P2V_BLOCK_NODES_H
#define P2V_BLOCK_NODES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* "/dev/vda3" of partition @number of @disk: 0, -ENOENT when the kernel or /dev
 * does not have it, or -errno. */
int nodes_partition(dev_t disk, uint32_t number, char *out, size_t size);
/* The same, but gives the kernel and udev @seconds to make the node. */
int nodes_wait(dev_t disk, uint32_t number, unsigned seconds, char *out, size_t size);
/* Makes the kernel forget every partition of the disk that is open as @fd. 0,
 * or -EBUSY when one is in use, or -errno. */
int nodes_forget(int fd);
/* Drops cached pages of all its partitions' nodes. */
void nodes_flush(dev_t disk);

#endif
