/* cutover.c - see cutover.h */
#include "receive/cutover.h"
#include "kexec/kexec.h"
#include "receive/check.h"
#include "receive/console.h"
#include "receive/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define CUTOVER_DELAY 1u /* seconds */

enum cutover_mode cutover_choose(enum cutover_mode mode, char *text, size_t size)
{
	switch (mode) {
	case CUTOVER_NONE:
		snprintf(text, size, "the target stays in its bootstrap system");
		break;
	case CUTOVER_KEXEC:
		if (!kexec_is_loaded()) {
			snprintf(text, size,
				 "no kernel is loaded for kexec: the target reboots through its "
				 "firmware");
			return CUTOVER_REBOOT;
		}
		snprintf(text, size, "the target starts the migrated kernel by kexec");
		break;
	case CUTOVER_REBOOT:
		snprintf(text, size, "the target reboots through its firmware");
		break;
	case CUTOVER_POWEROFF:
		snprintf(text, size, "the target powers off");
		break;
	}
	return mode;
}

static void cutover_execute(enum cutover_mode mode)
{
	int r;

	/* reboot(2) does not do it. */
	sync();
	if (mode == CUTOVER_KEXEC) {
		console_state("starting the migrated kernel");
		r = kexec_execute();
		console_state("kexec failed (%s): rebooting instead", strerror(-r));
		mode = CUTOVER_REBOOT;
	}
	if (mode == CUTOVER_POWEROFF) {
		console_state("powering off");
		reboot(RB_POWER_OFF);
	} else {
		/* With a kernel loaded, some init systems would kexec it. */
		kexec_unload();
		console_state("rebooting");
		reboot(RB_AUTOBOOT);
	}
	console_state("the machine cannot be restarted (%s): do it by hand", strerror(errno));
}

/* In the second child: nothing of the connection may stay open, or sshd keeps
 * the session and with it the pusher waiting. */
static void cutover_child(enum cutover_mode mode)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (chdir("/") < 0 || null < 0)
		_exit(1);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	close_range(3, ~0U, 0);
	sleep(CUTOVER_DELAY);
	cutover_execute(mode);
	_exit(1);
}

int cutover_start(enum cutover_mode mode)
{
	pid_t pid;
	int status;

	if (mode == CUTOVER_NONE)
		return 0;
	/* The last line of defence for a machine that is not a bootstrap
	 * system: no message of any peer takes it down. */
	if (!check_cutover(mode, usage_root_in_ram()))
		return -EPERM;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		/* Twice, so that init is its parent. */
		pid = fork();
		if (pid == 0)
			cutover_child(mode);
		_exit(pid < 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}
