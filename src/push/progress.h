/* progress.h - how far the transfer is: a line on a terminal, or JSON lines
 */
#ifndef P2V_PUSH_PROGRESS_H
#define P2V_PUSH_PROGRESS_H

#include "push/progress_view.h"

#include <stdint.h>

struct progress {
	struct progress_view view;
	long long drawn;  /* ms; when the last line was shown */
	long long sample; /* ms; when the rates were last taken */
	uint64_t sample_done, sample_wire;
};

void progress_start(struct progress *p, uint64_t total, unsigned connections, long long now_ms);
/* Called often; shows a line at most 5 times a second on a terminal, every
 * 10 s elsewhere, and a JSON event every second. */
void progress_tick(struct progress *p, uint64_t done, uint64_t wire, int level, long long now_ms);
/* The last state, and the terminal's line taken away. */
void progress_end(struct progress *p, uint64_t done, uint64_t wire, long long now_ms);

#endif
