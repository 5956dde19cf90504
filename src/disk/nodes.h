/* nodes.h - the kernel's view of a disk: its name and its partitions' nodes
 *
 * Reads sysfs; disk and partition names are the kernel's ("vda", "vda1").
 */
#ifndef P2V_DISK_NODES_H
#define P2V_DISK_NODES_H

#include "util/strv.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel's name of a block device: "vda". 0 or -errno. */
int nodes_name(dev_t device, char *out, size_t size);
/* "/dev/vda3" of partition @number of disk @name: 0, -ENOENT when the kernel
 * or /dev does not have it. */
int nodes_partition(const char *name, uint32_t number, char *out, size_t size);
/* The same, but gives the kernel and udev @seconds to make the node. */
int nodes_wait(const char *name, uint32_t number, unsigned seconds, char *out, size_t size);
/* Names of all partitions that the kernel knows of disk @name, appended. */
int nodes_list(const char *name, struct strv *out);
/* Makes the kernel forget every partition of the disk open as @fd. 0, or
 * -EBUSY when one is in use. */
int nodes_forget(int fd, const char *name);
/* Drops cached pages of all its partitions' nodes. */
void nodes_flush(const char *name);

#endif
