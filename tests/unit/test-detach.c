/* test-detach.c - what outlives a session has left it before the session ends
 *
 * The process that leaves is delayed before its first step, where the hang-up of its
 * terminal would kill it if its parent did not wait: signal() is this file's own.
 */
#include "tap.h"
#include "util/cleanup.h"
#include "util/detach.h"
#include "util/log.h"
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DELAY_US 700000

static unsigned delay_us;
static bool fail_setsid;
static char said[512];

/* These two in the place of the C library's, for this whole program. */
__sighandler_t signal(int number, __sighandler_t handler)
{
	struct sigaction new = {.sa_handler = handler}, old;

	if (delay_us)
		usleep(delay_us);
	delay_us = 0;
	return sigaction(number, &new, &old) < 0 ? SIG_ERR : old.sa_handler;
}

pid_t setsid(void)
{
	if (fail_setsid) {
		errno = EPERM;
		return -1;
	}
	return (pid_t)syscall(SYS_setsid);
}

static void keep(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	snprintf(said, sizeof(said), "%s", text);
}

/* What the detached process finds, written into a file: everything else of it is gone. */
static int report(void *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600), tty = open("/dev/tty", O_RDWR);
	struct stat st, null;
	bool own = getsid(0) == getpid(), plain = true;
	struct sigaction hup;

	if (fd < 0 || stat("/dev/null", &null) < 0)
		return 3;
	for (int i = 0; i < 3; i++)
		plain = plain && !fstat(i, &st) && st.st_rdev == null.st_rdev;
	for (int i = 3; i < 64; i++)
		plain = plain && (i == fd || i == tty || fcntl(i, F_GETFD) < 0);
	sigaction(SIGHUP, NULL, &hup);
	dprintf(fd, "%s %s %s %s\n", own ? "own-session" : "session", tty < 0 ? "no-tty" : "tty",
		plain ? "no-files" : "files", hup.sa_handler == SIG_IGN ? "deaf" : "hears");
	return 0;
}

static void read_report(const char *path, char *text, size_t size)
{
	text[0] = '\0';
	for (int i = 0; i < 100 && !text[0]; i++) {
		CLEANUP_FD int fd = open(path, O_RDONLY);
		ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

		text[n > 0 ? n : 0] = '\0';
		usleep(50000);
	}
}

static char *fresh_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/p2v-test-detach.%d", getpid());
	unlink(path);
	return path;
}

/* A session with a terminal, as sshd makes one: its leader starts the process and ends
 * at once, which hangs the terminal up. */
static void lead_session(const char *slave, void *path)
{
	int fd;

	syscall(SYS_setsid);
	fd = open(slave, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		_exit(9);
	dup2(fd, 0);
	_exit(detach_run(report, path) > 0 ? 0 : 8);
}

static void run_session(unsigned delay, char *text, size_t size)
{
	CLEANUP_FD int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char *path = fresh_path();
	int status = -1;
	pid_t pid;

	TAP_OK(master >= 0 && !grantpt(master) && !unlockpt(master));
	delay_us = delay;
	pid = fork();
	if (!pid)
		lead_session(ptsname(master), path);
	TAP_OK(waitpid(pid, &status, 0) == pid);
	delay_us = 0;
	TAP_INT(status, 0);
	read_report(path, text, size);
	unlink(path);
}

static void test_leaves_everything_of_the_session(void)
{
	char text[128];

	run_session(0, text, sizeof(text));
	TAP_STR(text, "own-session no-tty no-files deaf\n");
}

static void test_a_slow_one_is_waited_for(void)
{
	char text[128];

	run_session(DELAY_US, text, sizeof(text));
	TAP_STR(text, "own-session no-tty no-files deaf\n");
}

static int seven(void *ctx)
{
	(void)ctx;
	return 7;
}

static void test_status_is_the_functions(void)
{
	int status = -1;
	pid_t pid = detach_run(seven, NULL);

	TAP_OK(pid > 0);
	TAP_OK(waitpid(pid, &status, 0) == pid);
	TAP_OK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void test_one_that_cannot_leave_does_not_run(void)
{
	char *path = fresh_path();

	fail_setsid = true;
	TAP_INT(detach_run(report, path), -ECHILD);
	fail_setsid = false;
	TAP_OK(access(path, F_OK) < 0);
	TAP_HAS(said, "could not");
	TAP_OK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void test_parent_and_name(void)
{
	char name[PROCESS_NAME_LEN];
	pid_t pid;

	TAP_INT(process_parent(getpid(), name), getppid());
	TAP_STR(name, "test-detach");
	TAP_INT(process_parent(-1, name), 0);
	TAP_STR(name, "");
	pid = fork();
	if (!pid)
		_exit(0);
	/* A zombie still counts: its parent has not heard of its end. */
	waitpid(pid, NULL, 0);
	process_wait_gone(pid, 60000);
	TAP_INT(kill(pid, 0), -1);
}

int main(void)
{
	log_set_sink(keep, NULL);
	TAP_RUN(test_leaves_everything_of_the_session);
	TAP_RUN(test_a_slow_one_is_waited_for);
	TAP_RUN(test_status_is_the_functions);
	TAP_RUN(test_one_that_cannot_leave_does_not_run);
	TAP_RUN(test_parent_and_name);
	return tap_done();
}
