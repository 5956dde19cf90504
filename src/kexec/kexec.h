/* kexec.h - loading a kernel into this one's place, and the jump
 *
 * System calls: kexec_file_load(2), reboot(2); kexec-tools' kexec(8) where the file
 * system call is missing or does not take the image. What the running kernel allows
 * is kexec_env.h's; which files it gets, kexec_file.h's.
 */
#ifndef P2V_KEXEC_KEXEC_H
#define P2V_KEXEC_KEXEC_H

#include "bootconf/entry.h"
#include "kexec/kexec_env.h"
#include "kexec/kexec_file.h"
#include "util/err.h"

#include <stdbool.h>

struct kexec_options {
	bool legacy; /* only by kexec-tools with kexec_load(2), which asks for no signature */
};

/* What a failure of kexec_file_load(2) means for what is tried next. */
enum kexec_next {
	KEXEC_GIVE_UP,
	KEXEC_TRY_TOOL, /* the call is missing, or does not know the image */
	KEXEC_SIGNATURE /* give up: asking no signature would evade the administrator */
};

/* Pure. */
enum kexec_next kexec_after(int error);

/* Everything that can be found wrong without loading: files, formats, command line
 * length, memory, what the running kernel allows. 0, or -errno with @why. @options
 * may be NULL. */
int kexec_check_entry(const struct kexec_files *t, const struct boot_entry *e,
		      const struct kexec_options *options, struct err_text *why);
/* Loads what @e names, while it can still fail and everything still runs: kernel
 * (unpacked where the system call needs that), initrds as one file, command line
 * (checked against the kernel's limit, never cut), device tree. Confirmed by
 * /sys/kernel/kexec_loaded. 0, or -errno with @why; logs which way was taken. */
int kexec_load_entry(const struct kexec_files *t, const struct boot_entry *e,
		     const struct kexec_options *options, struct err_text *why);
bool kexec_is_loaded(void);
/* Drops the kernel that is loaded, if any. 0 or -errno. */
int kexec_unload(void);
/* The jump: flushes nothing, returns only when it failed (-errno). */
int kexec_execute(void);

#endif
