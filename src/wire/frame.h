/* frame.h - one frame <-> bytes, length and type checked
 *
 * Layout: proto.h.
 */
#ifndef P2V_WIRE_FRAME_H
#define P2V_WIRE_FRAME_H

#include "util/err.h"
#include "util/jdoc.h"
#include "wire/proto.h"
#include "wire/stream.h"

#include <stddef.h>
#include <stdint.h>

struct frame {
	unsigned type;    /* enum proto_type */
	uint32_t length;  /* bytes of payload */
	uint8_t *payload; /* inside the frame_buffer, valid until the next read */
};

/* The reader's memory, grown to what the largest frame needed. */
struct frame_buffer {
	uint8_t *bytes; /* owned */
	size_t size;
};

void frame_buffer_release(struct frame_buffer *b);

/* Writes the 16 bytes of a header. */
void frame_encode_header(uint8_t out[PROTO_HEADER_LEN], unsigned type, uint32_t length);
/* Checks magic, type, flags, reserved field and the type's maximum length.
 * 0, or -EPROTO with @err saying which. */
int frame_decode_header(const uint8_t in[PROTO_HEADER_LEN], struct frame *f, struct err_text *err);

/* Reads one frame. 0, IO_E_EOF at a clean end, -EPROTO for a frame that breaks
 * the rules, or the stream's error; @err is set for every one but IO_E_EOF. */
int frame_read(struct stream *s, struct frame_buffer *b, struct frame *f, struct err_text *err);
/* The same in two parts: f->payload is set by the second. */
int frame_read_header(struct stream *s, struct frame *f, struct err_text *err);
int frame_read_payload(struct stream *s, struct frame_buffer *b, struct frame *f,
		       struct err_text *err);
/* Sends header and payload in one write. */
int frame_send(struct stream *s, unsigned type, const void *payload, uint32_t length);
/* Prints @d (consumed) and sends it. -ENOMEM when @d is NULL. */
int frame_send_json(struct stream *s, unsigned type, struct jdoc *d);
/* The JSON object of a frame: 0, or -EPROTO with @err. *out is owned. */
int frame_json(const struct frame *f, struct jdoc **out, struct err_text *err);

#endif
