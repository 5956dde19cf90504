/* test-level.c - the compression level follows the link */
#include "push/level.h"
#include "tap.h"

/* A machine with one worker: zstd gets slower and smaller with each step, the
 * link takes @link bytes a second, or the target's disk takes @disk bytes of
 * data a second. */
struct model {
	double link;
	double disk;
};

static double model_cpu(int level) /* seconds for a byte */
{
	switch (level) {
	case 0:
		return 1 / 1500e6;
	case -3:
		return 1 / 900e6;
	case -1:
		return 1 / 700e6;
	case 1:
		return 1 / 500e6;
	case 3:
		return 1 / 250e6;
	case 5:
		return 1 / 120e6;
	case 7:
		return 1 / 70e6;
	default:
		return 1 / 40e6;
	}
}

static double model_ratio(int level) /* wire/data */
{
	return !level        ? 1.0
	       : level <= -3 ? 0.50
	       : level == -1 ? 0.45
	       : level <= 3  ? 0.40 - level * 0.01
			     : 0.34;
}

/* Runs @windows of 64 MiB; returns data bytes per second over the last half. */
static double model_run(const struct model *m, struct level *l, unsigned windows)
{
	double data = 64 << 20, seconds = 0;

	for (unsigned i = 0; i < windows; i++) {
		int level = level_value(l);
		double busy = data * model_cpu(level);
		double link = data * model_ratio(level) / m->link;
		double disk = m->disk > 0 ? data / m->disk : 0;
		double wall = busy > link ? busy : link;

		wall = wall > disk ? wall : disk;
		struct level_window w = {
			.wall_ns = (uint64_t)(wall * 1e9),
			.worker_ns = (uint64_t)(wall * 1e9),
			.blocked_ns = (uint64_t)((wall - busy) * 1e9),
			.data_bytes = (uint64_t)data,
		};

		level_update(l, &w);
		if (i >= windows / 2)
			seconds += wall;
	}
	return data * (windows - windows / 2) / seconds;
}

static void test_fast_link_sends_raw(void)
{
	struct model m = {.link = 10e9};
	struct level l;

	level_start(&l);
	model_run(&m, &l, 50);
	TAP_INT(level_value(&l), 0);
}

static void test_slow_link_compresses_harder(void)
{
	struct model m = {.link = 1e6};
	struct level l;
	double rate;

	level_start(&l);
	rate = model_run(&m, &l, 200);
	TAP_OK(level_value(&l) >= 3);
	/* Within a tenth of what the best level reaches. */
	TAP_OK(rate > 0.9 * 1e6 / 0.34);
}

/* A cipher that costs more than compressing: fewer bytes are less work. */
static void test_dear_bytes_are_compressed(void)
{
	struct level l;

	level_start(&l);
	for (unsigned i = 0; i < 100; i++) {
		int level = level_value(&l);
		double busy = 64e6 * (model_cpu(level) + model_ratio(level) / 500e6);
		struct level_window w = {
			.wall_ns = (uint64_t)(busy * 1e9),
			.worker_ns = (uint64_t)(busy * 1e9),
			.data_bytes = 64000000,
		};

		level_update(&l, &w);
	}
	TAP_OK(level_value(&l) < 0);
}

static void test_slow_target_does_not_raise_the_level(void)
{
	struct model m = {.link = 10e9, .disk = 50e6};
	struct level l;
	unsigned high = 0;

	level_start(&l);
	for (unsigned i = 0; i < 400; i++) {
		model_run(&m, &l, 1);
		high += level_value(&l) > 1;
	}
	/* It is tried again now and then, more and more rarely. */
	TAP_OK(high < 20);
	TAP_OK(level_value(&l) <= 1);
}

static void test_comes_down_again(void)
{
	struct model slow = {.link = 1e6}, fast = {.link = 10e9};
	struct level l;

	level_start(&l);
	model_run(&slow, &l, 100);
	TAP_OK(level_value(&l) >= 3);
	model_run(&fast, &l, 20);
	TAP_INT(level_value(&l), 0);
}

static void test_empty_window_changes_nothing(void)
{
	struct level_window none = {0};
	struct level l;
	int before;

	level_start(&l);
	before = level_value(&l);
	TAP_INT(level_update(&l, &none), before);
}

static void test_skip_grows_and_ends(void)
{
	TAP_INT(level_skip(0), 0);
	TAP_INT(level_skip(1), 0);
	TAP_INT(level_skip(2), 1);
	TAP_INT(level_skip(3), 2);
	TAP_INT(level_skip(6), 16);
	TAP_INT(level_skip(1000000), 16);
}

int main(void)
{
	TAP_RUN(test_fast_link_sends_raw);
	TAP_RUN(test_slow_link_compresses_harder);
	TAP_RUN(test_dear_bytes_are_compressed);
	TAP_RUN(test_slow_target_does_not_raise_the_level);
	TAP_RUN(test_comes_down_again);
	TAP_RUN(test_empty_window_changes_nothing);
	TAP_RUN(test_skip_grows_and_ends);
	return tap_done();
}
