/* freeze.c - see freeze.h
 *
 * All directories are opened before the first freeze, and the watchdog is
 * forked with these descriptors: thawing needs no path. What is frozen is
 * noted in memory that both processes share, so that the watchdog undoes
 * exactly what was done, at whatever point this process ends. The watchdog
 * makes system calls only: it is forked from a process with threads.
 */
#include "source/freeze.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#define FREEZE_MAX   64u /* file systems */
#define FREEZE_THAW  'T' /* parent to watchdog: thaw, and end */
#define FREEZE_READY 'R' /* watchdog to parent: I watch */
#define FREEZE_STACK (64u << 10)

enum freeze_state {
	FREEZE_NONE,
	FREEZE_FROZEN,    /* or about to be: noted before it is done */
	FREEZE_READ_ONLY, /* remounted, or about to be */
};

struct freeze_mount {
	volatile int state;  /* enum freeze_state */
	int fd;              /* the mounted directory */
	unsigned long flags; /* to mount it with again */
	char path[256];
};

/* Shared with the watchdog. */
struct freeze_shared {
	uint32_t count;
	struct freeze_mount mounts[FREEZE_MAX]; /* outermost first */
};

struct freeze {
	struct freeze_shared *shared; /* owned, mapped */
	int sock;                     /* to the watchdog; its end is what it waits for */
	pid_t pid;
};

/* Undoes what was done to one file system. EINVAL: it is not frozen (any
 * more), which is what was wanted. */
static int freeze_undo(struct freeze_mount *m)
{
	int r = 0;

	if (m->state == FREEZE_FROZEN && ioctl(m->fd, FITHAW, 0) < 0 && errno != EINVAL)
		r = -errno;
	if (m->state == FREEZE_READ_ONLY &&
	    mount(NULL, m->path, NULL, MS_REMOUNT | m->flags, NULL) < 0)
		r = -errno;
	if (!r)
		m->state = FREEZE_NONE;
	return r;
}

/* Outermost first: the reverse of the order in which they were frozen. */
static int freeze_undo_all(struct freeze_shared *shared)
{
	int result = 0;

	for (uint32_t i = 0; i < shared->count; i++) {
		int r = freeze_undo(&shared->mounts[i]);

		if (r < 0)
			result = r;
	}
	return result;
}

/* The watchdog: a session of its own, so that neither a terminal's signals nor
 * a signal to the process group ends it. */
static void freeze_watch(struct freeze_shared *shared, int sock)
{
	char byte = FREEZE_READY;
	sigset_t all;
	ssize_t n;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "p2v-thaw");
	mlockall(MCL_CURRENT);
	if (write(sock, &byte, 1) != 1)
		_exit(1);
	do {
		n = read(sock, &byte, 1);
	} while (n < 0 && errno == EINTR);
	/* Asked to, or alone: the same. */
	_exit(freeze_undo_all(shared) < 0);
}

static bool freeze_covers(const struct freeze_shared *shared, dev_t dev)
{
	struct stat st;

	for (uint32_t i = 0; i < shared->count; i++)
		if (!fstat(shared->mounts[i].fd, &st) && st.st_dev == dev)
			return true;
	return false;
}

/* A file that this process writes to must not be on a frozen file system. */
static int freeze_check_self(const struct freeze_shared *shared)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int r = 0;

	if (!d)
		return -errno;
	while (!r && (e = readdir(d))) {
		char link[64], path[256];
		struct stat st;
		uint64_t fd;
		ssize_t n;
		int mode;

		if (!text_to_u64(e->d_name, 0, INT32_MAX, &fd) || fstat((int)fd, &st) < 0)
			continue;
		mode = fcntl((int)fd, F_GETFL);
		if (!S_ISREG(st.st_mode) || mode < 0 || (mode & O_ACCMODE) == O_RDONLY ||
		    !freeze_covers(shared, st.st_dev))
			continue;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", (int)fd);
		n = readlink(link, path, sizeof(path) - 1);
		path[n > 0 ? n : 0] = '\0';
		log_error("cannot freeze the file system with %s: this program writes to that "
			  "file; send its output and log to /run or over the network",
			  path);
		r = -EDEADLK;
	}
	closedir(d);
	return r;
}

