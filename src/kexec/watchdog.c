/* watchdog.c - see watchdog.h */
#include "kexec/watchdog.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/ioctl.h>

#define WATCHDOG_SECONDS 600 /* that one which cannot be stopped is set to */

static void watchdog_disarm(const char *name)
{
	char path[300], state[32], nowayout[8] = "0";
	int seconds = WATCHDOG_SECONDS, off = WDIOS_DISABLECARD;
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "/sys/class/watchdog/%s/state", name);
	if (io_read_line(AT_FDCWD, path, state, sizeof(state)) < 0 || strcmp(state, "active") != 0)
		return;
	snprintf(path, sizeof(path), "/sys/class/watchdog/%s/nowayout", name);
	io_read_line(AT_FDCWD, path, nowayout, sizeof(nowayout));
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		log_warn("%s is running and cannot be stopped (%m): it may reset the machine",
			 path);
		return;
	}
	if (!strcmp(nowayout, "0") && ioctl(fd, WDIOC_SETOPTIONS, &off) == 0) {
		/* V: so that closing it does not count as a crash of ours. */
		io_write_full(fd, "V", 1);
		return;
	}
	ioctl(fd, WDIOC_SETTIMEOUT, &seconds);
	ioctl(fd, WDIOC_KEEPALIVE, 0);
	io_write_full(fd, "V", 1);
	if (ioctl(fd, WDIOC_GETTIMEOUT, &seconds) == 0)
		log_warn("%s cannot be stopped; it will reset the machine in %d seconds unless the "
			 "new system serves it",
			 path, seconds);
}

void watchdog_disarm_all(void)
{
	DIR *dir = opendir("/sys/class/watchdog");
	const struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			watchdog_disarm(d->d_name);
	if (dir)
		closedir(dir);
}
