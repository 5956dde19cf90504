/* hello.c - see hello.h */
#include "push/hello.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#define HELLO_SECONDS 60u /* a receiver that starts on a busy machine */

int hello_exchange(struct peer *p, struct msg_hello *hello)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_hello answer;
	char program[64];
	int r;

	hello->version = PROTO_VERSION;
	hello->features = PROTO_FEATURE_ZSTD;
	text_copy(hello->program, sizeof(hello->program), "p2v-push " P2V_VERSION);
	r = peer_send(p, PROTO_HELLO, msg_hello_to_json(hello));
	if (!r)
		r = peer_expect(p, PROTO_HELLO, HELLO_SECONDS, &d);
	if (r < 0)
		return r;
	if (msg_hello_from_json(d, &answer, &err) < 0)
		return peer_unfit(p, PROTO_HELLO, &err);
	if (answer.version != PROTO_VERSION) {
		log_error("%s runs %s, which speaks version %u of the protocol; this is p2v-push "
			  "%s with version %u: install the same release on both ends",
			  p->name, text_printable(answer.program, program, sizeof(program)),
			  answer.version, P2V_VERSION, PROTO_VERSION);
		return HELLO_E_VERSION;
	}
	p->features = answer.features & hello->features;
	return 0;
}
