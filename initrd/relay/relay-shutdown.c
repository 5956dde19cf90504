/* relay-shutdown.c - the very end of a machine whose root is on the network
 *
 * p2v-relay puts this program, linked statically, as /shutdown into a tmpfs at
 * /run/initramfs. When everything has been stopped, systemd-shutdown makes that
 * tmpfs the root, moves the old one to /oldroot, and runs this in its own place,
 * as process 1, with what is to happen as the argument: "kexec", "reboot",
 * "poweroff" or "halt". Here the old root is unmounted, network block devices
 * are disconnected, and only then the machine goes on.
 *
 * What serves the root (nbd-client, iscsid) is left alive until then: systemd
 * spares such processes, and so does this.
 */
#include "kexec/watchdog.h"
#include "util/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nbd.h>
#include <linux/reboot.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define END_OLDROOT "/oldroot"
#define END_TRIES   50 /* of 0.1 s, for what still lets go of a file system */

/* To the kernel's log, so that it is on the console and in order. */
__attribute__((format(printf, 1, 2))) static void end_say(const char *format, ...)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	char text[512];
	va_list ap;
	int n = snprintf(text, sizeof(text), "<5>p2v-relay: ");

	va_start(ap, format);
	vsnprintf(text + n, sizeof(text) - (size_t)n, format, ap);
	va_end(ap);
	/* Not by stdio, which seeks, and that the kernel's log refuses. */
	if (write(fd < 0 ? STDERR_FILENO : fd, text, strlen(text)) < 0 && fd >= 0)
		n = 0; /* nobody is left to be told */
	if (fd >= 0)
		close(fd);
}

/* systemd-shutdown leaves almost every signal blocked. */
static void end_reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What is open belongs to the old root, the console in its /dev as well, and
 * would keep it busy. Then everything may be said: the kernel's limit for
 * /dev/kmsg has been used up by systemd. */
static void end_let_go(void)
{
	int console = open("/dev/console", O_RDWR | O_NOCTTY), limit;

	for (int fd = 0; console >= 0 && fd < 3; fd++)
		dup2(console, fd);
	close_range(3, ~0U, 0);
	limit = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY | O_CLOEXEC);
	if (limit >= 0 && write(limit, "on\n", 3) < 0)
		end_say("printk_devkmsg: %s", strerror(errno));
	if (limit >= 0)
		close(limit);
}

/* "\040" and the like in mountinfo. */
static void end_unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* File systems with no data, which may be in use for what they like. */
static bool end_is_virtual(const char *type)
{
	static const char *const types[] = {"devtmpfs", "tmpfs", "proc", "sysfs", "devpts"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

/* The deepest mount at or below the old root: nothing is mounted on it. (The
 * list's order says little: an initramfs moves its /dev into the root.) NULL:
 * none is left. The caller frees it. */
static char *end_deepest_mount(bool *is_virtual)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *deepest = NULL;
	size_t size = 0, n = strlen(END_OLDROOT);

	if (!f)
		return NULL;
	while (getline(&line, &size, f) > 0) {
		char point[4096], type[64];
		const char *dash = strstr(line, " - ");

		if (!dash || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
		    sscanf(dash, " - %63s", type) != 1)
			continue;
		end_unescape(point);
		if (strncmp(point, END_OLDROOT, n) != 0 || (point[n] && point[n] != '/') ||
		    (deepest && strlen(point) < strlen(deepest)))
			continue;
		free(deepest);
		deepest = strdup(point);
		*is_virtual = end_is_virtual(type);
	}
	free(line);
	fclose(f);
	return deepest;
}

/* Who may hold the old root: programs are told by their command lines, which
 * the kernel's own threads have not. */
static void end_list_programs(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *d;

	while (proc && (d = readdir(proc))) {
		char path[300], line[128] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/cmdline", d->d_name);
		if (d->d_name[0] < '1' || d->d_name[0] > '9' || !strcmp(d->d_name, "1"))
			continue;
		f = fopen(path, "re");
		if (f && fgets(line, sizeof(line), f))
			end_say("process %s still runs: %s", d->d_name, line);
		if (f)
			fclose(f);
	}
	if (proc)
		closedir(proc);
}

/* Is it the end of a device's writing if not of its being mounted? */
static void end_read_only(const char *point)
{
	int error = errno;

	if (mount(NULL, point, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		end_say("%s stays mounted: %s", point, strerror(error));
	else
		end_say("%s stays mounted, read-only: %s", point, strerror(error));
}

/* Whether nothing of the old root is left. */
static bool end_unmount(void)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	bool is_virtual = false;
	char *point;

	for (int tries = 0; (point = end_deepest_mount(&is_virtual));) {
		if (umount2(point, is_virtual ? MNT_DETACH : 0) == 0) {
			end_say("unmounted %s", point);
		} else if (++tries == END_TRIES) {
			end_read_only(point);
			end_list_programs();
			free(point);
			return false;
		} else {
			nanosleep(&pause, NULL);
		}
		free(point);
	}
	return true;
}

static void end_disconnect_nbd(void)
{
	for (unsigned i = 0; i < 16; i++) {
		char path[64];
		struct stat st;
		int fd;

		/* The kernel has this file while there is a connection. */
		snprintf(path, sizeof(path), "/sys/block/nbd%u/pid", i);
		if (stat(path, &st) < 0)
			continue;
		snprintf(path, sizeof(path), "/dev/nbd%u", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0 || ioctl(fd, NBD_DISCONNECT) < 0 || ioctl(fd, NBD_CLEAR_SOCK) < 0)
			end_say("%s is still connected: %s", path, strerror(errno));
		else
			end_say("disconnected %s", path);
		if (fd >= 0)
			close(fd);
	}
}

static unsigned end_command(const char *verb)
{
	if (!strcmp(verb, "kexec"))
		return LINUX_REBOOT_CMD_KEXEC;
	if (!strcmp(verb, "poweroff"))
		return LINUX_REBOOT_CMD_POWER_OFF;
	if (!strcmp(verb, "halt"))
		return LINUX_REBOOT_CMD_HALT;
	return LINUX_REBOOT_CMD_RESTART;
}

static void end_log(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	end_say("%s", text);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "reboot";

	if (getpid() != 1) {
		fprintf(stderr,
			"p2v-relay-shutdown: to be run by systemd-shutdown, as process 1\n");
		return 1;
	}
	log_set_sink(end_log, NULL);
	end_reset_signals();
	end_let_go();
	if (chdir("/") < 0)
		end_say("chdir: %s", strerror(errno));
	end_say("the old root is let go, then: %s", verb);
	sync();
	if (end_unmount())
		end_disconnect_nbd();
	sync();
	watchdog_disarm_all();
	end_say("now: %s", verb);
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, end_command(verb), NULL);
	end_say("%s did not happen (%s), rebooting", verb, strerror(errno));
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART,
		NULL);
	for (;;)
		pause();
}
