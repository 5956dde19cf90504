/* receive.c - see receive.h: the greeting, and the choice of the role */
#include "receive/receive.h"
#include "receive/control.h"
#include "receive/data.h"
#include "receive/fail.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "version.h"
#include "wire/message.h"
#include "wire/peer.h"

#include <fcntl.h>

#define RECEIVE_PIPE          (1 << 20) /* bytes: a chunk at once, where the transport is a pipe */
#define RECEIVE_HELLO_SECONDS 60u

static int receive_hello(struct peer *p, struct msg_hello *hello)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	int r = peer_next(p, RECEIVE_HELLO_SECONDS);

	if (r)
		return fail_read(p, P2V_EXIT_REFUSED, r);
	if (p->frame.type != PROTO_HELLO)
		return fail_unexpected(p, P2V_EXIT_REFUSED, "HELLO");
	if (frame_json(&p->frame, &d, &err) || msg_hello_from_json(d, hello, &err))
		return fail_with(p, P2V_EXIT_REFUSED, "protocol", NULL, "%s", err.text);
	if (hello->version != PROTO_VERSION)
		return fail_with(p, P2V_EXIT_REFUSED, "version-mismatch",
				 "use the same version of p2v-target on both machines",
				 "the pusher (%s) speaks protocol version %u, this receiver "
				 "(p2v-receive " P2V_VERSION ") speaks %d",
				 hello->program, hello->version, PROTO_VERSION);
	p->features = hello->features & PROTO_FEATURE_ZSTD;
	return 0;
}

int receive_run(const struct receive_options *options, int in, int out)
{
	struct stream stream = stream_fds(in, out);
	struct peer p = {0};
	struct msg_hello hello;
	int r;

	fcntl(in, F_SETPIPE_SZ, RECEIVE_PIPE);
	r = peer_start(&p, &stream, "the pusher");
	if (r)
		r = P2V_EXIT_REFUSED;
	else
		r = receive_hello(&p, &hello);
	if (!r)
		r = hello.role == HELLO_DATA ? data_run(&p, options, &hello)
					     : control_run(&p, options);
	peer_release(&p);
	return r;
}
