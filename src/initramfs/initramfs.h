/* initrd.h - the names in an initramfs image, and the content of a file
 *
 * An image is a row of segments, each a newc cpio archive, plain or compressed
 * (gzip, xz, zstd, lz4, bzip2, lzma), with any number of zero bytes between
 * them: Linux' Documentation/driver-api/early-userspace/buffer-format.rst. The
 * first is often plain and holds microcode; tools append others.
 */
#ifndef P2V_INITRAMFS_INITRAMFS_H
#define P2V_INITRAMFS_INITRAMFS_H

#include "util/err.h"

#include <stddef.h>
#include <stdint.h>

/* Another name; a negative return ends the reading and is handed on. */
typedef int initramfs_name_fn(void *ctx, const char *name);

/* Calls @fn for each name in every segment of the file @fd, in order, as the
 * archive has it ("usr/lib/modules/..."). 0, or -errno with @why, which names
 * the offset where the image cannot be understood; names that came before have
 * been reported. */
int initramfs_names(int fd, initramfs_name_fn *fn, void *ctx, struct err_text *why);

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

/* The file @name, a path as initramfs_names() gives it, of the last segment that
 * has it: that one is what the kernel leaves in place. Symbolic links are not
 * followed. 0, or -errno with @why: -ENOENT it is not there, -EFBIG it has more
 * than @max bytes, -EMLINK its content is under the name of another hard link. */
int initramfs_read(int fd, const char *name, size_t max, struct initramfs_file *out,
		   struct err_text *why);

#endif
