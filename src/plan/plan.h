/* plan.h - what is to become of the target's disks: struct plan <-> JSON
 *
 * Made by the source (source/planner.c), shown to the user, sent in PLAN,
 * decoded and checked by the target (receive/check.c) against its own facts.
 * All sizes and offsets are bytes unless a name says sectors.
 */
#ifndef P2V_PLAN_PLAN_H
#define P2V_PLAN_PLAN_H

#include "table/table.h"
#include "util/digest.h"
#include "util/err.h"
#include "util/jdoc.h"

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

enum volume_kind {
	VOLUME_IMAGE,  /* chunks are transferred */
	VOLUME_SWAP,   /* recreated with its UUID and label, not transferred */
	VOLUME_FORMAT, /* recreated empty with its type, UUID and label */
	VOLUME_SKIP,   /* left alone: an extended partition's container */
};

/* A byte range of a disk: a partition, the boot gap between the table and the
 * first partition, or a whole disk without a table. */
struct plan_volume {
	uint32_t disk;      /* index into plan.disks */
	uint32_t partition; /* the kernel's number, from 1; 0: gap or whole disk */
	enum volume_kind kind;
	uint64_t start;   /* bytes from the start of the disk (both disks) */
	uint64_t length;  /* bytes */
	uint64_t used;    /* bytes that the source expects to send, at most */
	bool used_blocks; /* free space was found and is left out */
	char fstype[32];  /* libblkid's name: "ext4", "swap"; "": unknown; "gap" */
	char uuid[64];    /* file system or swap UUID, "" if none */
	char label[256];  /* file system or swap label, "" if none */
};

struct plan_disk {
	char name[256];     /* the source's path or file name, for messages */
	char serial[128];   /* the source disk's, "" if none */
	uint64_t size;      /* the source disk's, bytes */
	uint32_t sector;    /* the source disk's logical sector size, bytes */
	char target[256];   /* device path on the target, "" until chosen */
	struct table table; /* decoded, with its raw sectors */
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
	uint32_t disk_count;
	struct plan_disk *disks; /* owned */
	uint32_t volume_count;
	struct plan_volume *volumes; /* owned; ascending disk, start */
	uint32_t nic_count;
	struct plan_nic nics[PLAN_MAX_NICS];
};

void plan_release(struct plan *p);
/* Owned document for PLAN; NULL when out of memory. */
struct jdoc *plan_to_json(const struct plan *p);
/* One volume as it stands in there; owned. */
struct jdoc *plan_volume_to_json(const struct plan_volume *v);
/* Decodes and checks everything that the plan alone can say: limits, known
 * kinds, volumes inside their disk, aligned to sectors and not overlapping,
 * partitions that agree with the decoded table sectors, names without control
 * characters. Every partition must be in a volume, which is VOLUME_SKIP for an
 * extended one; a volume without a partition is the boot gap (between
 * table.first_usable and the first partition), or, without a table, the whole
 * disk up to its last full sector. 0 or -EINVAL with @err; *p is then empty. */
int plan_from_json(const struct jdoc *d, struct plan *p, struct err_text *err);
/* Identifies the plan that was shown, so that COMMIT is for that one: over its
 * JSON, which is the same on both ends. All zero, which fits no other plan,
 * when out of memory. */
struct digest plan_digest(const struct plan *p);

/* May it be a plan's chunk_size? */
bool plan_chunk_size_fits(uint64_t size);
const char *volume_kind_name(enum volume_kind kind); /* "image", "swap", ... */
/* "vda1 (ext4, root)", "partition 1 of disk.img (ext4, root)", "boot gap of sda"
 * or "whole disk sdb (xfs, data)" into @out: for messages. */
const char *plan_volume_title(const struct plan *p, const struct plan_volume *v, char *out,
			      size_t size);

#endif
