/* target.h - one disk of the target, opened for writing
 *
 * The process that rules a push claims the disk: nobody else can mount a part
 * of it or claim it (O_EXCL on a block device, flock on a plain file) until it
 * is closed. The processes that only write chunks open it beside that claim.
 * All writing goes around the page cache (O_DIRECT) unless a plain file's file
 * system cannot do that. Offsets and lengths are bytes and multiples of the
 * sector.
 */
#ifndef P2V_DISK_TARGET_H
#define P2V_DISK_TARGET_H

#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct disk_target {
	int fd; /* owned; -1 when closed */
	char path[256];
	bool file;       /* a plain file, not a block device */
	bool direct;     /* O_DIRECT is in use */
	uint64_t size;   /* bytes, rounded down to a sector for a plain file */
	uint32_t sector; /* logical, bytes; 512 for a plain file */
	uint64_t device; /* st_rdev of a block device; else st_dev */
	uint64_t inode;  /* st_ino of a plain file; else 0 */
};

enum disk_access {
	DISK_LOOK,  /* read only, claims nothing, through the page cache */
	DISK_CLAIM, /* read and write, for this process alone */
	DISK_JOIN,  /* read and write, beside a claim */
};

/* 0; -EBUSY when DISK_CLAIM finds it in use; -ENOTBLK when it is neither a
 * block device nor a plain file; -errno. Logs nothing: @err has the words. */
int disk_open(const char *path, enum disk_access access, struct disk_target *out,
	      struct err_text *err);
void disk_close(struct disk_target *t);
bool disk_same(const struct disk_target *a, const struct disk_target *b);

/* Keeps others from touching the disk's partitions while they are used without a
 * claim: closing a disk that was open for writing makes udev read the partition
 * table again, and meanwhile the partitions' nodes are gone. It does not do so
 * with a disk that is locked (systemd's "Locking Block Device Access"). Waits
 * for a lock of udev's own. 0 with the descriptor that holds the lock, -1 for a
 * plain file, in @fd; or -errno. */
int disk_hold(const struct disk_target *t, int *fd);

/* A table_read_fn (table/table_decode.h) with a struct disk_target as its context. */
int disk_read(void *ctx, void *buf, size_t len, uint64_t offset);
/* Writes from any memory (through an aligned copy). 0 or -errno. */
int disk_write(struct disk_target *t, const void *buf, size_t len, uint64_t offset);
/* Makes a range zero: by the device's own command or a hole, else by writing. */
int disk_zero(const struct disk_target *t, uint64_t offset, uint64_t length);
/* Tells the device that nothing in it is needed any more, in bounded pieces.
 * For speed and thin storage only: false when it cannot. */
bool disk_discard(const struct disk_target *t);
/* Everything written is on stable storage, and nothing of it in the cache. */
int disk_flush(const struct disk_target *t);
/* Goes on without O_DIRECT, for a file system that refused the alignment. */
bool disk_give_up_direct(struct disk_target *t);

#endif
