/* initramfs_span.h - where a compressed stream inside a file ends
 *
 * Decompressors read on behind the end of their stream, and some take what
 * follows for damage. These formats say how long their parts are, so the end
 * is found by walking the headers, without decompressing:
 *
 *   zstd  RFC 8878: frames of blocks, and skippable frames
 *   xz    the .xz file format 1.1.0: blocks of LZMA2 chunks, index, footer
 *   lz4   the legacy format (what the kernel takes): magic, then sized blocks;
 *         what is appended needs four zero bytes before it
 */
#ifndef P2V_INITRAMFS_INITRAMFS_SPAN_H
#define P2V_INITRAMFS_INITRAMFS_SPAN_H

#include "util/err.h"

#include <stdint.h>

/* The length of the one stream that begins at byte @offset of @fd, a file of
 * @size bytes. 0, or -errno with @err, also when the file ends inside. */
int initramfs_span_zstd(int fd, uint64_t offset, uint64_t size, uint64_t *length,
			struct err_text *err);
int initramfs_span_xz(int fd, uint64_t offset, uint64_t size, uint64_t *length,
		      struct err_text *err);
int initramfs_span_lz4(int fd, uint64_t offset, uint64_t size, uint64_t *length,
		       struct err_text *err);

#endif
