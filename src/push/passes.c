/* passes.c - see passes.h */
#include "push/passes.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "wire/message_transfer.h"

#include <errno.h>
#include <string.h>

#define PASSES_MAP_CHUNKS     65536u /* of one MAP_GET */
#define PASSES_SEALED_SECONDS 1800   /* the target flushes its disk before it answers */

/* Chunks to send again: a bitmap for each volume. */
struct passes_set {
	uint8_t *bits[PLAN_MAX_VOLUMES]; /* owned */
	uint64_t chunks;
};

static void passes_set_release(struct passes_set *s)
{
	for (uint32_t i = 0; i < PLAN_MAX_VOLUMES; i++)
		free(s->bits[i]);
}

/* One range of a volume's map, compared with what was read here. */
static int passes_compare(struct peer *control, const struct msg_map_get *want,
			  const struct digest *ours, struct passes_set *set)
{
	const uint8_t *theirs;
	int r = peer_send(control, PROTO_MAP_GET, msg_map_get_to_json(want));

	if (!r)
		r = peer_expect(control, PROTO_MAP, PASSES_SEALED_SECONDS, NULL);
	if (r)
		return r;
	if (control->frame.length != want->count * DIGEST_LEN) {
		log_error("%s: MAP has %u bytes; %u chunks were asked for", control->name,
			  control->frame.length, want->count);
		return -EPROTO;
	}
	theirs = control->frame.payload;
	for (uint32_t i = 0; i < want->count; i++) {
		uint64_t number = want->first + i;

		if (digest_is_none(&ours[number]) ||
		    !memcmp(theirs + (size_t)i * DIGEST_LEN, ours[number].bytes, DIGEST_LEN))
			continue;
		set->bits[want->volume][number / 8] |= (uint8_t)(1u << number % 8);
		set->chunks++;
	}
	return 0;
}

static int passes_missing(struct peer *control, const struct transfer *t,
			  const struct msg_sealed *sealed, struct passes_set *set)
{
	for (uint32_t i = 0; i < sealed->volume_count; i++) {
		struct msg_map_get want = {.volume = sealed->volumes[i]};
		const struct digest *ours;
		uint64_t count;
		int r;

		ours = transfer_digests(t, want.volume, &count);
		if (!ours || set->bits[want.volume]) {
			log_error("%s: SEALED names volume %u, which was not sent", control->name,
				  want.volume);
			return -EPROTO;
		}
		set->bits[want.volume] = calloc(1, count / 8 + 1);
		if (!set->bits[want.volume]) {
			log_error("no memory to compare %llu chunks with the target's map",
				  (unsigned long long)count);
			return -ENOMEM;
		}
		for (; want.first < count; want.first += want.count) {
			want.count = count - want.first < PASSES_MAP_CHUNKS
					     ? (uint32_t)(count - want.first)
					     : PASSES_MAP_CHUNKS;
			r = passes_compare(control, &want, ours, set);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* What has been read, for SEAL. 0 or -ENOMEM, logged. */
static int passes_roots(const struct transfer *t, const struct plan *plan, struct msg_seal *seal)
{
	CLEANUP(digest_freep) struct digest_state *s = digest_new();

	if (!s) {
		log_error("no memory for the digests of the volumes");
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < plan->volume_count; i++) {
		struct msg_seal_volume *v = &seal->volumes[seal->volume_count];
		uint64_t n;
		const struct digest *ours = transfer_digests(t, i, &n);

		if (!ours)
			continue;
		*v = (struct msg_seal_volume){.volume = i};
		digest_start_unkeyed(s);
		for (uint64_t c = 0; c < n; c++) {
			uint8_t number[8];

			if (digest_is_none(&ours[c]))
				continue;
			buf_put_u64(number, c);
			digest_add(s, number, sizeof(number));
			digest_add(s, ours[c].bytes, DIGEST_LEN);
			v->chunks++;
		}
		v->root = digest_end(s);
		seal->volume_count++;
	}
	return 0;
}

static int passes_seal(struct peer *control, const struct transfer *t, const struct plan *plan,
		       struct msg_sealed *sealed)
{
	CLEANUP_FREE struct msg_seal *seal = calloc(1, sizeof(*seal));
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	int r;

	if (!seal) {
		log_error("no memory to seal the transfer");
		return -ENOMEM;
	}
	r = passes_roots(t, plan, seal);
	if (!r)
		r = peer_send(control, PROTO_SEAL, msg_seal_to_json(seal));
	if (!r)
		r = peer_expect(control, PROTO_SEALED, PASSES_SEALED_SECONDS, &d);
	if (r)
		return r;
	if (msg_sealed_from_json(d, sealed, &err) < 0)
		return peer_unfit(control, PROTO_SEALED, &err);
	for (uint32_t i = 0; i < sealed->volume_count; i++)
		if (sealed->volumes[i] >= plan->volume_count) {
			log_error("%s: SEALED names volume %u of %u", control->name,
				  sealed->volumes[i], plan->volume_count);
			return -EPROTO;
		}
	return 0;
}

int passes_run(struct transfer *t, const struct source *source, const struct plan *plan,
	       const struct msg_ready *ready, struct peer *control, struct report_totals *totals)
{
	int r;

	totals->used_bytes = source_byte_total(source);
	r = transfer_pass(t, ready, NULL, totals->used_bytes, control, totals);
	for (unsigned repair = 0; !r; repair++) {
		CLEANUP(passes_set_release) struct passes_set set = {0};
		struct msg_sealed sealed;

		r = passes_seal(control, t, plan, &sealed);
		if (r || !sealed.volume_count)
			return r;
		if (repair == PASSES_MAX_REPAIR) {
			log_error("the target still lacks chunks after they were sent again %u "
				  "times; its log says what is wrong with its disk",
				  PASSES_MAX_REPAIR);
			return -EIO;
		}
		r = passes_missing(control, t, &sealed, &set);
		if (!r && !set.chunks) {
			log_error("the target says that chunks are missing, but its map has them "
				  "all");
			r = -EPROTO;
		}
		if (r)
			return r;
		log_warn("%llu chunks are missing on the target; sending them again",
			 (unsigned long long)set.chunks);
		r = transfer_pass(t, ready, (const uint8_t *const *)set.bits,
				  set.chunks * plan->chunk_size, control, totals);
	}
	return r;
}
