/* leave.c - see leave.h: who does it, and how the caller gets away */
#include "kexec/leave.h"
#include "kexec/kexec.h"
#include "kexec/leave_stop.h"
#include "kexec/watchdog.h"
#include "util/cleanup.h"
#include "util/detach.h"
#include "util/log.h"
#include "util/process.h"
#include "util/run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* The peer hears how it went, then hangs up, and the session's process ends. Somebody
 * who goes on typing there does not hold the machine up. */
#define LEAVE_SESSION_MS 5000u
#define LEAVE_WAIT       300u /* seconds until an init system must have ended us */

enum leave_who {
	LEAVE_BY_SYSTEMD,
	LEAVE_BY_INIT,
	LEAVE_BY_HAND,
};

/* What the process that has left the session needs to know. */
struct leave_job {
	enum leave_mode mode;
	enum leave_who who;
	pid_t session; /* ends with the session of whoever asked; 0: that is a console */
	struct leave_keep keep;
};

const char *leave_mode_name(enum leave_mode mode)
{
	static const char *const names[] = {
		[LEAVE_KEXEC] = "kexec",
		[LEAVE_REBOOT] = "reboot",
		[LEAVE_POWEROFF] = "poweroff",
	};

	return names[mode];
}

/* A unit of systemd's own does it: a process of ours could be ended with the session
 * before it comes to it (logind's KillUserProcesses). Without default dependencies,
 * so that it can start before the machine is up. */
static int leave_by_unit(const struct leave_job *job)
{
	static const char script[] =
		"i=0; while kill -0 \"$1\" 2>/dev/null && [ \"$i\" -lt \"$2\" ]; "
		"do sleep 1; i=$((i + 1)); done; exec systemctl \"$0\"";
	char pid[16], seconds[16];
	const char *const argv[] = {
		"systemd-run", "--quiet", "--collect", "--property=DefaultDependencies=no",
		"/bin/sh",     "-c",      script,      leave_mode_name(job->mode),
		pid,           seconds,   NULL};
	const struct run_options options = {.timeout = 120};
	CLEANUP(run_result_release) struct run_result res = {0};
	int r;

	snprintf(pid, sizeof(pid), "%d", job->session ? job->session : getpid());
	snprintf(seconds, sizeof(seconds), "%u", job->session ? LEAVE_SESSION_MS / 1000u : 1u);
	r = run_program(argv, &options, &res);
	return r < 0 ? r : res.status ? -EIO : 0;
}

/* Who has masked the unit does not want it; a systemd that lacks it (a small one in
 * an initramfs) leaves it to us. 0, 1: it cannot, -errno. */
static int leave_ask_systemd(enum leave_mode mode)
{
	char unit[32];
	const char *const argv[] = {"systemctl", "show", "--property=LoadState",
				    "--value",   unit,   NULL};
	const struct run_options options = {.timeout = 60};
	CLEANUP(run_result_release) struct run_result res = {0};

	snprintf(unit, sizeof(unit), "%s.target", leave_mode_name(mode));
	if (run_program(argv, &options, &res) < 0 || res.status)
		return 0; /* the attempt itself will tell */
	if (!strncmp(res.out, "masked", 6)) {
		log_error("systemd's %s is masked: systemctl unmask %s", unit, unit);
		return -EPERM;
	}
	return !strncmp(res.out, "not-found", 9);
}

