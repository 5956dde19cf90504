/* progress.c - see progress.h */
#include "push/progress.h"
#include "push/console.h"
#include "push/report.h"
#include "util/log.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

#define PROGRESS_TERMINAL_MS 200
#define PROGRESS_PLAIN_MS    10000
#define PROGRESS_SAMPLE_MS   1000

uint64_t progress_eta(const struct progress_view *v)
{
	if (v->done >= v->total)
		return 0;
	if (v->rate < 1)
		return UINT64_MAX;
	return (uint64_t)((double)(v->total - v->done) / v->rate) + 1;
}

static unsigned progress_percent(const struct progress_view *v)
{
	if (!v->total || v->done >= v->total)
		return 100;
	/* Never 100 before the end. */
	return (unsigned)((double)v->done * 100 / (double)v->total);
}

/* Adds a part to the line if all of it fits into @width columns. */
static bool progress_add(char *line, size_t size, unsigned width, const char *part)
{
	size_t len = strlen(line) + strlen(part);

	if (len > width || len >= size)
		return false;
	memcpy(line + strlen(line), part, strlen(part) + 1);
	return true;
}

const char *progress_format(const struct progress_view *v, unsigned width, char *out, size_t size)
{
	char done[16], total[16], rate[16], wire[16], eta[24] = "-", part[4][128];
	double ratio = v->wire ? (double)v->done / (double)v->wire : 1;
	uint64_t left = progress_eta(v);

	text_size(v->done, done, sizeof(done));
	text_size(v->total, total, sizeof(total));
	text_size((uint64_t)v->rate, rate, sizeof(rate));
	text_size((uint64_t)v->wire_rate, wire, sizeof(wire));
	if (left != UINT64_MAX)
		text_duration(left, eta, sizeof(eta));
	/* The most useful first: a narrow terminal shows fewer of them. */
	snprintf(part[0], sizeof(part[0]), "%3u%%", progress_percent(v));
	snprintf(part[1], sizeof(part[1]), "  ETA %s  %s/s", eta, rate);
	snprintf(part[2], sizeof(part[2]), "  %s of %s", done, total);
	snprintf(part[3], sizeof(part[3]), "  wire %s/s (%.1f:1, zstd %d)  %u connections", wire,
		 ratio, v->level, v->connections);
	out[0] = '\0';
	for (int i = 0; i < 4 && progress_add(out, size, width, part[i]); i++)
		;
	return out;
}

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
	progress_format(&p->view, width ? width - 1 : 250, line, sizeof(line));
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
