/* devname.h - the names that the kernel gives to disks and partitions
 *
 * Pure. Names are relative to /dev: "sda1", "nvme0n1p2", "cciss/c0d0". A
 * partition's is its disk's with the number, and a "p" between them where the
 * disk's name ends with a digit (the kernel's disk_name(); block/partitions).
 */
#ifndef P2V_NAMES_DEVNAME_H
#define P2V_NAMES_DEVNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVNAME_MAX_PARTITION 256u

/* A real disk's: sda, hda, vda, xvda, nvme0n1, mmcblk0, cciss/c0d0. Not loop0,
 * md0, dm-0: what is made of other disks, or stands in for one. */
bool devname_is_disk(const char *name);
/* Its place in the kernel's counting of that kind: 0 for sda, vda, nvme0n1,
 * mmcblk0; 26 for sdaa; -1: it has none, as nvme0n2. */
int devname_order(const char *name);
/* "1" behind "sda", "p1" behind "nvme0n1": the number, or 0 for anything else.
 * @disk is the whole name before @suffix. */
uint32_t devname_partition(const char *disk, size_t len, const char *suffix);
/* "sda3" into "sda" and 3, "sda" into "sda" and 0. False: no real disk's name. */
bool devname_split(const char *name, char *disk, size_t size, uint32_t *partition);
/* The name behind a device number, for the kinds whose numbers are fixed
 * (Documentation/admin-guide/devices.txt): sd, hd, xvd, md, mmcblk. False for
 * the others, which get theirs in the order of the drivers' start. */
bool devname_from_number(uint32_t major, uint32_t minor, char *out, size_t size);

#endif
