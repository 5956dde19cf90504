/* fuzz-frame.c - a peer's bytes as a stream of frames */
#include "util/cleanup.h"
#include "util/io.h"
#include "wire/frame.h"

#include <errno.h>
#include <string.h>

struct memory {
	const uint8_t *at;
	size_t left;
};

static long memory_read(struct stream *s, void *buf, size_t len)
{
	struct memory *m = s->ctx;

	if (!m->left)
		return -ENODATA;
	if (len > m->left)
		len = m->left;
	memcpy(buf, m->at, len);
	m->at += len;
	m->left -= len;
	return (long)len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory m = {.at = data, .left = size};
	struct stream s = {.read_some = memory_read, .limit = 1, .ctx = &m};
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	struct err_text err = {0};
	struct frame f;
	int r;

	while (!(r = frame_read(&s, &b, &f, &err))) {
		CLEANUP(jdoc_freep) struct jdoc *d = NULL;

		if (f.length > proto_max_length(f.type) || !*proto_type_name(f.type))
			abort();
		if (frame_json(&f, &d, NULL) == 0) {
			CLEANUP_FREE char *text = jdoc_print(d);

			if (!text)
				abort();
		}
	}
	/* Only a clean end has no description. */
	if ((r == IO_E_EOF) != !err.text[0] || b.size > PROTO_MAX_JSON + 1)
		abort();
	return 0;
}
