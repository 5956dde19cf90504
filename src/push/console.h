/* console.h - where everything that p2v-push says goes: stdout, stderr, --log
 *
 * Log messages go to stderr (debug ones only with --verbose) and to the log
 * file, tables for people and JSON lines to stdout. The progress line at the
 * bottom of a terminal is kept out of their way.
 */
#ifndef P2V_PUSH_CONSOLE_H
#define P2V_PUSH_CONSOLE_H

#include <stdbool.h>

/* Installs the log sink. @log_path: NULL for none. 0 or -errno, logged. */
int console_open(const char *log_path, bool verbose, bool json);
void console_close(void);
/* False once something that belongs on stdout could not be written. */
bool console_ok(void);

/* A line for people on stdout (not with --json) and in the log. */
void console_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A finished JSON document for stdout (with --json) and the log. */
void console_json(const char *line);

/* The terminal on stderr: its columns, or 0 when it is none. */
unsigned console_width(void);
/* Replaces the progress line; "" takes it away. Only for terminals. */
void console_status(const char *line);

#endif
