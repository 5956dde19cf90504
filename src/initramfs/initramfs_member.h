/* initramfs_member.h - what is told of an image: its segments, and their members
 */
#ifndef P2V_INITRAMFS_INITRAMFS_MEMBER_H
#define P2V_INITRAMFS_INITRAMFS_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct initramfs_segment {
	uint64_t offset;         /* its first byte in the file */
	uint64_t length;         /* bytes in the file */
	uint64_t zeros;          /* zero bytes between it and the next one, or the end */
	uint64_t unpacked;       /* bytes */
	const char *compression; /* "none", "gzip", "xz", "zstd", "lz4", "bzip2", "lzma", or
				  * "unknown": then it is damaged */
	size_t members;
	bool early;   /* only for the kernel's early stage: microcode, ACPI tables */
	bool damaged; /* it cannot be read to its end; length, zeros are 0 */
};

struct initramfs_member {
	const char *name; /* as the archive has it: "./usr/lib" */
	const char *path; /* without "./" or "/" in front; points into name */
	uint32_t mode;    /* as st_mode */
	uint32_t links;
	uint32_t size;  /* bytes of content */
	size_t segment; /* its number, from 0 */
	uint8_t *data;  /* a symbolic link's target (up to 4096 bytes), or what was asked
			 * for, with a zero byte behind; NULL: not asked, too large. May
			 * be taken with STEAL. */
};

/* A negative return of a function ends the walk and is handed on. Any may be NULL. */
struct initramfs_visitor {
	/* How many bytes of this member's content are wanted at most; 0: none. */
	size_t (*wants)(void *ctx, const struct initramfs_member *m);
	int (*member)(void *ctx, struct initramfs_member *m);
	int (*segment)(void *ctx, const struct initramfs_segment *s); /* after its members */
	void *ctx;
};

/* @name without "./" or "/" in front. */
static inline const char *initramfs_plain_name(const char *name)
{
	while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
		name++;
	return name;
}

#endif
