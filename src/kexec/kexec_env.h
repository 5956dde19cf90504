/* kexec_env.h - what the running kernel allows, and how much memory it has
 *
 * Read from sysfs and procfs, nothing else. @env NULL: the real ones.
 */
#ifndef P2V_KEXEC_KEXEC_ENV_H
#define P2V_KEXEC_KEXEC_ENV_H

#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Tests point these at fixtures. */
struct kexec_env {
	const char *sysfs;  /* "/sys" */
	const char *procfs; /* "/proc" */
};

/* Can kexec work here? 0, or -ENOTSUP with @why in words a user can act on: no
 * CONFIG_KEXEC, kernel.kexec_load_disabled, no loads left, Xen, a container.
 * Lockdown does not forbid it, but asks for a signed kernel. */
int kexec_usable(const struct kexec_env *env, struct err_text *why);
/* Secure Boot lockdown; kexec_load(2) is then forbidden. */
bool kexec_env_locked_down(const struct kexec_env *env);
/* How many kernels may still be loaded before the next boot; -1: no limit. Each
 * try counts, also one that fails. */
long kexec_env_loads_left(const struct kexec_env *env);
/* Bytes. @available: what programs could still get, swap included. 0 or -errno. */
int kexec_env_memory(const struct kexec_env *env, uint64_t *total, uint64_t *available);

struct kexec_need {
	uint64_t kernel; /* bytes of the file */
	uint64_t memory; /* bytes that the kernel takes when it starts; 0: as its file */
	uint64_t initrd; /* bytes of all initrds together */
	bool copied;     /* the initrds must be joined in memory first */
};

/* Will kernel and initrd fit? The kernel's own rule is that they may take half
 * of the memory; while they are loaded they are there twice, once as files and
 * once in their place. 0, or -ENOMEM with the figures. */
int kexec_env_fits(const struct kexec_env *env, const struct kexec_need *need,
		   struct err_text *why);

#endif
