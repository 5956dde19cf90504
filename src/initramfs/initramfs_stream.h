/* initramfs_stream.h - the bytes of a segment in order, plain or unpacked
 *
 * The only user of libarchive, which decompresses; the archives in the bytes
 * are walked by initramfs_cpio.c, because an image has several of them with gaps
 * between, which must be read as the kernel reads them.
 */
#ifndef P2V_INITRAMFS_INITRAMFS_STREAM_H
#define P2V_INITRAMFS_INITRAMFS_STREAM_H

#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define INITRAMFS_STREAM_BLOCK ((size_t)64 << 10)
#define INITRAMFS_STREAM_HEAD  6u /* bytes that tell the compression */

struct archive;
struct initramfs_stream_format;

struct initramfs_stream {
	/* At most @len bytes; 0 at the end, -errno. */
	ssize_t (*more)(struct initramfs_stream *s, void *buf, size_t len);
	int fd;
	uint64_t file_at, file_end;                   /* what is read next of the file */
	struct archive *archive;                      /* libarchive's; NULL: plain bytes */
	const struct initramfs_stream_format *format; /* of the archive */
	uint64_t from;                                /* where in the file it began */
	uint8_t in[INITRAMFS_STREAM_BLOCK];           /* for libarchive */
	uint8_t out[INITRAMFS_STREAM_BLOCK];
	size_t have, used; /* of out */
	uint64_t at;       /* bytes given out since it was opened */
	uint64_t left;     /* bytes that may be unpacked, of all segments together */
	struct err_text *why;
};

/* The compression that begins with these INITRAMFS_STREAM_HEAD bytes, or NULL. */
const struct initramfs_stream_format *initramfs_stream_format(const uint8_t *head);
/* "gzip", "xz", ... */
const char *initramfs_stream_name(const struct initramfs_stream_format *f);
/* Is its checksum the caller's to compare? libarchive does not look at gzip's. */
bool initramfs_stream_is_gzip(const struct initramfs_stream_format *f);

/* Begins at s->file_at, with plain bytes up to @end, or to unpack the one
 * compressed stream there, which must end before @end. 0, or -errno with s->why.
 * initramfs_stream_close() is due in every case. */
void initramfs_stream_open_plain(struct initramfs_stream *s, uint64_t end);
int initramfs_stream_open(struct initramfs_stream *s, const struct initramfs_stream_format *f,
			  uint64_t end);
/* Where in the file the stream ended: for a compressed one that was read to its
 * end, else behind the bytes that were given out. */
uint64_t initramfs_stream_end(const struct initramfs_stream *s);
void initramfs_stream_close(struct initramfs_stream *s);

/* Exactly @len bytes, into @buf or (NULL) to nowhere. 1: done, 0: the stream
 * ended before the first byte; -errno with s->why. */
int initramfs_stream_take(struct initramfs_stream *s, uint8_t *buf, uint64_t len);
/* Skips zero bytes. 1: something else is next, 0: the stream ended; -errno. */
int initramfs_stream_skip_zeros(struct initramfs_stream *s);
/* As initramfs_stream_take(), where the end of the stream is a fault. */
int initramfs_stream_need(struct initramfs_stream *s, uint8_t *buf, uint64_t len);

#endif