static bool leave_root_in_ram(void)
{
	struct statfs fs;

	return statfs("/", &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* 0 and *@who, or -errno. */
static int leave_choose(enum leave_mode mode, enum leave_who *who)
{
	if (access("/run/systemd/system", F_OK) == 0) {
		int r = leave_ask_systemd(mode);

		*who = r ? LEAVE_BY_HAND : LEAVE_BY_SYSTEMD;
		return r < 0 ? r : 0;
	}
	/* No init system knows of kernels that are loaded. */
	*who = mode == LEAVE_KEXEC || leave_root_in_ram() ? LEAVE_BY_HAND : LEAVE_BY_INIT;
	return 0;
}

/* The console, since whoever asked is gone. */
static void leave_say(void *ctx, enum log_level level, const char *text)
{
	CLEANUP_FD int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	(void)ctx;
	if (fd >= 0)
		dprintf(fd, "p2v: %s%s\r\n", level == LOG_LEVEL_ERROR ? "error: " : "", text);
}

/* The end has only been asked for; we are ended with everything else. */
static int leave_by_program(const struct leave_job *job)
{
	const char *const systemctl[] = {"systemctl", leave_mode_name(job->mode), NULL};
	const char *const init[] = {leave_mode_name(job->mode), NULL};
	const struct run_options options = {.timeout = 120};
	int r = run_or_log("stopping this system", job->who == LEAVE_BY_SYSTEMD ? systemctl : init,
			   &options);

	for (unsigned i = 0; i < LEAVE_WAIT && !r; i++)
		sleep(1);
	if (!r)
		log_error("%s: nothing happened in %u seconds", leave_mode_name(job->mode),
			  LEAVE_WAIT);
	return r ? r : -ETIMEDOUT;
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
static int leave_execute(enum leave_mode mode)
{
	int r = 0;

	if (mode == LEAVE_KEXEC) {
		log_info("starting the new kernel");
		r = kexec_execute();
		log_error("the new kernel did not start (%s): rebooting instead", strerror(-r));
		/* With a kernel loaded, some firmware drivers behave as for a kexec. */
		kexec_unload();
	}
	log_info(mode == LEAVE_POWEROFF ? "powering off" : "rebooting");
	if (reboot(mode == LEAVE_POWEROFF ? RB_POWER_OFF : RB_AUTOBOOT) < 0)
		r = -errno;
	log_error("the machine cannot be restarted (%s): do it by hand", strerror(-r));
	return r;
}

static int leave_by_hand(const struct leave_job *job)
{
	leave_private_mounts();
	log_info("stopping everything: %s", leave_mode_name(job->mode));
	leave_stop_processes(&job->keep);
	leave_stop_swap();
	leave_stop_mounts();
	leave_stop_volumes();
	leave_stop_caches();
	watchdog_disarm_all();
	return leave_execute(job->mode);
}

/* In the process that has left the session. */
static int leave_run(void *ctx)
{
	const struct leave_job *job = ctx;

	log_set_sink(leave_say, NULL);
	if (job->session)
		process_wait_gone(job->session, LEAVE_SESSION_MS);
	return (job->who == LEAVE_BY_HAND ? leave_by_hand(job) : leave_by_program(job)) < 0;
}

static int leave_detached(struct leave_job *job)
{
	int status;
	pid_t pid;

	/* At a console, process 1 may be waiting for us to go on with something. */
	leave_keep_ancestors(&job->keep, !job->session);
	pid = detach_run(leave_run, job);
	if (pid < 0)
		return pid;
	if (job->session)
		return 0;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	log_error("%s: this system keeps running; its console has the reason",
		  leave_mode_name(job->mode));
	return -EIO;
}

int leave_machine(enum leave_mode mode, bool server)
{
	struct leave_job job = {.mode = mode, .session = process_ssh_server()};
	bool ssh = job.session;
	int r;

	if (geteuid()) {
		log_error("%s: only root can do this", leave_mode_name(mode));
		return -EPERM;
	}
	if (mode == LEAVE_KEXEC && !kexec_is_loaded()) {
		log_error("no kernel is loaded");
		return -EINVAL;
	}
	r = leave_choose(mode, &job.who);
	if (r < 0)
		return r;
	if (mode != LEAVE_KEXEC)
		kexec_unload();
	sync();
	log_info("this system is being stopped%s%s%s%s%s",
		 mode == LEAVE_KEXEC ? " and the new kernel started" : "",
		 job.who == LEAVE_BY_SYSTEMD ? " (systemctl " : "",
		 job.who == LEAVE_BY_SYSTEMD ? leave_mode_name(mode) : "",
		 job.who == LEAVE_BY_SYSTEMD ? ")" : "", ssh ? "; this connection ends now" : "");
	if (server && !ssh)
		job.session = getpid();
	if (job.who == LEAVE_BY_SYSTEMD && !leave_by_unit(&job))
		return 0;
	return leave_detached(&job);
}
