/* receive.h - p2v-receive as one call
 */
#ifndef P2V_RECEIVE_RECEIVE_H
#define P2V_RECEIVE_RECEIVE_H

#include "wire/frame.h"
#include "wire/message.h"
#include "wire/stream.h"

struct receive_options {
	const char *const *disks; /* offered instead of the machine's own; borrowed */
	uint32_t disk_count;
	const char *session_dir;
	const char *fixups; /* folder of the fixups */
};

/* The connection to the pusher. */
struct receive_peer {
	struct stream stream;
	struct frame_buffer buffer; /* owned */
};

/* The whole conversation over the descriptors @in and @out. Returns the exit
 * status (enum p2v_exit). */
int receive_run(const struct receive_options *options, int in, int out);

/* Reads the next frame that is not a PING (each is answered). As frame_read();
 * an ERROR of the peer's is logged and becomes IO_E_EOF, since it ends the
 * conversation. */
int receive_next(struct receive_peer *p, struct frame *f, struct err_text *err);
/* Sends ERROR, logs it, and returns @status. */
int receive_fail(struct receive_peer *p, int status, const char *code, const char *hint,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same for a frame that could not be read or does not belong here. */
int receive_fail_frame(struct receive_peer *p, int status, int r, const struct err_text *err);
int receive_fail_unexpected(struct receive_peer *p, int status, const struct frame *f,
			    const char *expected);

/* The roles (control.c, data.c): the HELLO has been read and is answered here. */
int control_run(struct receive_peer *p, const struct receive_options *options,
		const struct msg_hello *hello);
int data_run(struct receive_peer *p, const struct receive_options *options,
	     const struct msg_hello *hello);

#endif
