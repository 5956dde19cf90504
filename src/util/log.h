/* log.h - the only writer of diagnostics
 *
 * Library code says what happened here; the program's main decides where it
 * goes by installing a sink (stderr, a log file, the console, the wire). The
 * default sink writes "PROGRAM: text" to stderr. Thread-safe if the sink is.
 * errno is preserved.
 */
#ifndef P2V_UTIL_LOG_H
#define P2V_UTIL_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* @text is one line without a newline. */
typedef void log_sink_fn(void *ctx, enum log_level level, const char *text);

/* @program is borrowed for the life of the process. */
void log_init(const char *program);
/* NULL restores the default sink. */
void log_set_sink(log_sink_fn *sink, void *ctx);
/* Messages above @level are dropped (default: LOG_LEVEL_INFO). */
void log_set_level(enum log_level level);
/* "error", "warning", "info", "debug". */
const char *log_level_name(enum log_level level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
