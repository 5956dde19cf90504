/* transfer.h - passes over sets of chunks, by N connections at once
 *
 * A worker is a thread with its own connection: next chunk of the shared
 * cursor, read, digest, compress, send. The digests are kept, so that after a
 * pass the target's map can be compared with them.
 */
#ifndef P2V_PUSH_TRANSFER_H
#define P2V_PUSH_TRANSFER_H

#include "plan/plan.h"
#include "push/report.h"
#include "push/transport.h"
#include "source/source.h"
#include "wire/message.h"
#include "wire/peer.h"

#include <stdbool.h>

struct transfer;

struct transfer_settings {
	unsigned connections;
	bool compress_auto; /* the level follows the link */
	int compress_level; /* when not: 0 sends raw, else a zstd level */
};

/* Allocates the digests. What it is given stays the caller's and must live as
 * long. 0 or -errno, logged. */
int transfer_new(const struct transfer_settings *settings, struct transport *transport,
		 const struct source *source, const struct plan *plan, struct transfer **out);
void transfer_freep(struct transfer **t);

/* One pass: the chunks of @set (NULL: all; see source_cursor_new()). The
 * control connection is watched meanwhile. @total: bytes, for the progress. Lost connections are
 * made up for by the others and by the next pass. 0 when the workers have gone through the whole
 * set; -errno (logged) when they have not. */
int transfer_pass(struct transfer *t, const struct msg_ready *ready, const uint8_t *const *set,
		  uint64_t total, struct peer *control, struct report_totals *totals);
/* The digests of a volume, indexed by chunk number, with their count; NULL for
 * a volume that is not imaged. */
const struct digest *transfer_digests(const struct transfer *t, uint32_t volume, uint64_t *count);

#endif
