/* message_transfer.h - the messages while volumes are transferred <-> JSON
 *
 * With the same promises as those of message.h: every _from_json checks the
 * schema and returns 0, or -EPROTO with @err, and *m is then empty; none needs a
 * release. Every _to_json returns an owned document, NULL when out of memory.
 */
#ifndef P2V_WIRE_MESSAGE_TRANSFER_H
#define P2V_WIRE_MESSAGE_TRANSFER_H

#include "plan/plan.h"
#include "util/digest.h"
#include "util/err.h"
#include "util/jdoc.h"

#include <stdint.h>

struct msg_event {
	char stage[32]; /* "wipe", "table", "format", "fixup", "boot", ... */
	char name[64];  /* of the fixup or object; "" if none */
	char state[16]; /* "start", "done", "skipped", "warning", "failed" */
	char text[800];
};

struct msg_end {
	uint64_t sent; /* chunks of whatever form that this connection has sent */
};

struct msg_done {
	uint64_t stored;   /* full chunks written on this connection */
	uint64_t bad;      /* of these, how many did not read back as written */
	uint64_t proven;   /* deltas and queries of which the target has every byte */
	uint64_t missing;  /* deltas and queries of which it has not */
	uint64_t peak_rss; /* bytes, of this receiver process */
	uint64_t cpu_ms;   /* user + system time of this receiver process */
};

/* For every volume of kind VOLUME_IMAGE: how many chunks have something in
 * them, and the unkeyed digest (digest_of) over their (u64 number, 16 bytes
 * digest) records in ascending order. */
struct msg_seal {
	uint32_t volume_count; /* ascending volume, each at most once */
	struct msg_seal_volume {
		uint32_t volume;
		uint64_t chunks;
		struct digest root;
	} volumes[PLAN_MAX_VOLUMES];
};

struct msg_sealed {
	uint32_t volume_count; /* those that do not agree; 0: all do */
	uint32_t volumes[PLAN_MAX_VOLUMES];
};

struct msg_map_get {
	uint32_t volume;
	uint64_t first; /* chunk number */
	uint32_t count; /* 1..65536 */
};

struct jdoc *msg_event_to_json(const struct msg_event *m);
int msg_event_from_json(const struct jdoc *d, struct msg_event *m, struct err_text *err);
struct jdoc *msg_end_to_json(const struct msg_end *m);
int msg_end_from_json(const struct jdoc *d, struct msg_end *m, struct err_text *err);
struct jdoc *msg_done_to_json(const struct msg_done *m);
int msg_done_from_json(const struct jdoc *d, struct msg_done *m, struct err_text *err);
struct jdoc *msg_seal_to_json(const struct msg_seal *m);
int msg_seal_from_json(const struct jdoc *d, struct msg_seal *m, struct err_text *err);
struct jdoc *msg_sealed_to_json(const struct msg_sealed *m);
int msg_sealed_from_json(const struct jdoc *d, struct msg_sealed *m, struct err_text *err);
struct jdoc *msg_map_get_to_json(const struct msg_map_get *m);
int msg_map_get_from_json(const struct jdoc *d, struct msg_map_get *m, struct err_text *err);

#endif
