/* fixup.h - runs the fixups on the mounted migrated system
 *
 * Each is a program NN-name of the fixups folder: `NN-name ROOT` with an empty
 * environment but for PATH, LC_ALL, P2V_ROOT, P2V_FACTS and P2V_BOOT (where
 * p2v-boot is, which an installation elsewhere has not on that PATH). Exit status
 * 0: its first line says "applied: ..." or "not applicable: ..."; 3: the same, with
 * lines "warning: ..."; anything else: failed.
 */
#ifndef P2V_RECEIVE_FIXUP_H
#define P2V_RECEIVE_FIXUP_H

#include "plan/reason.h"
#include "util/strv.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

struct fixup {
	const char *dir;          /* the fixups' folder */
	const struct strv *names; /* of those in it, in order */
	const char *root;         /* the migrated system */
	const char *facts;        /* a folder, for $P2V_FACTS */
	/* Sends an EVENT; @state as in msg_event. */
	void (*event)(void *ctx, const char *stage, const char *name, const char *state,
		      const char *text);
	void *ctx;
};

/* Runs those that are asked for, in order, and stops at one that fails: then
 * @reasons has "fixup-failed". Their warnings are in @reasons too. 0 or -errno
 * (out of memory). */
int fixup_run_all(const struct fixup *f, const struct msg_finish *what, struct reasons *reasons);

#endif
