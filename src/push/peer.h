/* peer.h - one side of a conversation: frames in order, pings, errors
 *
 * Every function logs its failure, naming what was waited for.
 */
#ifndef P2V_PUSH_PEER_H
#define P2V_PUSH_PEER_H

#include "push/transport.h"
#include "wire/frame.h"
#include "wire/message.h"

struct peer {
	struct connection *conn; /* owned */
	struct frame_buffer buffer;
	struct frame frame; /* the last one read */
	const char *name;   /* "the target", "connection 2": in messages */
	uint32_t features;  /* what both ends can do, after peer_hello() */
	bool silent;        /* log failures for debugging only: others tell the user */
};

#define PEER_E_END 1 /* peer_next(): the stream ended between two frames */
/* Errors that say who broke it off: */
#define PEER_REFUSED (-ECONNREFUSED) /* the target sent ERROR */

void peer_release(struct peer *p);

/* Reads the next frame of the conversation into p->frame: answers PING, drops
 * PONG, logs ERROR. 0, PEER_E_END (not logged) or -errno. */
int peer_next(struct peer *p, unsigned timeout);
/* For the time when nothing but PING, PONG and ERROR may come: handles one such
 * frame, which the caller knows to be there. 0 or -errno. */
int peer_watch(struct peer *p);
/* The next frame must be @type. 0 or -errno. With @out (owned), its JSON. */
int peer_expect(struct peer *p, unsigned type, unsigned timeout, struct jdoc **out);
/* As peer_expect(), for a frame that is @type or @last: p->frame.type says which. */
int peer_until(struct peer *p, unsigned type, unsigned last, unsigned timeout, struct jdoc **out);
/* Sends a message; @d is consumed. 0 or -errno. */
int peer_send(struct peer *p, unsigned type, struct jdoc *d);
int peer_ping(struct peer *p);
/* A message that does not fit its schema: logs, returns -EPROTO. */
int peer_unfit(struct peer *p, unsigned type, const struct err_text *err);

#define PEER_E_VERSION 2 /* peer_hello(): the other side speaks another version */
/* Sends @hello (version, features and program are filled in here) and reads
 * the answer. 0, PEER_E_VERSION (logged) or -errno. */
int peer_hello(struct peer *p, struct msg_hello *hello);

#endif
