/* finish.h - the migrated system made ready: fixups, host keys, boot entry
 */
#ifndef P2V_RECEIVE_FINISH_H
#define P2V_RECEIVE_FINISH_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "receive/session.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

struct finish {
	const struct plan *plan;
	const struct facts *facts;
	const char *fixups; /* their folder */
	struct session *session;
	/* Sends an EVENT; @state as in msg_event. */
	void (*event)(void *ctx, const char *stage, const char *name, const char *state,
		      const char *text);
	void *ctx;
};

/* Mounts the migrated root, runs the fixups, loads the boot entry (cutover
 * kexec only), unmounts everything. What went wrong is in @out->reasons.
 * 0, or -errno when the disks could not be given back in order. */
int finish_run(const struct finish *f, const struct msg_finish *what, struct msg_result *out);

#endif
