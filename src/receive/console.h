/* console.h - what state the target is in, on its own console
 *
 * Whoever stands before a machine that is being overwritten must be able to
 * read what goes on. Only a bootstrap system in RAM writes there: on any other
 * machine the console belongs to its users.
 */
#ifndef P2V_RECEIVE_CONSOLE_H
#define P2V_RECEIVE_CONSOLE_H

/* Logs the line, and writes it to /dev/console when / is in RAM. */
void console_state(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
