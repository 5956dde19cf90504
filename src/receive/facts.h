/* facts.h - collects what the target machine is
 *
 * Looks only: every device is opened read-only, and nothing is locked when it
 * returns.
 */
#ifndef P2V_RECEIVE_FACTS_H
#define P2V_RECEIVE_FACTS_H

#include "block/block.h"
#include "plan/facts.h"
#include "receive/receive_options.h"
#include "util/err.h"

/* 0 or -errno (logged). @session: the id of this control session. */
int facts_collect(const struct receive_options *options, const char *session, struct facts *out);
/* The names of the fixups in a folder, in order: executable files NN-name. */
int facts_fixup_names(const char *dir, struct strv *out);
/* Interfaces that have a MAC address, without the loopback. */
void facts_nics(struct facts *out);
/* One disk: @path is a block device of this machine's model, or a plain file. 0
 * or -errno with @err. */
int facts_disk(const struct block_model *m, const char *path, struct facts_disk *out,
	       struct err_text *err);
void facts_disk_release(struct facts_disk *d);
/* What the model says of a whole disk: identity, users. Pure. 0 or -errno with
 * @err. */
int facts_block(const struct block_model *m, dev_t number, struct facts_disk *d,
		struct err_text *err);
/* Whole disks of the model that could be a target: "/dev/vda". Pure. */
int facts_disk_paths(const struct block_model *m, struct strv *out);

#endif
