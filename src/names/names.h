/* names.h - the disks and volumes that a name may mean (pure)
 *
 * The caller fills the list, from a plan or from what a machine has; names_find.h
 * says which of them a name means.
 */
#ifndef P2V_NAMES_NAMES_H
#define P2V_NAMES_NAMES_H

#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX_DISKS   64u
#define NAMES_MAX_VOLUMES 1024u
#define NAMES_NO_DISK     UINT32_MAX

struct names_disk {
	char name[256];    /* as the source called it, or a file's name: for people */
	char serial[128];  /* "": unknown */
	char target[256];  /* its node here, "": none */
	bool by_order;     /* its own system's name for it is unknown */
	struct strv names; /* owned; below /dev, without a partition: "sda",
			    * "disk/by-id/ata-X", "mapper/mpatha" */
};

/* A partition, a whole disk without a table, or what is made of several. */
struct names_volume {
	uint32_t id;        /* the caller's own */
	uint32_t disk;      /* index into names.disks, or NAMES_NO_DISK */
	uint32_t partition; /* the kernel's number; 0: the whole disk */
	char uuid[64];      /* of the file system; "" for none, as in the next ones */
	char label[256];
	char partuuid[64];
	char partlabel[128];
	char type[32];     /* libblkid's name; "": unknown */
	char target[256];  /* its node here, "": none */
	struct strv names; /* owned; below /dev: "mapper/vg-root", "md127" */
};

struct names {
	uint32_t disk_count, volume_count;
	struct names_disk *disks;     /* owned */
	struct names_volume *volumes; /* owned */
};

/* An empty one at the end of the list; NULL: out of memory, or too many. The
 * pointers that were given before are void then. */
struct names_disk *names_add_disk(struct names *n);
struct names_volume *names_add_volume(struct names *n);
/* Sets the disk's name, and what follows from it: a kernel's name ("sda", with or
 * without /dev/), or by_order. 0 or -ENOMEM. */
int names_call_disk(struct names_disk *d, const char *name);
void names_release(struct names *n);

#endif
