/* initramfs_content.h - what an initramfs image is, and what it can load
 *
 * The answers that somebody needs who adds to an image, or asks whether it will
 * reach a disk: its segments, whose work it is, the kernels that it has modules
 * for, the modules, and where and how something can be appended.
 *
 * Versions and modules are names that programs go on with, so only those are
 * told that could be meant: letters, digits and a few signs, no "..".
 */
#ifndef P2V_INITRAMFS_INITRAMFS_CONTENT_H
#define P2V_INITRAMFS_INITRAMFS_CONTENT_H

#include "initramfs/initramfs.h"
#include "util/strv.h"

#define INITRAMFS_CONTENT_MAX_KERNELS 64u
#define INITRAMFS_CONTENT_MAX_MODULES 65536u /* and as many built-in ones */
#define INITRAMFS_CONTENT_MAX_LINKS   64u
#define INITRAMFS_CONTENT_MAX_PATH    512u

/* A file of modules, lib/modules/VERSION/PATH, or one that is part of the kernel
 * by the image's own modules.builtin. */
struct initramfs_module {
	char *version; /* owned */
	char *path;    /* owned: "kernel/drivers/block/virtio_blk.ko.xz" */
	char *name;    /* owned: "virtio_blk", as the kernel calls it */
};

/* Sorted by version and path, each once. */
struct initramfs_modules {
	struct initramfs_module *v; /* owned */
	size_t n, room;
};

/* A symbolic link in the image's root: "lib" to "usr/lib". */
struct initramfs_link {
	char *name, *target; /* owned */
};

struct initramfs_content {
	uint64_t size;                      /* of the file, bytes */
	struct initramfs_segment *segments; /* owned */
	size_t segment_count;
	const char *generator; /* "initramfs-tools", "dracut", "mkinitcpio", "mkinitrd" (of
				* Red Hat 5 and SUSE 11), "unknown" */
	struct strv versions;  /* of the kernels, sorted */
	struct initramfs_modules modules, builtin;
	struct initramfs_link *links; /* owned */
	size_t link_count;
	/* Where its modules lie: "lib", or where that leads: "usr/lib". A folder
	 * that is appended as "lib" would take the place of a link. */
	char *lib; /* owned */
	/* An archive may be appended behind byte @size and so many zeros... */
	unsigned append_zeros;
	/* ...plain, or compressed like this, which the kernel is known to read:
	 * how the main archive is; "none" when all is plain. */
	const char *append_compression;
};

/* Reads the whole image @fd. 0, or -errno with @why: also when there is no
 * archive in it. What was read before an error is in @out all the same. @member
 * may be NULL: is told every member on the way, as by initramfs_walk(). */
int initramfs_content_read(int fd, int (*member)(void *ctx, struct initramfs_member *m), void *ctx,
			   struct initramfs_content *out, struct err_text *why);
void initramfs_content_release(struct initramfs_content *c);

#endif
