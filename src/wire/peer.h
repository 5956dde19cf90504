/* peer.h - one end of a conversation: the loop in which both ends wait
 *
 * Frames come in their order; PING is answered, PONG dropped, ERROR told to the
 * user. A wait ends when the frame is there, when the user interrupts (see
 * stream.h), when its own limit is over, and when the other side is silent:
 * each side sends something at least every PEER_PING_SECONDS, a PING if it has
 * nothing else to say, so that one that is heard of no more for
 * PEER_SILENCE_SECONDS is gone, however long the work takes that it was given.
 *
 * While the owner of the conversation works, a thread keeps it: it answers and
 * asks, and reads no further than the header of the next frame. What was read
 * belongs to the owner until its next call.
 *
 * Every function logs its failure, naming the peer and what was waited for.
 */
#ifndef P2V_WIRE_PEER_H
#define P2V_WIRE_PEER_H

#include "wire/frame.h"

#include <errno.h>
#include <pthread.h>

#define PEER_PING_SECONDS    10u
#define PEER_SILENCE_SECONDS 55u

struct peer {
	/* The owner's: */
	struct stream *stream; /* closed by peer_release(), if it can be closed */
	const char *name;      /* "the target", "connection 2": in messages */
	uint32_t features;     /* what both ends can do */
	bool silent;           /* log failures for debugging only: others tell the user */
	unsigned ping;         /* seconds; 0: PEER_PING_SECONDS */
	unsigned silence;      /* seconds; 0: PEER_SILENCE_SECONDS */
	struct frame frame;    /* the last one read */
	/* peer.c's: */
	struct err_text why;
	const char *doing; /* what the owner waits for, if it does */
	struct frame_buffer buffer;
	bool keeping, stop; /* the thread: is there; is to end */
	bool ahead;         /* the header of the next frame has been read, into @next */
	struct frame next;
	int broken;            /* nothing more can come: 0, PEER_E_END or -errno */
	long long heard, said; /* ms; when something came, and went, last */
	pthread_t keeper;
	pthread_mutex_t lock; /* of the stream, and of the last two groups */
	pthread_cond_t wake;
};

#define PEER_E_END 1 /* peer_next(): the stream ended between two frames */
/* Errors that say who broke it off: */
#define PEER_REFUSED (-ECONNREFUSED) /* the other side sent ERROR */

/* Begins a conversation over @stream, and keeps it. @name is borrowed. 0 or
 * -errno, logged; in both cases the peer is released by peer_release(). */
int peer_start(struct peer *p, struct stream *stream, const char *name);
/* Harmless for a peer that never began ({0}), and more than once. */
void peer_release(struct peer *p);

/* Reads the next frame of the conversation into p->frame. @limit: seconds in which
 * it must be there; 0: as long as the other side answers. 0, PEER_E_END (not
 * logged) or -errno. */
int peer_next(struct peer *p, unsigned limit);
/* For the time when nothing but PING, PONG and ERROR may come: waits @ms. 0; -EINTR
 * (not logged), or -errno when the other side has ended or is silent. */
int peer_tend(struct peer *p, int ms);
/* The next frame must be @type. 0 or -errno. With @out (owned), its JSON. */
int peer_expect(struct peer *p, unsigned type, unsigned limit, struct jdoc **out);
/* As peer_expect(), for a frame that is @type or @last: p->frame.type says which. */
int peer_until(struct peer *p, unsigned type, unsigned last, unsigned limit, struct jdoc **out);
/* Sends a message; @d is consumed. 0 or -errno: what the other side said last,
 * if it has left with an ERROR. */
int peer_send(struct peer *p, unsigned type, struct jdoc *d);
int peer_send_bytes(struct peer *p, unsigned type, const void *payload, uint32_t length);
/* Sends a whole frame that is encoded already. 0 or -errno, not logged. */
int peer_put(struct peer *p, const void *frame, size_t length);
/* Sends ERROR, whatever has gone wrong before: perhaps somebody reads it. @error is
 * consumed. */
void peer_complain(struct peer *p, struct jdoc *error);
/* The last failure, as it was logged. */
struct err_text peer_why(struct peer *p);
/* A message that does not fit its schema: logs, returns -EPROTO. */
int peer_unfit(struct peer *p, unsigned type, const struct err_text *err);

#endif
