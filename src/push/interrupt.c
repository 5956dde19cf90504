/* interrupt.c - see interrupt.h */
#include "push/interrupt.h"
#include "util/clock.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t interrupt_seen;

static void interrupt_note(int signo)
{
	(void)signo;
	interrupt_seen = 1;
}

void interrupt_install(void)
{
	/* Without SA_RESTART, so that a terminal read or a sleep ends early. */
	struct sigaction note = {.sa_handler = interrupt_note, .sa_flags = SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGINT, &note, NULL);
	sigaction(SIGTERM, &note, NULL);
	sigaction(SIGHUP, &note, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool interrupt_pending(void)
{
	return interrupt_seen;
}

bool interrupt_sleep(unsigned ms)
{
	long long end = clock_ms() + ms;

	while (!interrupt_pending()) {
		long long left = end - clock_ms();
		struct timespec ts;

		if (left <= 0)
			return true;
		if (left > INTERRUPT_POLL_MS)
			left = INTERRUPT_POLL_MS;
		ts = (struct timespec){left / 1000, left % 1000 * 1000000};
		nanosleep(&ts, NULL);
	}
	return false;
}
