/* test-progress.c - the progress line fits its terminal and tells the truth */
#include "push/progress.h"
#include "tap.h"

static const struct progress_view half = {
	.total = 2147483648u,
	.done = 1073741824u,
	.wire = 536870912u,
	.rate = 104857600.0,
	.wire_rate = 52428800.0,
	.connections = 4,
	.level = -1,
};

static void test_the_whole_line(void)
{
	char line[256];

	TAP_STR(progress_view_format(&half, 200, line, sizeof(line)),
		" 50%  ETA 11s  100 MiB/s  1.0 GiB of 2.0 GiB  "
		"wire 50 MiB/s (2.0:1, zstd -1)  4 connections");
}

static void test_fits_every_width(void)
{
	char line[256];
	size_t last = 0;

	for (unsigned width = 0; width < 200; width++) {
		progress_view_format(&half, width, line, sizeof(line));
		TAP_OK(strlen(line) <= width);
		TAP_OK(strlen(line) >= last);
		last = strlen(line);
	}
	progress_view_format(&half, 30, line, sizeof(line));
	TAP_STR(line, " 50%  ETA 11s  100 MiB/s");
	progress_view_format(&half, 6, line, sizeof(line));
	TAP_STR(line, " 50%");
	progress_view_format(&half, 3, line, sizeof(line));
	TAP_STR(line, "");
}

static void test_small_buffer(void)
{
	char line[8];

	TAP_STR(progress_view_format(&half, 200, line, sizeof(line)), " 50%");
}

static void test_never_done_before_the_end(void)
{
	struct progress_view v = half;
	char line[256];

	v.done = v.total - 1;
	TAP_HAS(progress_view_format(&v, 200, line, sizeof(line)), " 99%");
	v.done = v.total;
	TAP_HAS(progress_view_format(&v, 200, line, sizeof(line)), "100%");
	v.done = v.total + 5;
	TAP_HAS(progress_view_format(&v, 200, line, sizeof(line)), "100%");
	TAP_INT(progress_view_eta(&v), 0);
}

static void test_nothing_to_do(void)
{
	struct progress_view v = {0};
	char line[256];

	TAP_HAS(progress_view_format(&v, 200, line, sizeof(line)), "100%");
}

static void test_unknown_rate(void)
{
	struct progress_view v = half;
	char line[256];

	v.rate = 0;
	TAP_OK(progress_view_eta(&v) == UINT64_MAX);
	TAP_HAS(progress_view_format(&v, 200, line, sizeof(line)), "ETA -");
}

int main(void)
{
	TAP_RUN(test_the_whole_line);
	TAP_RUN(test_fits_every_width);
	TAP_RUN(test_small_buffer);
	TAP_RUN(test_never_done_before_the_end);
	TAP_RUN(test_nothing_to_do);
	TAP_RUN(test_unknown_rate);
	return tap_done();
}
