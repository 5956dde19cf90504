/* device.h - one block device: what sysfs says of it
 *
 * All names are the kernel's, as in /dev: "sda1", "dm-0", "cciss/c0d0" (which
 * sysfs writes with a '!'). What a device is built on and what is built on it
 * is filled in by the model (block/block.h), whose devices these are.
 */
#ifndef P2V_BLOCK_DEVICE_H
#define P2V_BLOCK_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Device mapper's kinds are told by the prefix that whoever made the mapping
 * gave its UUID; sysfs does not tell a mapping's table. */
enum device_kind {
	DEVICE_DISK, /* none of the others: hardware, a hypervisor's, the network's */
	DEVICE_PARTITION,
	DEVICE_LOOP,
	DEVICE_MD,
	DEVICE_LVM,       /* LVM-...: a logical volume, or a part of one */
	DEVICE_CRYPT,     /* CRYPT-... */
	DEVICE_MULTIPATH, /* mpath-... */
	DEVICE_FAKE_RAID, /* DMRAID-... */
	DEVICE_MAPPED,    /* any other: by hand, a partition by kpartx (part1-...) */
	DEVICE_RAM,       /* ramdisks, zram */
	DEVICE_REMOVABLE, /* floppy, optical drive, bare flash: never a machine's disk */
	DEVICE_UNKNOWN,   /* named by another device, but gone, or newer than the look */
};

struct block_devices {
	struct block_device **v; /* owned; the devices are the model's */
	size_t n;
};

struct block_device {
	char name[64];
	dev_t number; /* 0: DEVICE_UNKNOWN */
	enum device_kind kind;
	uint64_t size;   /* bytes */
	uint32_t sector; /* logical, bytes; 0: not known */
	bool read_only;
	bool removable;
	bool hardware;    /* a driver's device is behind it, even if a hypervisor made that up */
	bool swap;        /* in use for swapping */
	unsigned order;   /* in /proc/partitions; UINT_MAX: not there */
	char serial[128]; /* "" none; fit to be shown */
	char model[128];
	char dm_name[128]; /* "vg0-root"; "" unless device mapper's */
	char dm_uuid[160];
	char *backing; /* owned; a loop device's file; NULL: none */

	struct block_device *disk; /* a partition's; NULL: none */
	uint32_t part_number;      /* from 1; 0: not a partition */
	uint64_t part_start;       /* bytes on the disk */
	/* In the model's order. */
	struct block_devices slaves;     /* what it is built on, partitions aside */
	struct block_devices holders;    /* what is built on it, partitions aside */
	struct block_device *file_on;    /* where a loop device's file is; NULL: nowhere known */
	struct block_devices same_btrfs; /* the others of its file system's devices */
};

/* Reads the attributes below ROOT/sys/dev/block/MAJOR:MINOR, open as @dir. What
 * cannot be read stays empty: a device may go away at any time. NULL when out of
 * memory. */
struct block_device *device_read(int dir, const char *name, dev_t number);
/* A device of which only the name is known; NULL when out of memory. */
struct block_device *device_unknown(const char *name);
void device_free(struct block_device *d);

bool device_is_mapped(const struct block_device *d); /* device mapper's */
/* Appends @d unless it is there. 0 or -ENOMEM. */
int device_list_add(struct block_devices *list, struct block_device *d);
/* Frees the list, not the devices. */
void device_list_release(struct block_devices *list);

/* The number in a "dev" attribute; 0 if it cannot be read. */
dev_t device_read_number(int dir, const char *path);
/* The last part of a sysfs path as a name in /dev. False: too long. */
bool device_name(const char *path, char *out, size_t size);

#endif
