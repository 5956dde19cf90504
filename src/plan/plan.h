/* plan.h - what is to become of the target's disks
 *
 * A plan has two layouts, the source's disks as they are and the target's as
 * they are to be, and volumes: each says where it is read and where it lands.
 * Made by the source (source/planner.c, plan_layout.c), shown to the user, sent in
 * PLAN (plan_json.h), decoded and checked by the target (check.c) against its own
 * facts. All sizes and offsets are bytes unless a name says sectors.
 */
#ifndef P2V_PLAN_PLAN_H
#define P2V_PLAN_PLAN_H

#include "table/table.h"
#include "util/digest.h"

#include <stdbool.h>
#include <stdint.h>

#define PLAN_MAX_DISKS   16u
#define PLAN_MAX_VOLUMES 512u
#define PLAN_MAX_NICS    32u
#define PLAN_MAX_SIZE    (1ULL << 60) /* of a disk, bytes */
/* Bytes of a volume in a chunk, the unit in which it is sent and remembered: a
 * power of two of these. Small ones make small writes cheap to send, and need
 * more memory for the digests: 16 bytes for each chunk at each end. */
#define PLAN_MIN_CHUNK_SIZE (64u << 10)
#define PLAN_MAX_CHUNK_SIZE (4u << 20)
#define PLAN_CHUNK_SIZE     (1u << 20) /* unless something else is asked for */

#define PLAN_NOWHERE UINT32_MAX /* plan_place.disk: there is no such place */

enum volume_kind {
	VOLUME_IMAGE,  /* chunks are transferred */
	VOLUME_SWAP,   /* recreated with its UUID and label, not transferred */
	VOLUME_FORMAT, /* recreated empty with its type, UUID and label */
	VOLUME_SKIP,   /* left alone: an extended partition's container */
	/* What the source does not have: */
	VOLUME_CREATE,    /* a partition, empty or with a file system of its type */
	VOLUME_ESP,       /* an EFI system partition */
	VOLUME_BIOS_BOOT, /* a partition of a GPT, for GRUB's core image */
	VOLUME_LV,        /* a logical volume: its label is "GROUP/NAME" */
	VOLUME_KIND_LAST = VOLUME_LV,
};

/* A byte range of a disk: a partition, the boot gap between the table and the
 * first partition, or a whole disk without a table. A VOLUME_LV's is the
 * partition that holds it, of which it takes no particular bytes: start is 0. */
struct plan_place {
	uint32_t disk;      /* index into the layout's disks, or PLAN_NOWHERE */
	uint32_t partition; /* the kernel's number, from 1; 0: gap or whole disk */
	uint64_t start;     /* bytes from the start of the disk */
	uint64_t length;    /* bytes */
};

struct plan_volume {
	enum volume_kind kind;
	struct plan_place source; /* where it is read; nowhere: only on the target */
	struct plan_place target; /* where it lands; nowhere: not laid out */
	uint64_t used;            /* bytes that the source expects to send, at most */
	bool used_blocks;         /* free space was found and is left out */
	char fstype[32];          /* libblkid's name: "ext4", "swap"; "": unknown; "gap" */
	char uuid[64];            /* file system or swap UUID, "" if none */
	char label[256];          /* file system or swap label, "" if none */
};

/* A disk of either layout. */
struct plan_disk {
	char name[256];     /* source: path or file name, for messages; target: device path,
			     * "" until one is chosen */
	char serial[128];   /* "" if none */
	uint64_t size;      /* bytes; target: 0 until it is laid out */
	uint32_t sector;    /* logical, bytes; target: 0 until it is laid out */
	struct table table; /* decoded, with its raw sectors */
};

struct plan_layout {
	uint32_t disk_count;
	struct plan_disk *disks; /* owned */
};

struct plan_nic {
	char name[32]; /* the source's interface: "eth0", "enp3s0" */
	char mac[18];  /* "52:54:00:12:34:56" */
};

struct plan {
	char hostname[256];                /* the source's, "" for an image */
	char program[64];                  /* "p2v-push 0.1" */
	uint8_t secret[DIGEST_SECRET_LEN]; /* of this push; keys the digests */
	bool verify;                       /* the target re-reads what it wrote */
	uint32_t chunk_size;               /* bytes of a volume in a chunk */
	struct plan_layout source;
	struct plan_layout target; /* a disk for each of the source's, and in their order */
	uint32_t volume_count;
	/* Owned. Those that have a source come first, ascending by its disk and start. */
	struct plan_volume *volumes;
	uint32_t nic_count;
	struct plan_nic nics[PLAN_MAX_NICS];
};

void plan_release(struct plan *p);

/* May it be a plan's chunk_size? */
bool plan_chunk_size_fits(uint64_t size);
const char *volume_kind_name(enum volume_kind kind); /* "image", "swap", ... */
/* Is it made anew on the target, out of nothing that the source has? */
bool volume_kind_is_new(enum volume_kind kind);
bool plan_place_is(const struct plan_place *place); /* is it somewhere? */
/* Does target disk @disk have a size and a table yet? */
bool plan_disk_laid_out(const struct plan *p, uint32_t disk);
/* "vda1 (ext4, root)", "partition 1 of disk.img (ext4, root)", "boot gap of sda"
 * or "whole disk sdb (xfs, data)", by the source's names, or by the target's
 * where there is no source, into @out: for messages. */
const char *plan_volume_title(const struct plan *p, const struct plan_volume *v, char *out,
			      size_t size);

#endif
