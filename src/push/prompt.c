/* prompt.c - see prompt.h */
#include "push/prompt.h"
#include "push/interrupt.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>

static int prompt_read(int tty, char *out, size_t size)
{
	size_t len = 0;
	char ch = 0;

	while (ch != '\n') {
		struct pollfd p = {.fd = tty, .events = POLLIN};
		ssize_t n;

		if (interrupt_pending())
			return -EINTR;
		if (poll(&p, 1, INTERRUPT_POLL_MS) <= 0)
			continue;
		n = read(tty, &ch, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		if (ch != '\n' && len + 1 < size)
			out[len++] = ch;
	}
	out[len] = '\0';
	return 0;
}

int prompt_line(const char *question, bool echo, char *out, size_t size)
{
	CLEANUP_FD int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios saved, quiet;
	int r;

	out[0] = '\0';
	if (tty < 0)
		return -ENOTTY;
	if (tcgetattr(tty, &saved) < 0)
		return -ENOTTY;
	quiet = saved;
	quiet.c_lflag |= ICANON;
	if (!echo)
		quiet.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0)
		return -errno;
	r = io_write_full(tty, question, strlen(question));
	if (!r)
		r = prompt_read(tty, out, size);
	tcsetattr(tty, TCSAFLUSH, &saved);
	if (!echo)
		io_write_full(tty, "\n", 1);
	return r;
}