static unsigned long freeze_mount_flags(int fd)
{
	static const struct {
		unsigned long have, want;
	} map[] = {
		{ST_NOSUID, MS_NOSUID},           {ST_NODEV, MS_NODEV},
		{ST_NOEXEC, MS_NOEXEC},           {ST_NOATIME, MS_NOATIME},
		{ST_NODIRATIME, MS_NODIRATIME},   {ST_RELATIME, MS_RELATIME},
		{ST_SYNCHRONOUS, MS_SYNCHRONOUS},
	};
	struct statvfs st;
	unsigned long flags = 0;

	if (fstatvfs(fd, &st) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (st.f_flag & map[i].have)
			flags |= map[i].want;
	return flags;
}

static int freeze_open(const struct strv *mounts, struct freeze_shared *shared)
{
	if (mounts->n > FREEZE_MAX) {
		log_error("more than %u file systems would have to be frozen", FREEZE_MAX);
		return -E2BIG;
	}
	for (size_t i = 0; i < mounts->n; i++) {
		struct freeze_mount *m = &shared->mounts[i];

		m->fd = open(mounts->v[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (m->fd < 0 || !text_copy(m->path, sizeof(m->path), mounts->v[i])) {
			int r = m->fd < 0 ? -errno : -ENAMETOOLONG;

			log_error("cannot open %s to freeze it: %s", mounts->v[i], strerror(-r));
			if (m->fd >= 0)
				close(m->fd);
			return r;
		}
		m->flags = freeze_mount_flags(m->fd);
		shared->count++;
	}
	return 0;
}

static int freeze_one(struct freeze_mount *m)
{
	int r;

	m->state = FREEZE_FROZEN;
	if (!ioctl(m->fd, FIFREEZE, 0))
		return 0;
	r = -errno;
	m->state = FREEZE_NONE;
	if (r == -EOPNOTSUPP) {
		m->state = FREEZE_READ_ONLY;
		if (!mount(NULL, m->path, NULL, MS_REMOUNT | MS_RDONLY | m->flags, NULL))
			return 0;
		r = -errno;
		m->state = FREEZE_NONE;
		log_error("%s cannot be frozen, nor remounted read-only: %s%s", m->path,
			  strerror(-r), r == -EBUSY ? "; end the programs that write to it" : "");
		return r;
	}
	log_error("cannot freeze %s: %s%s", m->path, strerror(-r),
		  r == -EBUSY ? " (somebody else has frozen it)" : "");
	return r;
}

/* Everything that runs while frozen is made resident: what is mapped now, the
 * stack's next pages, and later allocations as they are touched. A limit on
 * locked memory is no reason not to freeze. */
static void freeze_lock_memory(void)
{
	volatile char stack[FREEZE_STACK];

	for (size_t i = 0; i < sizeof(stack); i += 1024)
		stack[i] = 0;
	if (mlockall(MCL_CURRENT) < 0)
		log_debug("cannot lock the program in memory: %s", strerror(errno));
	else
		mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

/* Forks the watchdog and waits until it watches. */
static int freeze_fork(struct freeze *f)
{
	int pair[2], r;
	char byte = 0;
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	f->pid = fork();
	if (f->pid == 0) {
		close(pair[0]);
		freeze_watch(f->shared, pair[1]);
	}
	r = f->pid < 0 ? -errno : 0;
	close(pair[1]);
	f->sock = pair[0];
	if (r < 0)
		return r;
	do {
		n = read(f->sock, &byte, 1);
	} while (n < 0 && errno == EINTR);
	return n == 1 && byte == FREEZE_READY ? 0 : -EIO;
}

static void freeze_free(struct freeze *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; f->shared && i < f->shared->count; i++)
		close(f->shared->mounts[i].fd);
	if (f->shared)
		munmap(f->shared, sizeof(*f->shared));
	if (f->sock >= 0)
		close(f->sock);
	free(f);
}

static void freeze_freep(struct freeze **f)
{
	freeze_free(*f);
}

static struct freeze *freeze_new(void)
{
	struct freeze *f = calloc(1, sizeof(*f));
	void *shared;

	if (!f)
		return NULL;
	f->sock = -1;
	f->pid = -1;
	shared = mmap(NULL, sizeof(*f->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED) {
		freeze_free(f);
		return NULL;
	}
	f->shared = shared;
	return f;
}

int freeze_start(const struct strv *mounts, struct freeze **out)
{
	CLEANUP(freeze_freep) struct freeze *f = freeze_new();
	int r;

	if (!f) {
		log_error("no memory to freeze file systems");
		return -ENOMEM;
	}
	r = freeze_open(mounts, f->shared);
	if (!r)
		r = freeze_check_self(f->shared);
	if (r < 0)
		return r;
	freeze_lock_memory();
	r = freeze_fork(f);
	if (r < 0) {
		log_error("cannot start the watchdog that ends a freeze: %s", strerror(-r));
		freeze_end(STEAL(f));
		return r;
	}
	for (uint32_t i = f->shared->count; i-- > 0 && !r;)
		r = freeze_one(&f->shared->mounts[i]);
	if (r < 0) {
		freeze_end(STEAL(f));
		return r;
	}
	*out = STEAL(f);
	return 0;
}

int freeze_end(struct freeze *f)
{
	char byte = FREEZE_THAW;
	int status = 0, r = 0;

	if (!f)
		return 0;
	/* Both may thaw: it is done at once, and by one who is alive. */
	r = freeze_undo_all(f->shared);
	if (f->pid > 0) {
		(void)!send(f->sock, &byte, 1, MSG_NOSIGNAL);
		while (waitpid(f->pid, &status, 0) < 0 && errno == EINTR)
			;
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			r = 0;
	}
	munlockall();
	for (uint32_t i = 0; i < f->shared->count && r < 0; i++)
		if (f->shared->mounts[i].state == FREEZE_FROZEN)
			log_error("cannot thaw %s: %s; run: fsfreeze -u %s",
				  f->shared->mounts[i].path, strerror(-r),
				  f->shared->mounts[i].path);
		else if (f->shared->mounts[i].state == FREEZE_READ_ONLY)
			log_error("cannot make %s writable again: %s; run: mount -o remount,rw %s",
				  f->shared->mounts[i].path, strerror(-r),
				  f->shared->mounts[i].path);
	freeze_free(f);
	return r;
}
