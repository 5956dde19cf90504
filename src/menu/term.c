/* term.c - see term.h */
#include "menu/term.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define TERM_PATIENCE_MS 500 /* with a terminal that takes no more output */

/* A screen of its own where the terminal has two, no cursor; and back. The
 * Linux console and the VT100 have one, which is cleared. */
static const char term_enter[] = "\033[?1049h\033[0m\033[2J";
static const char term_exit[] = "\033[0m\033[H\033[2J\033[?25h\033[?1049l";

bool term_capable(int in, int out, const char *name)
{
	if (!name || !*name || !strcmp(name, "dumb") || !strcmp(name, "unknown"))
		return false;
	return isatty(in) && isatty(out);
}

/* Output without waiting: a serial line whose other side does not take anything
 * must not stop the countdown. The flag would be everybody's who shares the
 * descriptor, so the terminal is opened once more. */
static int term_open_out(int out)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = fcntl(out, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

void term_write(struct term *t, const char *text, size_t len)
{
	while (len) {
		struct pollfd p = {.fd = t->out, .events = POLLOUT};
		ssize_t n = write(t->out, text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			break;
		} else if (poll(&p, 1, TERM_PATIENCE_MS) == 0) {
			break;
		}
	}
	if (len)
		term_forget(t);
}

static int term_enter_raw(struct term *t)
{
	struct termios raw = t->saved;

	/* ISIG stays: ^C, ^\ and ^Z come as signals. */
	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | IXOFF);
	raw.c_iflag |= IGNBRK;
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(t->in, TCSANOW, &raw) < 0)
		return -errno;
	t->raw = true;
	/* What was typed before the menu could be seen was not meant for it. */
	tcflush(t->in, TCIFLUSH);
	term_write(t, term_enter, strlen(term_enter));
	term_forget(t);
	return 0;
}

static void term_leave_raw(struct term *t)
{
	if (!t->raw)
		return;
	term_write(t, term_exit, strlen(term_exit));
	tcsetattr(t->in, TCSANOW, &t->saved);
	t->raw = false;
}

static int term_catch_signals(struct term *t, bool screen)
{
	static const int always[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		sigaddset(&set, always[i]);
	if (screen) {
		sigaddset(&set, SIGWINCH);
		sigaddset(&set, SIGTSTP);
	}
	if (sigprocmask(SIG_BLOCK, &set, &t->mask) < 0)
		return -errno;
	t->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signals >= 0)
		return 0;
	sigprocmask(SIG_SETMASK, &t->mask, NULL);
	return -errno;
}

int term_open(struct term *t, int in, int out, bool screen)
{
	int r;

	*t = (struct term){.in = in, .out = -1, .signals = -1};
	if (screen && tcgetattr(in, &t->saved) < 0)
		return -errno;
	t->out = isatty(out) ? term_open_out(out) : fcntl(out, F_DUPFD_CLOEXEC, 3);
	if (t->out < 0)
		return -EBADF;
	if (screen) {
		t->next = calloc(1, sizeof(*t->next));
		if (!t->next)
			return -ENOMEM;
	}
	r = term_catch_signals(t, screen);
	return r || !screen ? r : term_enter_raw(t);
}

void term_close(struct term *t)
{
	term_leave_raw(t);
	if (t->signals >= 0) {
		close(steal_fd(&t->signals));
		sigprocmask(SIG_SETMASK, &t->mask, NULL);
	}
	if (t->out >= 0)
		close(steal_fd(&t->out));
	free(t->shown);
	free(t->next);
	t->shown = t->next = NULL;
}

void term_size(const struct term *t, unsigned *rows, unsigned *cols)
{
	struct winsize w = {0};

	if (ioctl(t->out, TIOCGWINSZ, &w) < 0)
		w = (struct winsize){0};
	*rows = w.ws_row ? w.ws_row : 24;
	*cols = w.ws_col ? w.ws_col : 80;
}

void term_forget(struct term *t)
{
	free(t->shown);
	t->shown = NULL;
}

void term_show(struct term *t)
{
	size_t len = 0;
	CLEANUP_FREE char *text = draw_update(t->shown, t->next, &len);
	struct draw_screen *old = t->shown;

	if (!text)
		return;
	t->shown = t->next;
	t->next = old ? old : calloc(1, sizeof(*t->next));
	if (!t->next) { /* out of memory: draw everything each time */
		t->next = t->shown;
		t->shown = NULL;
	}
	term_write(t, text, len);
}

/* As the shell that started us expects it. A session without one is not
 * stopped, the kernel sees to that. */
static void term_stop(struct term *t)
{
	sigset_t stop;

	term_leave_raw(t);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	term_enter_raw(t);
}

static enum term_event term_signal(struct term *t, int *signo)
{
	struct signalfd_siginfo info;

	if (read(t->signals, &info, sizeof(info)) != sizeof(info))
		return TERM_TIMEOUT;
	switch (info.ssi_signo) {
	case SIGWINCH:
		return TERM_RESIZED;
	case SIGTSTP:
		term_stop(t);
		return TERM_RESUMED;
	default:
		*signo = (int)info.ssi_signo;
		return TERM_END;
	}
}

enum term_event term_wait(struct term *t, int ms, int *signo)
{
	struct pollfd p[] = {{.fd = t->in, .events = POLLIN}, {.fd = t->signals, .events = POLLIN}};
	int n = poll(p, 2, ms);

	if (n < 0)
		return errno == EINTR ? TERM_TIMEOUT : TERM_END;
	if (p[1].revents)
		return term_signal(t, signo);
	return p[0].revents ? TERM_INPUT : TERM_TIMEOUT;
}
