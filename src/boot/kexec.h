/* kexec.h - loading a kernel into this one's place, and the jump
 *
 * System calls: kexec_file_load(2), reboot(2); fallback to kexec-tools'
 * kexec(8) where the file system call is missing or refuses the image.
 */
#ifndef P2V_BOOT_KEXEC_H
#define P2V_BOOT_KEXEC_H

#include "boot/tree.h"
#include "bootconf/entry.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

#define KEXEC_IMAGE_HEAD 1024u /* bytes of a kernel that kexec_check_image() looks at */

/* Where the kernel says what it allows; tests point it at fixtures. */
struct kexec_env {
	const char *sysfs;  /* "/sys" */
	const char *procfs; /* "/proc" */
};

struct kexec_options {
	bool legacy; /* only by kexec-tools with kexec_load(2), which asks for no signature */
};

/* Can kexec work here? 0, or -ENOTSUP with @why in words a user can act on:
 * no CONFIG_KEXEC, kernel.kexec_load_disabled, Secure Boot lockdown, Xen. Pure
 * reading; @env NULL: the real ones. */
int kexec_usable(const struct kexec_env *env, struct err_text *why);

/* Is @head the beginning of a kernel for @machine (uname -m), and does it take
 * a command line of @line_len bytes? 0, -ENOEXEC, -E2BIG. Pure. */
int kexec_check_image(const void *head, size_t len, const char *machine, size_t line_len,
		      struct err_text *why);
/* Loads what @e names: kernel, initrds concatenated with 4-byte alignment in a
 * file in RAM, command line (length checked against the kernel's limit). While
 * it can still fail and everything still runs. 0, or -errno with @why; logs
 * which way was taken. */
int kexec_load_entry(const struct boot_trees *t, const struct boot_entry *e,
		     const struct kexec_options *options, struct err_text *why);
/* Loads open files; @initrd -1: none. */
int kexec_load_fds(int kernel, int initrd, const char *cmdline, const struct kexec_options *options,
		   struct err_text *why);
bool kexec_is_loaded(void);
/* Drops the kernel that is loaded, if any. 0 or -errno. */
int kexec_unload(void);
/* The jump: flushes nothing, returns only when it failed (-errno). */
int kexec_execute(void);

#endif
