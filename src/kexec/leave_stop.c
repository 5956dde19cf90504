/* leave_stop.c - see leave_stop.h */
#include "kexec/leave_stop.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/process.h"
#include "util/run.h"
#include "util/strv.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <mntent.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>

#define LEAVE_TERM_TENTHS   100u /* tenths of a second between SIGTERM and SIGKILL */
#define LEAVE_KILL_TENTHS   20u
#define LEAVE_REMOUNT_TRIES 100u /* tenths of a second for the emergency remount */
#define LEAVE_PASSES        8

static void leave_tenth(void)
{
	usleep(100000);
}

void leave_keep_ancestors(struct leave_keep *keep, bool all)
{
	*keep = (struct leave_keep){0};
	for (pid_t pid = getpid(); all && pid > 1 && keep->n < LEAVE_MAX_KEPT;
	     pid = process_parent(pid, NULL))
		keep->v[keep->n++] = pid;
}

/* Kernel threads have no program. */
static bool leave_is_ours(const struct leave_keep *keep, pid_t pid)
{
	char path[64], exe[16];
	CLEANUP_FREE char *args = NULL;

	if (pid <= 1 || pid == getpid())
		return false;
	for (size_t i = 0; i < keep->n; i++)
		if (keep->v[i] == pid)
			return false;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (readlink(path, exe, sizeof(exe)) < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	return io_read_file(AT_FDCWD, path, 1 << 20, &args, NULL) < 0 || args[0] != '@';
}

/* Sends @sig (0: only counts) to all of them; how many there are. */
static unsigned leave_signal(const struct leave_keep *keep, int sig)
{
	DIR *dir = opendir("/proc");
	const struct dirent *d;
	unsigned n = 0;
	uint64_t pid;

	while (dir && (d = readdir(dir))) {
		if (!text_to_u64(d->d_name, 2, INT32_MAX, &pid) || !leave_is_ours(keep, (pid_t)pid))
			continue;
		n++;
		kill((pid_t)pid, sig);
	}
	if (dir)
		closedir(dir);
	return n;
}

void leave_stop_processes(const struct leave_keep *keep)
{
	unsigned left = leave_signal(keep, SIGTERM);

	for (unsigned i = 0; left && i < LEAVE_TERM_TENTHS; i++) {
		leave_tenth();
		left = leave_signal(keep, 0);
	}
	if (!left)
		return;
	log_info("killing %u processes that did not end by themselves", left);
	leave_signal(keep, SIGKILL);
	for (unsigned i = 0; i < LEAVE_KILL_TENTHS && leave_signal(keep, 0); i++)
		leave_tenth();
}

void leave_stop_swap(void)
{
	CLEANUP_FREE char *text = NULL;
	char *rest, *line;

	if (io_read_file(AT_FDCWD, "/proc/swaps", 1 << 20, &text, NULL) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, " \t")] = '\0';
		if (line[0] == '/' && swapoff(line) < 0)
			log_warn("%s: swap cannot be switched off: %m", line);
	}
}

/* File systems that live in memory have nothing to save. */
static bool leave_is_virtual(const char *type)
{
	static const char *const known[] = {
		"autofs",     "binfmt_misc", "bpf",       "cgroup",   "cgroup2", "configfs",
		"debugfs",    "devpts",      "devtmpfs",  "efivarfs", "fusectl", "hugetlbfs",
		"mqueue",     "nsfs",        "proc",      "pstore",   "ramfs",   "rootfs",
		"rpc_pipefs", "securityfs",  "selinuxfs", "sysfs",    "tmpfs",   "tracefs",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(type, known[i]))
			return true;
	return false;
}

static bool leave_is_remote(const char *type)
{
	return !strncmp(type, "nfs", 3) || !strcmp(type, "cifs") || !strcmp(type, "smb3") ||
	       !strcmp(type, "ceph");
}

enum leave_which {
	LEAVE_ALL,
	LEAVE_WRITABLE,
	LEAVE_ON_DISKS, /* and writable: what the emergency remount can reach */
};

