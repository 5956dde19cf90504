/* power.c - see power.h */
#include "kexec/power.h"
#include "kexec/kexec.h"
#include "util/log.h"
#include "util/run.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/vfs.h>
#include <unistd.h>

#define POWER_WAIT 300u /* seconds that the services may take */

const char *power_name(enum power_mode mode)
{
	return mode == POWER_REBOOT ? "reboot" : "poweroff";
}

static bool power_root_in_ram(void)
{
	struct statfs fs;

	return statfs("/", &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* The end has only been asked for; we are ended with everything else. */
static int power_wait(enum power_mode mode)
{
	for (unsigned i = 0; i < POWER_WAIT; i++)
		sleep(1);
	log_error("%s: nothing happened in %u seconds", power_name(mode), POWER_WAIT);
	return -ETIMEDOUT;
}

int power_end(enum power_mode mode)
{
	const char *const by_systemd[] = {"systemctl", power_name(mode), NULL};
	const char *const by_init[] = {power_name(mode), NULL};
	const struct run_options options = {.timeout = 120};
	bool systemd = access("/run/systemd/system", F_OK) == 0;
	int r;

	if (geteuid()) {
		log_error("%s: only root can do this", power_name(mode));
		return -EPERM;
	}
	kexec_unload();
	sync();
	if (systemd || !power_root_in_ram()) {
		r = run_or_log("the end of this system", systemd ? by_systemd : by_init, &options);
		return r < 0 ? r : power_wait(mode);
	}
	r = reboot(mode == POWER_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF) < 0 ? -errno : -EIO;
	log_error("%s: %s", power_name(mode), strerror(-r));
	return r;
}
