/* timer.h - the clock of a menu: whole seconds, and how long nobody was there
 */
#ifndef P2V_MENU_TIMER_H
#define P2V_MENU_TIMER_H

#include <stdbool.h>

/* Who has not pressed a key for so long no longer keeps other menus waiting. */
#define TIMER_IDLE_MS (10 * 60 * 1000LL)

struct timer {
	long long second; /* when the next one is over, CLOCK_MONOTONIC in ms */
	long long idle;   /* when nobody is there any more; 0: nobody is */
};

void timer_start(struct timer *t);
/* Somebody has pressed a key. */
void timer_touch(struct timer *t);
/* Until the next second is over; at least 0. */
int timer_left(const struct timer *t);
/* True once for each second that is over. */
bool timer_second(struct timer *t);
/* True once when nobody has been there for too long. */
bool timer_idle(struct timer *t);

#endif
