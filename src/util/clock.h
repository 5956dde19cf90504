/* clock.h - a clock for limits and durations, which nobody sets
 */
#ifndef P2V_UTIL_CLOCK_H
#define P2V_UTIL_CLOCK_H

/* CLOCK_MONOTONIC in milliseconds. */
long long clock_ms(void);

#endif
