/* lock.c - see lock.h */
#include "menu/lock.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum lock_byte {
	LOCK_USE,
	LOCK_START,
};

/* Not 0 when an entry has been started; what is in RAM ends with this system. */
#define LOCK_STARTED_AT 8

/* The names begin here; whoever came last is named. */
#define LOCK_NAME_AT 16

static bool lock_set(const struct lock *l, int kind, enum lock_byte byte)
{
	struct flock f = {.l_type = (short)kind, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return l->fd < 0 || fcntl(l->fd, F_OFD_SETLK, &f) == 0;
}

int lock_open(struct lock *l, const char *path)
{
	/* In a directory that only root can write to; a link that somebody else
	 * has laid is not followed. */
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	return l->fd < 0 ? -errno : 0;
}

void lock_close(struct lock *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

void lock_use(const struct lock *l, const char *who)
{
	char name[64] = "";

	if (l->fd < 0 || !lock_set(l, F_RDLCK, LOCK_USE))
		return;
	text_copy(name, sizeof(name), who);
	/* Only for the other's message. */
	if (pwrite(l->fd, name, sizeof(name), LOCK_NAME_AT) < 0)
		return;
}

void lock_leave(const struct lock *l)
{
	lock_set(l, F_UNLCK, LOCK_USE);
}

bool lock_elsewhere(const struct lock *l, char *who, size_t size)
{
	struct flock f = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_USE, .l_len = 2};
	char name[64] = "", started = 0;

	who[0] = '\0';
	if (l->fd >= 0 && pread(l->fd, &started, 1, LOCK_STARTED_AT) == 1 && started) {
		text_copy(who, size, "another terminal, where an entry was started");
		return true;
	}
	if (l->fd < 0 || fcntl(l->fd, F_OFD_GETLK, &f) < 0 || f.l_type == F_UNLCK)
		return false;
	if (pread(l->fd, name, sizeof(name) - 1, LOCK_NAME_AT) <= 0 || !name[0])
		strcpy(name, "another terminal");
	text_printable(name, who, size);
	return true;
}

bool lock_start(const struct lock *l)
{
	return lock_set(l, F_WRLCK, LOCK_START);
}

void lock_stop(const struct lock *l)
{
	lock_set(l, F_UNLCK, LOCK_START);
}

void lock_started(const struct lock *l)
{
	/* What cannot be noted is only lost to other menus. */
	if (l->fd >= 0 && pwrite(l->fd, "x", 1, LOCK_STARTED_AT) < 0)
		return;
}
