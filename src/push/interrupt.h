/* interrupt.h - SIGINT, SIGTERM and SIGHUP as a question that loops ask
 *
 * The first signal asks for an orderly end: every wait in the program looks
 * here at least twice a second. The second one ends the program at once
 * (a frozen file system is then thawed by its watchdog).
 */
#ifndef P2V_PUSH_INTERRUPT_H
#define P2V_PUSH_INTERRUPT_H

#include <stdbool.h>

#define INTERRUPT_POLL_MS 500

/* Also ignores SIGPIPE. */
void interrupt_install(void);
bool interrupt_pending(void);
/* Sleeps; false when interrupted. */
bool interrupt_sleep(unsigned ms);

#endif
