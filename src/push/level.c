/* level.c - see level.h
 *
 * Workers that spend most of their time waiting in writes have a link that is
 * the limit, and a higher level may get more data through; workers that hardly
 * wait are short of CPU, and a lower one may. Whether it does is measured,
 * because a slow target disk blocks the writes just as a slow link does, and
 * sending more bytes costs CPU as well: a step that did not bring more data
 * through is taken back, and the next one waits longer.
 */
#include "push/level.h"

static const int level_ladder[] = {0, -3, -1, 1, 3, 5, 7, 9};

#define LEVEL_START     2u
#define LEVEL_TOP       (sizeof(level_ladder) / sizeof(level_ladder[0]) - 1)
#define LEVEL_HOLD      4u
#define LEVEL_HOLD_MAX  32u
#define LEVEL_BACKED_UP 0.50 /* share of the workers' time */
#define LEVEL_IDLE      0.25
#define LEVEL_GAIN      1.03 /* a trial must bring this much */

void level_start(struct level *l)
{
	*l = (struct level){.step = LEVEL_START, .next_hold = LEVEL_HOLD};
}

int level_value(const struct level *l)
{
	return level_ladder[l->step];
}

/* Was the trial worth it? */
static void level_judge(struct level *l, double rate)
{
	l->trial = false;
	if (rate >= l->before * LEVEL_GAIN) {
		l->next_hold = LEVEL_HOLD;
		return;
	}
	l->step = l->back;
	l->hold = l->next_hold;
	if (l->next_hold < LEVEL_HOLD_MAX)
		l->next_hold *= 2;
}

static void level_try(struct level *l, unsigned step, double rate)
{
	l->back = l->step;
	l->step = step;
	l->before = rate;
	l->trial = true;
}

int level_update(struct level *l, const struct level_window *w)
{
	double rate, blocked;

	if (!w->wall_ns || !w->worker_ns || !w->data_bytes)
		return level_value(l);
	rate = (double)w->data_bytes / (double)w->wall_ns;
	blocked = (double)w->blocked_ns / (double)w->worker_ns;
	if (l->trial) {
		level_judge(l, rate);
		return level_value(l);
	}
	if (l->hold) {
		l->hold--;
		return level_value(l);
	}
	if (blocked > LEVEL_BACKED_UP && l->step < LEVEL_TOP)
		level_try(l, l->step + 1, rate);
	else if (blocked < LEVEL_IDLE && l->step)
		level_try(l, l->step - 1, rate);
	return level_value(l);
}

unsigned level_skip(unsigned in_row)
{
	/* One miss may be chance; then 1, 2, 4, up to 16 chunks. */
	if (in_row < 2)
		return 0;
	return in_row < 6 ? 1u << (in_row - 2) : 16;
}
