/* freeze.h - hold file systems still while their disks are read
 *
 * A frozen file system lets nobody write, and its disk is consistent: ext4's
 * journal is empty. A machine whose root stays frozen is dead, so a watchdog
 * process thaws everything when this process goes away for whatever reason,
 * also by SIGKILL: it waits for the end of a socket whose other end only this
 * process has. Both processes lock themselves in memory.
 *
 * What cannot be frozen (vfat of the EFI system partition) is remounted
 * read-only meanwhile.
 *
 * While it lasts, this process must not write to a frozen file system, or it
 * waits for itself: freeze_start() refuses when it has a file there open for
 * writing (a log, a redirected stderr). What it cannot see is the caller's
 * care: output through a pipe to a program that writes there, new files in
 * /tmp or ~/.ssh. Reading and starting programs go on working.
 */
#ifndef P2V_SOURCE_FREEZE_H
#define P2V_SOURCE_FREEZE_H

#include "util/strv.h"

struct freeze;

/* Freezes the file systems on @mounts (outermost first, as source_mounts()
 * gives them), innermost first. 0 and *out for freeze_end(); or -errno
 * (logged), and then nothing is frozen. -EDEADLK: this process writes to one
 * of them. SIGINT and SIGTERM have to lead to freeze_end() or to the end of
 * the process. */
int freeze_start(const struct strv *mounts, struct freeze **out);
/* Thaws all of them, waits for the watchdog to end, and frees @f (may be
 * NULL). 0, or -errno (logged) when one may still be frozen. */
int freeze_end(struct freeze *f);

#endif
