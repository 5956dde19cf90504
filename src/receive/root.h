/* root.h - the migrated system's own file systems, mounted
 *
 * What is on these disks came from another machine. No name in it is followed
 * out of the mounted root, nothing of it is run, and set-user-id programs and
 * device files in it are dead while it is mounted.
 */
#ifndef P2V_RECEIVE_ROOT_H
#define P2V_RECEIVE_ROOT_H

#include "names/names.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "receive/session.h"
#include "util/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define ROOT_MAX_MOUNTS 32u

struct root {
	const struct plan *plan;
	struct names names; /* owned; what names mean, the system's own fstab's included */
	char dir[400];      /* where the root is mounted */
	int dirfd;          /* of it; owned; -1: none */
	uint32_t count;
	struct root_mount {
		uint32_t volume;
		char target[PATH_MAX]; /* real path here; the first is the root */
	} mounts[ROOT_MAX_MOUNTS];
};

#define ROOT_E_NONE 1 /* no volume has a root file system */

/* Finds the root file system among the imaged volumes, mounts it below the
 * session's directory, and what its fstab says on top, as far as that is on
 * the plan's volumes. In a mount namespace of this process's own, which must
 * have given up its claim on the disks. Trouble with a file system other than
 * the root is a warning in @reasons. 0, ROOT_E_NONE, or -errno with @err;
 * root_close() in every case. */
int root_open(const struct plan *plan, const struct session *s, bool writable, struct root *out,
	      struct reasons *reasons, struct err_text *err);
/* Unmounts everything, and releases the rest. 0 or -errno with @err. */
int root_close(struct root *r, struct err_text *err);

/* Opens a path inside a directory that stands for "/": -errno. */
int root_openat(int dirfd, const char *path, int flags);
/* The device node of a volume ("/dev/vda1"), or false: it has none. */
bool root_volume_node(const struct plan *plan, const struct plan_volume *v, char *out, size_t size);

#endif
