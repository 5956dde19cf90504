/* passes.h - transfer, seal, and send again what the target does not have
 */
#ifndef P2V_PUSH_PASSES_H
#define P2V_PUSH_PASSES_H

#include "push/report.h"
#include "push/transfer.h"
#include "wire/peer.h"

#define PASSES_MAX_REPAIR 3

/* The first pass over everything and as many repairs as are needed, at most
 * PASSES_MAX_REPAIR. 0 when both ends agree on every chunk, or -errno, logged. */
int passes_run(struct transfer *t, const struct source *source, const struct plan *plan,
	       const struct msg_ready *ready, struct peer *control, struct report_totals *totals);

#endif
