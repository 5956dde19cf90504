/* progress.c - see progress.h */
#include "push/progress.h"
#include "push/console.h"
#include "push/report.h"
#include "util/log.h"

#define PROGRESS_TERMINAL_MS 200
#define PROGRESS_PLAIN_MS    10000
#define PROGRESS_SAMPLE_MS   1000

void progress_start(struct progress *p, uint64_t total, unsigned connections, long long now_ms)
{
	*p = (struct progress){.view = {.total = total, .connections = connections},
			       .drawn = now_ms,
			       .sample = now_ms};
}

static void progress_sample(struct progress *p, long long now_ms)
{
	double seconds = (double)(now_ms - p->sample) / 1000;
	double rate, wire_rate;

	if (now_ms - p->sample < PROGRESS_SAMPLE_MS)
		return;
	rate = (double)(p->view.done - p->sample_done) / seconds;
	wire_rate = (double)(p->view.wire - p->sample_wire) / seconds;
	/* Smoothed over about five seconds; the first value as it is. */
	p->view.rate = p->view.rate > 0 ? 0.8 * p->view.rate + 0.2 * rate : rate;
	p->view.wire_rate =
		p->view.wire_rate > 0 ? 0.8 * p->view.wire_rate + 0.2 * wire_rate : wire_rate;
	p->sample = now_ms;
	p->sample_done = p->view.done;
	p->sample_wire = p->view.wire;
	report_progress(&p->view);
}

void progress_tick(struct progress *p, uint64_t done, uint64_t wire, int level, long long now_ms)
{
	unsigned width = console_width();
	char line[256];

	p->view.done = done;
	p->view.wire = wire;
	p->view.level = level;
	progress_sample(p, now_ms);
	if (now_ms - p->drawn < (width ? PROGRESS_TERMINAL_MS : PROGRESS_PLAIN_MS))
		return;
	p->drawn = now_ms;
	/* The last column stays free: some terminals wrap when it is written. */
	progress_view_format(&p->view, width ? width - 1 : 250, line, sizeof(line));
	if (width)
		console_status(line);
	else
		log_info("%s", line);
}

void progress_end(struct progress *p, uint64_t done, uint64_t wire, long long now_ms)
{
	p->view.done = done;
	p->view.wire = wire;
	progress_sample(p, now_ms);
	if (console_width())
		console_status("");
	report_progress(&p->view);
}