/* Mount points in the order of mounting. */
static void leave_read_mounts(struct strv *dirs, enum leave_which which)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	const struct mntent *m;

	if (!f)
		return;
	while ((m = getmntent(f))) {
		if (leave_is_virtual(m->mnt_type) || (which != LEAVE_ALL && !hasmntopt(m, "rw")))
			continue;
		if (which == LEAVE_ON_DISKS && strncmp(m->mnt_fsname, "/dev/", 5) != 0)
			continue;
		/* One whose server is gone would hang us. */
		if (leave_is_remote(m->mnt_type))
			umount2(m->mnt_dir, MNT_FORCE);
		strv_add(dirs, m->mnt_dir);
	}
	endmntent(f);
}

/* One round, the latest first; true when something went. */
static bool leave_unmount_round(void)
{
	CLEANUP(strv_release) struct strv dirs = {0};
	bool some = false;

	leave_read_mounts(&dirs, LEAVE_ALL);
	for (size_t i = dirs.n; i-- > 0;)
		some |= umount2(dirs.v[i], UMOUNT_NOFOLLOW) == 0;
	return some;
}

static size_t leave_count_writable(void)
{
	CLEANUP(strv_release) struct strv dirs = {0};

	leave_read_mounts(&dirs, LEAVE_ON_DISKS);
	return dirs.n;
}

static void leave_remount(void)
{
	CLEANUP(strv_release) struct strv dirs = {0};

	leave_read_mounts(&dirs, LEAVE_WRITABLE);
	for (size_t i = dirs.n; i-- > 0;)
		if (mount(NULL, dirs.v[i], NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
			log_info("%s: cannot be remounted read-only: %m", dirs.v[i]);
}

void leave_stop_mounts(void)
{
	for (int i = 0; i < LEAVE_PASSES && leave_unmount_round(); i++)
		;
	sync();
	leave_remount();
	if (!leave_count_writable())
		return;
	sync();
	if (io_write_file(AT_FDCWD, "/proc/sysrq-trigger", "u", 0) < 0)
		log_warn("/proc/sysrq-trigger: cannot be written");
	for (unsigned i = 0; i < LEAVE_REMOUNT_TRIES && leave_count_writable(); i++)
		leave_tenth();
	if (leave_count_writable())
		log_warn("%zu file systems stay writable; flushing them", leave_count_writable());
}

/* What is in use stays; the kernel itself marks such RAID arrays clean in the jump. */
void leave_stop_volumes(void)
{
	static const char *const mdadm[] = {"mdadm", "--stop", "--scan", NULL};
	static const char *const dmsetup[] = {"dmsetup", "remove_all", NULL};
	const struct run_options options = {.timeout = 60, .merge = true};
	CLEANUP(run_result_release) struct run_result md = {0}, dm = {0};

	/* The children need SIGCHLD and SIGPIPE as usual; run_program() sees to it. */
	if (access("/sys/class/misc/device-mapper", F_OK) == 0)
		run_program(dmsetup, &options, &dm);
	if (access("/proc/mdstat", F_OK) == 0)
		run_program(mdadm, &options, &md);
}

static void leave_flush(const char *name)
{
	char path[300], size[32];
	CLEANUP_FD int fd = -1;

	/* An empty drive would make us wait for its medium. */
	snprintf(path, sizeof(path), "/sys/block/%s/size", name);
	if (io_read_line(AT_FDCWD, path, size, sizeof(size)) < 0 || !strcmp(size, "0"))
		return;
	snprintf(path, sizeof(path), "/dev/%s", name);
	for (char *p = path + 5; *p; p++)
		if (*p == '!')
			*p = '/';
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	/* Dirty pages of the device, then the drive's own cache. */
	if (fsync(fd) < 0 || ioctl(fd, BLKFLSBUF, 0) < 0)
		log_warn("%s: cannot be flushed: %m", path);
}

void leave_stop_caches(void)
{
	DIR *dir = opendir("/sys/block");
	const struct dirent *d;

	sync();
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.' && strncmp(d->d_name, "fd", 2) != 0)
			leave_flush(d->d_name);
	if (dir)
		closedir(dir);
}
