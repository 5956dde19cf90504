/* usage.h - who uses a disk of this machine
 *
 * Reads /proc and /sys. The claim (disk/target.h) is what protects a disk;
 * this says in words what would be destroyed or why the claim will fail.
 */
#ifndef P2V_RECEIVE_USAGE_H
#define P2V_RECEIVE_USAGE_H

#include "util/strv.h"

#include <stdbool.h>
#include <sys/types.h>

/* A block device: appends "vda1 is mounted on /", "vda2 is swap", "vda3 is part
 * of dm-0". @root: set when the running system's root is on it. 0 or -errno. */
int usage_of_disk(const char *name, struct strv *users, bool *root);
/* A plain file: "loop0 is set up on it", "another program has locked it". */
int usage_of_file(const char *path, struct strv *users);
/* Is / a tmpfs or ramfs, so that no disk is needed any more? */
bool usage_root_in_ram(void);

#endif
