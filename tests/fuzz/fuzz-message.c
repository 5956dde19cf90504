/* fuzz-message.c - every JSON message but the plan
 *
 * The first byte, a letter, says which; the rest is the JSON. What is accepted
 * must be the same after it was printed and decoded again.
 */
#include "plan/facts.h"
#include "util/cleanup.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

#include <errno.h>
#include <string.h>

/* Returns what it decoded as JSON again, or NULL when it was refused. */
typedef struct jdoc *message_fn(const struct jdoc *d, struct err_text *err, int *r);

#define PLAIN(name) \
	static struct jdoc *through_##name(const struct jdoc *d, struct err_text *err, int *r) \
	{ \
		static struct name m; \
\
		*r = name##_from_json(d, &m, err); \
		return *r ? NULL : name##_to_json(&m); \
	}

#define OWNING(name) \
	static struct jdoc *through_##name(const struct jdoc *d, struct err_text *err, int *r) \
	{ \
		CLEANUP(name##_release) struct name m = {0}; \
\
		*r = name##_from_json(d, &m, err); \
		return *r ? NULL : name##_to_json(&m); \
	}

PLAIN(msg_hello)
OWNING(msg_verdict)
PLAIN(msg_commit)
PLAIN(msg_event)
PLAIN(msg_ready)
PLAIN(msg_end)
PLAIN(msg_done)
PLAIN(msg_seal)
PLAIN(msg_sealed)
PLAIN(msg_map_get)
OWNING(msg_finish)
OWNING(msg_result)
PLAIN(msg_bye)
PLAIN(msg_error)
OWNING(facts)

static message_fn *const messages[] = {
	through_msg_hello,  through_msg_verdict, through_msg_commit, through_msg_event,
	through_msg_ready,  through_msg_end,     through_msg_done,   through_msg_seal,
	through_msg_sealed, through_msg_map_get, through_msg_finish, through_msg_result,
	through_msg_bye,    through_msg_error,   through_facts,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL, *first = NULL, *second = NULL;
	CLEANUP_FREE char *a = NULL, *b = NULL;
	struct err_text err = {0};
	message_fn *fn;
	int r;

	if (!size || data[0] < 'a' || data[0] >= 'a' + sizeof(messages) / sizeof(messages[0]))
		return 0;
	fn = messages[data[0] - 'a'];
	if (jdoc_parse(data + 1, size - 1, &d, NULL) < 0)
		return 0;
	first = fn(d, &err, &r);
	if (r) {
		if (r != -EPROTO || !err.text[0])
			abort();
		return 0;
	}
	a = jdoc_print(first);
	second = fn(first, &err, &r);
	b = jdoc_print(second);
	if (!a || !b || strcmp(a, b))
		abort();
	return 0;
}
