/* timer.c - see timer.h */
#include "menu/timer.h"

#include <time.h>

static long long timer_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

void timer_start(struct timer *t)
{
	*t = (struct timer){.second = timer_now() + 1000};
}

void timer_touch(struct timer *t)
{
	t->idle = timer_now() + TIMER_IDLE_MS;
}

int timer_left(const struct timer *t)
{
	long long left = t->second - timer_now();

	return left > 0 ? (int)left : 0;
}

bool timer_second(struct timer *t)
{
	if (timer_left(t))
		return false;
	/* Not the sum of many when the machine has been busy: an operator must
	 * see the seconds that pass. */
	t->second = timer_now() + 1000;
	return true;
}

bool timer_idle(struct timer *t)
{
	if (!t->idle || timer_now() < t->idle)
		return false;
	t->idle = 0;
	return true;
}
