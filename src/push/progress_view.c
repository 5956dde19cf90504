/* progress_view.c - see progress_view.h */
#include "push/progress_view.h"
#include "util/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

uint64_t progress_view_eta(const struct progress_view *v)
{
	if (v->done >= v->total)
		return 0;
	if (v->rate < 1)
		return UINT64_MAX;
	return (uint64_t)((double)(v->total - v->done) / v->rate) + 1;
}

static unsigned progress_view_percent(const struct progress_view *v)
{
	if (!v->total || v->done >= v->total)
		return 100;
	/* Never 100 before the end. */
	return (unsigned)((double)v->done * 100 / (double)v->total);
}

/* Adds a part to the line if all of it fits into @width columns. */
static bool progress_view_add(char *line, size_t size, unsigned width, const char *part)
{
	size_t len = strlen(line) + strlen(part);

	if (len > width || len >= size)
		return false;
	memcpy(line + strlen(line), part, strlen(part) + 1);
	return true;
}

const char *progress_view_format(const struct progress_view *v, unsigned width, char *out,
				 size_t size)
{
	char done[16], total[16], rate[16], wire[16], eta[24] = "-", part[4][128];
	double ratio = v->wire ? (double)v->done / (double)v->wire : 1;
	uint64_t left = progress_view_eta(v);

	text_size(v->done, done, sizeof(done));
	text_size(v->total, total, sizeof(total));
	text_size((uint64_t)v->rate, rate, sizeof(rate));
	text_size((uint64_t)v->wire_rate, wire, sizeof(wire));
	if (left != UINT64_MAX)
		text_duration(left, eta, sizeof(eta));
	/* The most useful first: a narrow terminal shows fewer of them. */
	snprintf(part[0], sizeof(part[0]), "%3u%%", progress_view_percent(v));
	snprintf(part[1], sizeof(part[1]), "  ETA %s  %s/s", eta, rate);
	snprintf(part[2], sizeof(part[2]), "  %s of %s", done, total);
	snprintf(part[3], sizeof(part[3]), "  wire %s/s (%.1f:1, zstd %d)  %u connections", wire,
		 ratio, v->level, v->connections);
	out[0] = '\0';
	for (int i = 0; i < 4 && progress_view_add(out, size, width, part[i]); i++)
		;
	return out;
}
