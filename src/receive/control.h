/* control.h - the state of a control connection (control.c, commit.c)
 */
#ifndef P2V_RECEIVE_CONTROL_H
#define P2V_RECEIVE_CONTROL_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "receive/receive.h"
#include "receive/session.h"
#include "receive/step.h"
#include "wire/message.h"

#include <stdbool.h>

#define CONTROL_GO_ON (-1) /* what a state returns; else the exit status */

struct control {
	struct receive_peer *peer;
	const struct receive_options *options;
	int status; /* what a failure exits with: REFUSED, after COMMIT FAILED */
	struct session session;
	struct facts facts;
	struct plan plan;
	struct steps steps;
	bool have_plan, refused;
	bool dry_run;       /* the pusher has promised not to commit */
	bool cutover_known; /* PLAN's optional member "cutover" */
	enum cutover_mode cutover;
	bool committed; /* beyond the point of no return */
	bool sealed;    /* the last SEAL agreed */
	bool ready;     /* RESULT had nothing against a cutover */
};

/* Judges c->plan by c->facts. */
void control_check(struct control *c, struct reasons *reasons);
/* COMMIT -> EVENT *, READY. */
int control_commit(struct control *c, const struct frame *f);
/* Which volumes' maps differ from what the source has read? 0 or -errno. */
int control_compare(struct control *c, const struct msg_seal *seal, struct msg_sealed *out,
		    struct err_text *err);
/* Sends an EVENT; failures show up at the next read. */
void control_event(void *ctx, const char *stage, const char *name, const char *state,
		   const char *text);
/* Gives the disks back and removes the session's directory; more than once is
 * harmless. */
void control_close(struct control *c);

#endif
