/* leave.c - see leave.h */
#include "boot/leave.h"
#include "boot/kexec.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/run.h"
#include "util/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAVE_WAIT 600u /* seconds that systemd may take for its units */

static int leave_by_systemd(void)
{
	static const char *const argv[] = {"systemctl", "kexec", NULL};
	const struct run_options options = {.timeout = 120};
	int r = run_or_log("the jump into the new kernel", argv, &options);

	if (r < 0)
		return r;
	/* It has only been queued; we are ended with everything else. */
	for (unsigned i = 0; i < LEAVE_WAIT; i++)
		sleep(1);
	log_error("systemd did not start the new kernel in %u seconds", LEAVE_WAIT);
	return -ETIMEDOUT;
}

/* Mount points in the order of mounting. */
static void leave_read_mounts(struct strv *dirs)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	const struct mntent *m;

	if (!f)
		return;
	while ((m = getmntent(f)))
		if (!strncmp(m->mnt_fsname, "/dev/", 5))
			strv_add(dirs, m->mnt_dir);
	endmntent(f);
}

/* File systems on disks, the latest first. One that is busy is at least made
 * read-only, so that it is clean. */
static void leave_unmount(void)
{
	CLEANUP(strv_release) struct strv dirs = {0};

	leave_read_mounts(&dirs);
	for (size_t i = dirs.n; i-- > 0;) {
		if (!umount2(dirs.v[i], UMOUNT_NOFOLLOW))
			continue;
		if (mount(NULL, dirs.v[i], NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
			log_warn("%s: cannot be unmounted or made read-only: %m", dirs.v[i]);
	}
}

/* A scan of the disks has put us into a mount table of our own: what is to be
 * unmounted is in everybody else's. */
static void leave_private_mounts(void)
{
	CLEANUP_FD int ns = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0 || setns(ns, CLONE_NEWNS) < 0)
		log_warn("cannot see the machine's own mounts, only flush them: %m");
}

int leave_by_kexec(void)
{
	int r;

	if (access("/run/systemd/system", F_OK) == 0)
		return leave_by_systemd();
	sync();
	leave_private_mounts();
	leave_unmount();
	sync();
	log_info("starting the new kernel");
	r = kexec_execute();
	log_error("the new kernel did not start: %s; the loaded kernel is dropped, a reboot is "
		  "safe",
		  strerror(-r));
	return r;
}
