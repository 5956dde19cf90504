/* mounts.h - what is mounted: /proc/self/mountinfo
 *
 * One line is
 *
 *     36 35 98:0 /sub /mnt/a\040b rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue
 *
 * ids, device number, root in the file system, mount point, options of the
 * mount, any number of tags up to the "-", type, source, options of the file
 * system (proc(5)). Blanks and the like are written as octal escapes. Points
 * are as seen from this process's root.
 */
#ifndef P2V_BLOCK_MOUNTS_H
#define P2V_BLOCK_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct block_device;

struct mounts_entry {
	dev_t number;  /* of the file system; major 0: of no block device (btrfs, tmpfs) */
	bool writable; /* the file system is, whatever this mount of it is */
	char *root;    /* all owned, escapes undone */
	char *point;
	char *type;
	char *source;
	struct block_device *device; /* the model fills it in; NULL: on none */
};

struct mounts {
	struct mounts_entry *v; /* owned; in the order of mounting */
	size_t n;
};

/* ROOT/proc/self/mountinfo. 0 or -errno. */
int mounts_read(const char *root, struct mounts *out);
/* Appends the lines of @text, which is used up; lines that are not as above are
 * passed over. 0 or -ENOMEM. Pure. */
int mounts_parse(char *text, struct mounts *out);
void mounts_release(struct mounts *m);

/* What is seen at "/"; NULL for nothing. */
const struct mounts_entry *mounts_root(const struct mounts *m);
/* The mount that the absolute @path is on; NULL for none. */
const struct mounts_entry *mounts_of_path(const struct mounts *m, const char *path);
/* Undoes the \040 of procfs in place; returns @s. */
char *mounts_unescape(char *s);

/* Is this process's "/" a tmpfs or ramfs, so that no disk is needed any more?
 * Asks the kernel. */
bool mounts_root_in_ram(void);

#endif
