/* leave_stop.h - stopping a machine by hand, where no init system does it
 *
 * The steps of leave.h; each does what it can and logs what it cannot, because by
 * then there is nobody to ask, and staying half stopped helps no one.
 */
#ifndef P2V_KEXEC_LEAVE_STOP_H
#define P2V_KEXEC_LEAVE_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LEAVE_MAX_KEPT 32u

/* Processes that must stay: ourselves, and perhaps those that wait for us. */
struct leave_keep {
	pid_t v[LEAVE_MAX_KEPT];
	size_t n;
};

/* @all: this process and all above it; else none. */
void leave_keep_ancestors(struct leave_keep *keep, bool all);
/* SIGTERM to every process but process 1, the kernel's, this one, those that are kept,
 * and those whose name begins with "@" (systemd.io/ROOT_STORAGE_DAEMONS: they serve the
 * root file system); SIGKILL to what is left ten seconds later. */
void leave_stop_processes(const struct leave_keep *keep);
void leave_stop_swap(void);
/* Unmounts what can be unmounted, and makes the rest read-only: by asking, and where
 * a file is still open for writing, by the kernel's emergency remount (SysRq u). */
void leave_stop_mounts(void);
void leave_stop_volumes(void);
void leave_stop_caches(void);

#endif
