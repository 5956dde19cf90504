/* initramfs.h - an initramfs image: its segments, and the files in them
 *
 * An image is a row of segments, each a newc cpio archive, plain or compressed
 * (gzip, xz, zstd, lz4, bzip2, lzma), with any number of zero bytes between
 * them: Linux' Documentation/driver-api/early-userspace/buffer-format.rst. The
 * first is often plain and holds microcode; tools append others. The kernel
 * unpacks one over the other.
 *
 * An image may be made by an enemy: there are at most INITRAMFS_MAX_SEGMENTS,
 * INITRAMFS_MAX_MEMBERS and INITRAMFS_MAX_OUT of what it can have, and nothing
 * is unpacked twice. What is told of them is in initramfs_member.h, what the files
 * mean is initramfs_content.h's.
 */
#ifndef P2V_INITRAMFS_INITRAMFS_H
#define P2V_INITRAMFS_INITRAMFS_H

#include "initramfs/initramfs_member.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INITRAMFS_MAX_SEGMENTS 4096u
#define INITRAMFS_MAX_MEMBERS  ((size_t)1 << 19)   /* of all segments */
#define INITRAMFS_MAX_OUT      ((uint64_t)4 << 30) /* unpacked bytes, likewise */

/* Walks all segments of the file @fd, in order. 0, or -errno with @why, which
 * names the offset where the image cannot be understood; what came before has
 * been reported, the segment with the damage last. */
int initramfs_walk(int fd, const struct initramfs_visitor *v, struct err_text *why);

/* Unpacks the one compressed stream in @size bytes from byte @offset of @fd, of
 * any kind of compression that a segment may have, to the beginning of the file
 * @to; what follows the stream is ignored. 0, or -errno with @why: -EFBIG when
 * there are more than @max bytes. */
int initramfs_decompress(int fd, uint64_t offset, uint64_t size, int to, uint64_t max,
			 struct err_text *why);

struct initramfs_file {
	uint32_t mode; /* as st_mode */
	size_t size;
	uint8_t *data; /* of a symbolic link: its target; a zero byte follows */
};

void initramfs_file_release(struct initramfs_file *f);

/* The file @name, as the archive has it or plain, of the last segment that has
 * it: that one is what the kernel leaves in place. Symbolic links are not
 * followed. 0, or -errno with @why: -ENOENT it is not there, -EFBIG it has more
 * than @max bytes, -EMLINK its content is under the name of another hard link. */
int initramfs_read(int fd, const char *name, size_t max, struct initramfs_file *out,
		   struct err_text *why);

#endif
