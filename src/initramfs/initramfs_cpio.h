/* initramfs_cpio.h - the cpio archives of a segment, member by member
 *
 * Only initramfs.c uses this. The archives are walked as the kernel does: Linux'
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#ifndef P2V_INITRAMFS_INITRAMFS_CPIO_H
#define P2V_INITRAMFS_INITRAMFS_CPIO_H

#include "initramfs/initramfs_member.h"
#include "initramfs/initramfs_stream.h"

/* Who is told of the members, and what they were. */
struct initramfs_cpio {
	const struct initramfs_visitor *visitor;
	size_t segment;      /* number of the one that is walked */
	size_t members;      /* of it, so far */
	size_t members_left; /* that the image may still have */
	bool only_early;     /* all that it has is for the kernel's early stage */
};

/* Archives and zero bytes up to the end of the stream, or (@one) one archive.
 * 0, or -errno with s->why, or what the visitor returned. */
int initramfs_cpio_archives(struct initramfs_stream *s, struct initramfs_cpio *c, bool one);

#endif
