/* watchdog.h - timers that reset a machine which nobody feeds
 *
 * Linux' Documentation/watchdog/watchdog-api.rst and watchdog-kernel-api's sysfs
 * attributes. Of the system that is started next nothing is known about whether it
 * feeds one.
 */
#ifndef P2V_KEXEC_WATCHDOG_H
#define P2V_KEXEC_WATCHDOG_H

/* Stops every watchdog that is running, or gives it the longest time that it takes,
 * and says so. Only those that run are touched: opening another would start it. */
void watchdog_disarm_all(void);

#endif
