/* console.c - see console.h */
#include "receive/console.h"
#include "block/mounts.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void console_state(const char *fmt, ...)
{
	CLEANUP_FD int fd = -1;
	char text[800], line[900], safe[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_printable(text, safe, sizeof(safe));
	log_debug("%s", safe); /* the pusher hears it in an event */
	if (!mounts_root_in_ram())
		return;
	/* A console that nobody drains must not stop a migration. */
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	snprintf(line, sizeof(line), "p2v-receive: %s\r\n", safe);
	if (io_write_full(fd, line, strlen(line)))
		log_debug("the console accepts no more text");
}
