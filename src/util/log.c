/* log.c - see log.h */
#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static struct {
	const char *program;
	log_sink_fn *sink;
	void *ctx;
	enum log_level level;
} log_state = {.program = "p2v", .level = LOG_LEVEL_INFO};

const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARN:
		return "warning";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "?";
}

void log_init(const char *program)
{
	log_state.program = program;
}

void log_set_sink(log_sink_fn *sink, void *ctx)
{
	log_state.sink = sink;
	log_state.ctx = ctx;
}

void log_set_level(enum log_level level)
{
	log_state.level = level;
}

static void log_to_stderr(enum log_level level, const char *text)
{
	if (level == LOG_LEVEL_INFO)
		fprintf(stderr, "%s: %s\n", log_state.program, text);
	else
		fprintf(stderr, "%s: %s: %s\n", log_state.program, log_level_name(level), text);
}

static void __attribute__((format(printf, 2, 0)))
log_at(enum log_level level, const char *fmt, va_list ap)
{
	int saved = errno;
	char text[1024];

	if (level > log_state.level)
		return;
	errno = saved; /* for %m */
	vsnprintf(text, sizeof(text), fmt, ap);
	if (log_state.sink)
		log_state.sink(log_state.ctx, level, text);
	else
		log_to_stderr(level, text);
	errno = saved;
}

#define LOG_FUNCTION(name, level) \
	void name(const char *fmt, ...) \
	{ \
		va_list ap; \
\
		va_start(ap, fmt); \
		log_at(level, fmt, ap); \
		va_end(ap); \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
