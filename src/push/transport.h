/* transport.h - how connections to the target are made: ssh, or --rsh's program
 *
 * push.c and transfer.c know only this; connect.c chooses. A connection is a
 * stream that is closed with its peer; a transport's connect may be called from
 * several threads.
 */
#ifndef P2V_PUSH_TRANSPORT_H
#define P2V_PUSH_TRANSPORT_H

#include "util/err.h"
#include "wire/stream.h"

struct transport {
	/* 0 with an owned stream, which interrupt.h ends, or -errno, logged. */
	int (*connect)(struct transport *t, struct stream **out);
	void (*free)(struct transport *t);
	char host_key[64]; /* the target's ssh fingerprint; "" when not ssh's business */
};

void transport_freep(struct transport **t);
void transport_closep(struct stream **s);
/* For connect: logs it, returns -ENOMEM. */
int transport_no_memory(const char *host);
/* For stream.explain: what a receiver's exit status says. */
void transport_explain_status(int status, struct err_text *why);

#endif
