/* facts.h - collects what the target machine is; facts_disk.h has its disks
 *
 * Looks only: every device is opened read-only, and nothing is locked when it
 * returns.
 */
#ifndef P2V_RECEIVE_FACTS_H
#define P2V_RECEIVE_FACTS_H

#include "plan/facts.h"
#include "receive/receive_options.h"
#include "util/strv.h"

/* 0 or -errno (logged). @session: the id of this control session. */
int facts_collect(const struct receive_options *options, const char *session, struct facts *out);
/* The names of the fixups in a folder, in order: executable files NN-name. */
int facts_fixup_names(const char *dir, struct strv *out);
/* Interfaces that have a MAC address, without the loopback. */
void facts_nics(struct facts *out);

#endif
