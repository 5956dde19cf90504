/* kexec_file.h - the files of an entry, in the shape that kexec takes them
 *
 * The kernel takes whole files that nobody has open for writing. An entry names
 * parts of files too (a unified kernel image), compressed ones, and several
 * initrds; those are put together in memory. What can be handed over as it lies
 * on the disk is: it costs no memory, and keeps a signature beside the file (IMA).
 */
#ifndef P2V_KEXEC_KEXEC_FILE_H
#define P2V_KEXEC_KEXEC_FILE_H

#include "bootconf/entry.h"
#include "bootconf/image.h"
#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>

/* How the files that an entry names are opened: whoever found the entry knows where
 * their file systems are. */
struct kexec_files {
	/* A descriptor for reading, the caller's to close, or -errno with @why, which
	 * names the file. */
	int (*open)(const void *ctx, const struct boot_file *file, struct err_text *why);
	const void *ctx;
};

/* An open file, or a part of one. */
struct kexec_file {
	int fd; /* owned; -1: none */
	uint64_t offset, size;
	bool in_memory; /* we made it, and nobody writes to it any more */
};

void kexec_file_release(struct kexec_file *f);
/* 0, or -errno with @why, also when the part that @b names lies outside the file. */
int kexec_file_open(const struct kexec_files *t, const struct boot_file *b, struct kexec_file *out,
		    struct err_text *why);
/* Makes it a file of its own: copies it into memory when it is only a part of one,
 * or when somebody has it open for writing. */
int kexec_file_make_whole(struct kexec_file *f, struct err_text *why);
/* Puts the memory file *@mem, which becomes -1, in the place of @f. It must not stay
 * open for writing, which the kernel refuses even in our own hands. */
int kexec_file_adopt(struct kexec_file *f, int *mem, struct err_text *why);
/* What the file is; -ENOEXEC with @why. */
int kexec_file_decode(const struct kexec_file *f, struct image *out, struct err_text *why);
/* Takes the kernel out of its compression, in memory, as often as needed; @image is
 * what it is then. */
int kexec_file_unwrap(struct kexec_file *f, struct image *image, struct err_text *why);
/* Replaces an entry whose kernel is a unified kernel image by its parts: its kernel,
 * its initrds before those of the entry, its command line when the entry has none. */
int kexec_file_expand_uki(const struct kexec_files *t, struct boot_entry *e, struct err_text *why);

#endif
