/* kexec_join.h - the initrds of an entry as one file
 *
 * An initramfs is a row of archives, each at a multiple of four bytes, with zeros
 * between them: Linux' Documentation/driver-api/early-userspace/buffer-format.rst.
 * The order is the entry's: a plain archive with microcode must stay the first.
 */
#ifndef P2V_KEXEC_KEXEC_JOIN_H
#define P2V_KEXEC_KEXEC_JOIN_H

#include "kexec/kexec_file.h"

/* What the initrds of @e take together in bytes; *@joined: they must be joined. */
int kexec_join_size(const struct kexec_files *t, const struct boot_entry *e, uint64_t *size,
		    bool *joined, struct err_text *why);
/* All of them as one file, in order, each at a multiple of four bytes; those with a
 * newc name wrapped into an archive under that name. fd -1: the entry has none. */
int kexec_join_initrds(const struct kexec_files *t, const struct boot_entry *e,
		       struct kexec_file *out, struct err_text *why);

#endif
