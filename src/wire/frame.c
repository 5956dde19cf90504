/* frame.c - see frame.h */
#include "wire/frame.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t max;
} proto_types[PROTO_TYPE_LAST + 1] = {
	[PROTO_HELLO] = {"HELLO", PROTO_MAX_SMALL},
	[PROTO_FACTS] = {"FACTS", PROTO_MAX_JSON},
	[PROTO_PLAN] = {"PLAN", PROTO_MAX_JSON},
	[PROTO_VERDICT] = {"VERDICT", PROTO_MAX_JSON},
	[PROTO_COMMIT] = {"COMMIT", PROTO_MAX_SMALL},
	[PROTO_EVENT] = {"EVENT", PROTO_MAX_SMALL},
	[PROTO_READY] = {"READY", PROTO_MAX_SMALL},
	[PROTO_CHUNK] = {"CHUNK", PROTO_MAX_CHUNK},
	[PROTO_END] = {"END", PROTO_MAX_SMALL},
	[PROTO_DONE] = {"DONE", PROTO_MAX_SMALL},
	[PROTO_SEAL] = {"SEAL", PROTO_MAX_SMALL},
	[PROTO_SEALED] = {"SEALED", PROTO_MAX_SMALL},
	[PROTO_MAP_GET] = {"MAP_GET", PROTO_MAX_SMALL},
	[PROTO_MAP] = {"MAP", PROTO_MAX_MAP},
	[PROTO_FINISH] = {"FINISH", PROTO_MAX_SMALL},
	[PROTO_RESULT] = {"RESULT", PROTO_MAX_JSON},
	[PROTO_CUTOVER] = {"CUTOVER", PROTO_MAX_SMALL},
	[PROTO_BYE] = {"BYE", PROTO_MAX_SMALL},
	[PROTO_PING] = {"PING", 0},
	[PROTO_PONG] = {"PONG", 0},
	[PROTO_ERROR] = {"ERROR", PROTO_MAX_SMALL},
};

uint32_t proto_max_length(unsigned type)
{
	return type <= PROTO_TYPE_LAST ? proto_types[type].max : 0;
}

const char *proto_type_name(unsigned type)
{
	return type <= PROTO_TYPE_LAST && proto_types[type].name ? proto_types[type].name : "?";
}

void frame_buffer_release(struct frame_buffer *b)
{
	free(b->bytes);
	*b = (struct frame_buffer){0};
}

void frame_encode_header(uint8_t out[PROTO_HEADER_LEN], unsigned type, uint32_t length)
{
	uint8_t *p = buf_put_u32(out, PROTO_MAGIC);

	p = buf_put_u16(p, (uint16_t)type);
	p = buf_put_u16(p, 0);
	p = buf_put_u32(p, length);
	buf_put_u32(p, 0);
}

int frame_decode_header(const uint8_t in[PROTO_HEADER_LEN], struct frame *f, struct err_text *err)
{
	struct buf_reader r = buf_reader(in, PROTO_HEADER_LEN);
	uint32_t magic = buf_get_u32(&r);
	unsigned type = buf_get_u16(&r), flags = buf_get_u16(&r);
	uint32_t length = buf_get_u32(&r), reserved = buf_get_u32(&r);

	if (magic != PROTO_MAGIC)
		return err_set(
			err, -EPROTO,
			"the peer does not speak this protocol (it sent %02x %02x %02x %02x): "
			"does its login shell print something?",
			in[0], in[1], in[2], in[3]);
	if (!type || type > PROTO_TYPE_LAST)
		return err_set(err, -EPROTO, "frame of unknown type %u", type);
	if (flags || reserved)
		return err_set(err, -EPROTO, "%s frame with unknown flags", proto_type_name(type));
	if (length > proto_max_length(type))
		return err_set(err, -EPROTO, "%s frame of %u bytes; at most %u are allowed",
			       proto_type_name(type), length, proto_max_length(type));
	*f = (struct frame){.type = type, .length = length};
	return 0;
}

static int frame_reserve(struct frame_buffer *b, size_t size)
{
	uint8_t *grown;

	if (size <= b->size)
		return 0;
	grown = realloc(b->bytes, size);
	if (!grown)
		return -ENOMEM;
	b->bytes = grown;
	b->size = size;
	return 0;
}

static int frame_stream_error(struct err_text *err, int r, const char *where)
{
	if (r == IO_E_EOF || r == -EPIPE)
		return err_set(err, -EPIPE, "the connection ended inside a frame (%s)", where);
	return err_set(err, r, "reading a frame (%s): %s", where, strerror(-r));
}

int frame_read_header(struct stream *s, struct frame *f, struct err_text *err)
{
	uint8_t header[PROTO_HEADER_LEN];
	int r = stream_read(s, header, sizeof(header));

	if (r == IO_E_EOF)
		return IO_E_EOF;
	if (r < 0)
		return frame_stream_error(err, r, "header");
	return frame_decode_header(header, f, err);
}

int frame_read_payload(struct stream *s, struct frame_buffer *b, struct frame *f,
		       struct err_text *err)
{
	/* One byte more, so that every payload, an empty one too, has a place. */
	int r = frame_reserve(b, (size_t)f->length + 1);

	if (r < 0)
		return err_set(err, r, "no memory for a %s frame of %u bytes",
			       proto_type_name(f->type), f->length);
	f->payload = b->bytes;
	b->bytes[f->length] = '\0';
	if (!f->length)
		return 0;
	r = stream_read(s, f->payload, f->length);
	return r ? frame_stream_error(err, r, proto_type_name(f->type)) : 0;
}

int frame_read(struct stream *s, struct frame_buffer *b, struct frame *f, struct err_text *err)
{
	int r = frame_read_header(s, f, err);

	return r ? r : frame_read_payload(s, b, f, err);
}

int frame_send(struct stream *s, unsigned type, const void *payload, uint32_t length)
{
	CLEANUP_FREE uint8_t *out = NULL;

	if (length > proto_max_length(type))
		return -EMSGSIZE;
	out = malloc(PROTO_HEADER_LEN + (size_t)length);
	if (!out)
		return -ENOMEM;
	frame_encode_header(out, type, length);
	if (length)
		memcpy(out + PROTO_HEADER_LEN, payload, length);
	return stream_write(s, out, PROTO_HEADER_LEN + (size_t)length);
}

int frame_send_json(struct stream *s, unsigned type, struct jdoc *d)
{
	CLEANUP_FREE char *text = jdoc_print(d);

	jdoc_free(d);
	if (!text)
		return -ENOMEM;
	if (strlen(text) > proto_max_length(type))
		return -EMSGSIZE;
	return frame_send(s, type, text, (uint32_t)strlen(text));
}

int frame_json(const struct frame *f, struct jdoc **out, struct err_text *err)
{
	struct err_text why = {0};

	if (jdoc_parse(f->payload, f->length, out, &why) < 0)
		return err_set(err, -EPROTO, "%s: %s", proto_type_name(f->type), why.text);
	return 0;
}
