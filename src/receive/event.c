/* event.c - see event.h */
#include "receive/event.h"
#include "util/log.h"
#include "util/text.h"
#include "wire/message_transfer.h"
#include "wire/peer.h"

void event_send(void *peer, const char *stage, const char *name, const char *state,
		const char *text)
{
	struct msg_event e = {0};

	text_copy(e.stage, sizeof(e.stage), stage);
	text_copy(e.name, sizeof(e.name), name);
	text_copy(e.state, sizeof(e.state), state);
	text_printable(text, e.text, sizeof(e.text));
	log_debug("%s %s: %s %s", stage, name, state, e.text);
	peer_send(peer, PROTO_EVENT, msg_event_to_json(&e));
}
