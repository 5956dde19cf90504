/* event.h - what the target is doing, told to the pusher
 */
#ifndef P2V_RECEIVE_EVENT_H
#define P2V_RECEIVE_EVENT_H

/* Sends an EVENT, with @state as in msg_event, to the struct peer @peer. That it
 * could not be sent shows up at the next read. */
void event_send(void *peer, const char *stage, const char *name, const char *state,
		const char *text);

#endif
