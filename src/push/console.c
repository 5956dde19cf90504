/* console.c - see console.h */
#include "push/console.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

struct console_out {
	int fd;
	bool failed;
};

static struct {
	pthread_mutex_t lock;
	struct console_out out, err, log;
	bool verbose, json;
	char status[512];
} console = {
	.lock = PTHREAD_MUTEX_INITIALIZER, .out = {.fd = 1}, .err = {.fd = 2}, .log = {.fd = -1}};

static void console_puts(struct console_out *o, const char *text)
{
	if (o->fd >= 0)
		o->failed |= io_write_full(o->fd, text, strlen(text)) < 0;
}

/* A line in the log has the time before it. */
static void console_log_line(const char *level, const char *text)
{
	char line[1200], when[32];
	struct timespec ts;
	struct tm tm;

	if (console.log.fd < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(line, sizeof(line), "%s.%03ld %-7s %s\n", when, ts.tv_nsec / 1000000, level, text);
	console_puts(&console.log, line);
}

static void console_clear_status(void)
{
	if (console.status[0])
		console_puts(&console.err, "\r\033[K");
}

static void console_draw_status(void)
{
	if (console.status[0])
		console_puts(&console.err, console.status);
}

static void console_sink(void *ctx, enum log_level level, const char *text)
{
	char line[1200];

	(void)ctx;
	pthread_mutex_lock(&console.lock);
	console_log_line(log_level_name(level), text);
	if (level != LOG_LEVEL_DEBUG || console.verbose) {
		bool plain = level == LOG_LEVEL_INFO;

		snprintf(line, sizeof(line), "p2v-push: %s%s%s\n",
			 plain ? "" : log_level_name(level), plain ? "" : ": ", text);
		console_clear_status();
		console_puts(&console.err, line);
		console_draw_status();
	}
	pthread_mutex_unlock(&console.lock);
}

int console_open(const char *log_path, bool verbose, bool json)
{
	console.verbose = verbose;
	console.json = json;
	log_init("p2v-push");
	log_set_sink(console_sink, NULL);
	if (!log_path) {
		log_set_level(verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
		return 0;
	}
	console.log.fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (console.log.fd < 0) {
		int code = errno;

		log_error("--log: cannot write %s: %s", log_path, strerror(code));
		return -code;
	}
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("p2v-push %s begins", P2V_VERSION);
	return 0;
}

void console_close(void)
{
	console_status("");
	log_set_sink(NULL, NULL);
	if (console.log.fd >= 0)
		close(steal_fd(&console.log.fd));
}

bool console_ok(void)
{
	return !console.out.failed;
}

void console_say(const char *fmt, ...)
{
	char line[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&console.lock);
	console_log_line("", line);
	if (!console.json) {
		strcat(line, "\n");
		console_clear_status();
		console_puts(&console.out, line);
		console_draw_status();
	}
	pthread_mutex_unlock(&console.lock);
}

void console_json(const char *line)
{
	if (!console.json)
		return;
	pthread_mutex_lock(&console.lock);
	console_puts(&console.out, line);
	console_puts(&console.out, "\n");
	pthread_mutex_unlock(&console.lock);
}

unsigned console_width(void)
{
	struct winsize w;

	if (!isatty(2))
		return 0;
	return ioctl(2, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

void console_status(const char *line)
{
	pthread_mutex_lock(&console.lock);
	console_clear_status();
	snprintf(console.status, sizeof(console.status), "%s", line);
	console_draw_status();
	pthread_mutex_unlock(&console.lock);
}
