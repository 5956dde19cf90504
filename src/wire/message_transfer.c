/* message_transfer.c - see message_transfer.h */
#include "wire/message_transfer.h"
#include "util/member.h"
#include "util/text.h"
#include "wire/proto.h"

#include <errno.h>
#include <string.h>

#define MESSAGE_MAX_COUNT (1ULL << 62) /* of chunks, bytes, milliseconds: what JSON can hold */
#define MESSAGE_MAX_MAP   (PROTO_MAX_MAP / DIGEST_LEN)

struct jdoc *msg_event_to_json(const struct msg_event *m)
{
	struct jdoc *o = jdoc_object();

	member_set_text(o, "stage", m->stage);
	member_set_text(o, "name", m->name);
	member_set_text(o, "state", m->state);
	member_set_text(o, "text", m->text);
	return o;
}

int msg_event_from_json(const struct jdoc *d, struct msg_event *m, struct err_text *err)
{
	struct jread r = {.what = "event"};

	*m = (struct msg_event){0};
	member_text(&r, d, "stage", m->stage, sizeof(m->stage));
	member_text(&r, d, "name", m->name, sizeof(m->name));
	member_text(&r, d, "state", m->state, sizeof(m->state));
	member_text(&r, d, "text", m->text, sizeof(m->text));
	if (!jread_ok(&r))
		*m = (struct msg_event){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_end_to_json(const struct msg_end *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_u64(o, "sent", m->sent);
	return o;
}

int msg_end_from_json(const struct jdoc *d, struct msg_end *m, struct err_text *err)
{
	struct jread r = {.what = "end"};

	*m = (struct msg_end){.sent = jread_u64(&r, d, "sent", 0, MESSAGE_MAX_COUNT)};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_done_to_json(const struct msg_done *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_u64(o, "stored", m->stored);
	jdoc_set_u64(o, "bad", m->bad);
	jdoc_set_u64(o, "proven", m->proven);
	jdoc_set_u64(o, "missing", m->missing);
	jdoc_set_u64(o, "peak_rss", m->peak_rss);
	jdoc_set_u64(o, "cpu_ms", m->cpu_ms);
	return o;
}

int msg_done_from_json(const struct jdoc *d, struct msg_done *m, struct err_text *err)
{
	struct jread r = {.what = "done"};

	*m = (struct msg_done){
		.stored = jread_u64(&r, d, "stored", 0, MESSAGE_MAX_COUNT),
		.bad = jread_u64(&r, d, "bad", 0, MESSAGE_MAX_COUNT),
		.proven = jread_u64(&r, d, "proven", 0, MESSAGE_MAX_COUNT),
		.missing = jread_u64(&r, d, "missing", 0, MESSAGE_MAX_COUNT),
		.peak_rss = jread_u64(&r, d, "peak_rss", 0, MESSAGE_MAX_COUNT),
		.cpu_ms = jread_u64(&r, d, "cpu_ms", 0, MESSAGE_MAX_COUNT),
	};
	if (!jread_ok(&r))
		*m = (struct msg_done){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_seal_to_json(const struct msg_seal *m)
{
	struct jdoc *o = jdoc_object(), *array = jdoc_array();

	for (uint32_t i = 0; i < m->volume_count; i++) {
		struct jdoc *v = jdoc_object();

		jdoc_set_u64(v, "volume", m->volumes[i].volume);
		jdoc_set_u64(v, "chunks", m->volumes[i].chunks);
		member_set_digest(v, "root", &m->volumes[i].root);
		jdoc_add(array, v);
	}
	jdoc_set(o, "volumes", array);
	return o;
}

/* The index of item @i, above that of the item before it. */
static uint32_t message_volume(struct jread *r, const struct jdoc *item, size_t i, uint32_t before)
{
	uint32_t volume = (uint32_t)jread_u64(r, item, "volume", 0, PLAN_MAX_VOLUMES - 1);

	if (i && volume <= before)
		jread_fail(r, "volumes must ascend");
	return volume;
}

int msg_seal_from_json(const struct jdoc *d, struct msg_seal *m, struct err_text *err)
{
	struct jread r = {.what = "seal"};
	const struct jdoc *array = jread_array(&r, d, "volumes", PLAN_MAX_VOLUMES);

	*m = (struct msg_seal){0};
	for (size_t i = 0; jread_ok(&r) && i < jdoc_length(array); i++) {
		const struct jdoc *item = jdoc_item(array, i);
		struct msg_seal_volume *v = &m->volumes[m->volume_count++];

		v->volume = message_volume(&r, item, i, i ? v[-1].volume : 0);
		v->chunks = jread_u64(&r, item, "chunks", 0, MESSAGE_MAX_COUNT);
		v->root = member_digest(&r, item, "root");
	}
	if (!jread_ok(&r))
		*m = (struct msg_seal){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_sealed_to_json(const struct msg_sealed *m)
{
	struct jdoc *o = jdoc_object(), *array = jdoc_array();

	for (uint32_t i = 0; i < m->volume_count; i++) {
		struct jdoc *v = jdoc_object();

		jdoc_set_u64(v, "volume", m->volumes[i]);
		jdoc_add(array, v);
	}
	jdoc_set(o, "differ", array);
	return o;
}

int msg_sealed_from_json(const struct jdoc *d, struct msg_sealed *m, struct err_text *err)
{
	struct jread r = {.what = "sealed"};
	const struct jdoc *array = jread_array(&r, d, "differ", PLAN_MAX_VOLUMES);

	*m = (struct msg_sealed){0};
	for (size_t i = 0; jread_ok(&r) && i < jdoc_length(array); i++) {
		m->volumes[i] =
			message_volume(&r, jdoc_item(array, i), i, i ? m->volumes[i - 1] : 0);
		m->volume_count++;
	}
	if (!jread_ok(&r))
		*m = (struct msg_sealed){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_map_get_to_json(const struct msg_map_get *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_u64(o, "volume", m->volume);
	jdoc_set_u64(o, "first", m->first);
	jdoc_set_u64(o, "count", m->count);
	return o;
}

int msg_map_get_from_json(const struct jdoc *d, struct msg_map_get *m, struct err_text *err)
{
	struct jread r = {.what = "map_get"};

	*m = (struct msg_map_get){
		.volume = (uint32_t)jread_u64(&r, d, "volume", 0, PLAN_MAX_VOLUMES - 1),
		.first = jread_u64(&r, d, "first", 0, MESSAGE_MAX_COUNT),
		.count = (uint32_t)jread_u64(&r, d, "count", 1, MESSAGE_MAX_MAP),
	};
	if (!jread_ok(&r))
		*m = (struct msg_map_get){0};
	return member_result(&r, -EPROTO, err);
}
