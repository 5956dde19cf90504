/* facts.h - collects what the target machine is
 *
 * Looks only: every device is opened read-only, and nothing is locked when it
 * returns.
 */
#ifndef P2V_RECEIVE_FACTS_H
#define P2V_RECEIVE_FACTS_H

#include "plan/facts.h"
#include "receive/receive.h"

/* 0 or -errno (logged). @session: the id of this control session. */
int facts_collect(const struct receive_options *options, const char *session, struct facts *out);
/* The names of the fixups in a folder, in order: executable files NN-name. */
int facts_fixup_names(const char *dir, struct strv *out);
/* Interfaces that have a MAC address, without the loopback. */
void facts_nics(struct facts *out);
/* One disk: @path is a block device or a plain file. 0 or -errno with @err. */
int facts_disk(const char *path, struct facts_disk *out, struct err_text *err);
void facts_disk_release(struct facts_disk *d);
/* Whole disks of this machine that could be a target: "/dev/vda". */
int facts_disk_paths(struct strv *out);

#endif
