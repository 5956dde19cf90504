/* leave.c - see leave.h: who does it, and how the caller gets away */
#include "kexec/leave.h"
#include "kexec/kexec.h"
#include "kexec/leave_stop.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEAVE_DELAY 1u /* seconds in which sshd can close the session */

static bool leave_over_ssh(void)
{
	return getenv("SSH_CONNECTION") != NULL;
}

/* A timer of systemd's own starts it: a process of ours could be ended with the
 * session before it comes to it (logind's KillUserProcesses). */
static int leave_by_timer(void)
{
	static const char *const argv[] = {"systemd-run",
					   "--quiet",
					   "--collect",
					   "--on-active=1s",
					   "--timer-property=AccuracySec=100ms",
					   "systemctl",
					   "kexec",
					   NULL};
	const struct run_options options = {.timeout = 120};
	CLEANUP(run_result_release) struct run_result res = {0};
	int r = run_program(argv, &options, &res);

	return r < 0 ? r : res.status ? -EIO : 0;
}

/* Who has masked the unit does not want it; a systemd that lacks it (a small one in
 * an initramfs) leaves it to us. 0, 1: it cannot, -errno. */
static int leave_ask_systemd(void)
{
	static const char *const argv[] = {"systemctl", "show",         "--property=LoadState",
					   "--value",   "kexec.target", NULL};
	const struct run_options options = {.timeout = 60};
	CLEANUP(run_result_release) struct run_result res = {0};

	if (run_program(argv, &options, &res) < 0 || res.status)
		return 0; /* the attempt itself will tell */
	if (!strncmp(res.out, "masked", 6)) {
		log_error("systemd's kexec.target is masked: systemctl unmask kexec.target");
		return -EPERM;
	}
	return !strncmp(res.out, "not-found", 9);
}

/* The console, since whoever asked is gone. */
static void leave_say(void *ctx, enum log_level level, const char *text)
{
	CLEANUP_FD int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	(void)ctx;
	if (fd >= 0)
		dprintf(fd, "p2v-boot: %s%s\r\n", level == LOG_LEVEL_ERROR ? "error: " : "", text);
}

/* Nothing of the session may stay open, or sshd keeps it. */
static void leave_detach(void)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	for (int s = 1; s < NSIG; s++)
		if (s != SIGCHLD)
			signal(s, SIG_IGN);
	if (chdir("/") < 0)
		log_warn("/: %m");
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	close_range(3, ~0U, 0);
	log_set_sink(leave_say, NULL);
}

static int leave_systemctl(void)
{
	static const char *const argv[] = {"systemctl", "kexec", NULL};
	const struct run_options options = {.timeout = 120};

	return run_or_log("the jump into the new kernel", argv, &options);
}

/* A scan of the disks has put us into a mount table of our own: what is to be
 * unmounted is in everybody else's. */
static void leave_private_mounts(void)
{
	CLEANUP_FD int ns = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0 || setns(ns, CLONE_NEWNS) < 0)
		log_warn("cannot see the machine's own mounts, only flush them: %m");
}

/* Does not return when the machine ends. */
static int leave_alone(const struct leave_keep *keep)
{
	int r;

	leave_private_mounts();
	log_info("stopping everything for the new kernel");
	leave_stop_processes(keep);
	leave_stop_swap();
	leave_stop_mounts();
	leave_stop_volumes();
	leave_stop_caches();
	leave_stop_watchdogs();
	log_info("starting the new kernel");
	r = kexec_execute();
	log_error("the new kernel did not start (%s): rebooting instead", strerror(-r));
	/* With a kernel loaded, some firmware drivers behave as for a kexec. */
	kexec_unload();
	reboot(RB_AUTOBOOT);
	log_error("the machine cannot be rebooted (%m): do it by hand");
	return r;
}

/* In the child. */
static void leave_child(const struct leave_keep *keep, bool systemd)
{
	leave_detach();
	if (leave_over_ssh())
		sleep(LEAVE_DELAY);
	_exit((systemd ? leave_systemctl() : leave_alone(keep)) < 0);
}

static int leave_fork(bool systemd)
{
	const bool ssh = leave_over_ssh();
	struct leave_keep keep;
	int status;
	pid_t pid;

	/* At a console, process 1 may be waiting for us to go on with something. */
	leave_keep_ancestors(&keep, !ssh);
	pid = fork();
	if (pid < 0) {
		int r = -errno;

		log_error("no process can be started for the jump: %s", strerror(-r));
		return r;
	}
	if (!pid)
		leave_child(&keep, systemd);
	if (ssh)
		return 0;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (systemd && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	log_error("the new kernel was not started");
	return -EIO;
}

int leave_by_kexec(void)
{
	bool systemd = access("/run/systemd/system", F_OK) == 0;
	int r = systemd ? leave_ask_systemd() : 0;

	if (r < 0)
		return r;
	systemd = systemd && !r;
	if (!kexec_is_loaded()) {
		log_error("no kernel is loaded");
		return -EINVAL;
	}
	log_info("this system is being stopped and the new kernel started%s%s",
		 systemd ? " (systemctl kexec)" : "",
		 leave_over_ssh() ? "; this connection ends now" : "");
	if (systemd && !leave_by_timer())
		return 0;
	return leave_fork(systemd);
}
