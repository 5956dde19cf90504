/* initramfs_cpio.h - the cpio archives of an initramfs, member by member
 *
 * Only initrd.c uses this. The stream gives plain or decompressed bytes, the
 * archives in it are walked as the kernel does: Linux'
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#ifndef P2V_INITRAMFS_INITRAMFS_CPIO_H
#define P2V_INITRAMFS_INITRAMFS_CPIO_H

#include "initramfs/initramfs.h"

#include <stdbool.h>
#include <sys/types.h>

#define INITRAMFS_BLOCK ((size_t)64 << 10)

/* What is done with each member: its name is told, or one's content is kept. */
struct initramfs_visit {
	initramfs_name_fn *fn; /* NULL: is not asked for */
	void *ctx;
	const char *want; /* NULL: none */
	size_t max;
	struct initramfs_file *file;
};

/* Bytes in order, from the file or from a decompressor. */
struct initramfs_stream {
	/* At most @len bytes; 0 at the end, -errno. */
	ssize_t (*more)(struct initramfs_stream *s, void *buf, size_t len);
	int fd;
	uint64_t file_at, file_end;  /* what is read next of the file */
	struct archive *archive;     /* libarchive's, for initrd.c */
	uint8_t in[INITRAMFS_BLOCK]; /* for libarchive */
	uint8_t out[INITRAMFS_BLOCK];
	size_t have, used; /* of out */
	uint64_t at;       /* bytes given out */
	struct initramfs_visit *visit;
	struct err_text *why;
};

/* Archives and zero bytes up to the end of the stream, or (@one) one archive,
 * each member handed to s->visit. 0, or -errno with s->why. */
int initramfs_cpio_archives(struct initramfs_stream *s, bool one);

#endif
