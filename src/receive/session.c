/* session.c - see session.h */
#include "receive/session.h"
#include "plan/plan_json.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/jdoc.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#define SESSION_ID_BYTES    8u
#define SESSION_MAX_JSON    (PROTO_MAX_JSON + (64u << 10))
#define SESSION_WAIT_WRITER 30u /* seconds */

void session_init(struct session *s)
{
	*s = (struct session){.base_lock = -1, .lock = -1, .writing = -1, .dirfd = -1};
	for (uint32_t i = 0; i < PLAN_MAX_DISKS; i++)
		s->disks[i].fd = -1;
}

static int session_random(void *out, size_t len)
{
	ssize_t n = getrandom(out, len, 0);

	return n < 0 ? -errno : (size_t)n == len ? 0 : -EIO;
}

int session_name(struct session *s, const char *base, struct err_text *err)
{
	uint8_t id[SESSION_ID_BYTES];
	int r = session_random(id, sizeof(id));

	if (!r)
		r = session_random(s->token, sizeof(s->token));
	if (r)
		return err_set(err, r, "cannot get random numbers: %s", strerror(-r));
	text_to_hex(id, sizeof(id), s->id);
	if (!text_copy(s->base, sizeof(s->base), base))
		return err_set(err, -ENAMETOOLONG, "the session directory's name is too long");
	snprintf(s->path, sizeof(s->path), "%s/%s", s->base, s->id);
	return 0;
}

static int session_open_lock(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -errno : fd;
}

static bool session_is_id(const char *name)
{
	uint8_t id[SESSION_ID_BYTES];

	return text_from_hex(name, id, sizeof(id));
}

static void session_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static DIR *session_opendir(int at, const char *path)
{
	CLEANUP_FD int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d)
		steal_fd(&fd);
	return d;
}

/* Removes a session's directory. It has plain files, the folder of facts for
 * fixups, and the mount point of the migrated root: that one is never entered,
 * since the migrated system may still be mounted there. */
static void session_remove(int at, const char *name)
{
	CLEANUP(session_closedir) DIR *d = session_opendir(at, name);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (!strcmp(e->d_name, "facts"))
			session_remove(dirfd(d), e->d_name);
		else if (unlinkat(dirfd(d), e->d_name, 0) < 0)
			unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	unlinkat(at, name, AT_REMOVEDIR);
}

/* Waits until nobody writes for the dead session any more. */
static int session_bury(int base, const char *id, struct err_text *err)
{
	const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
	CLEANUP_FD int dir = openat(base, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP_FD int lock = -1;
	CLEANUP_FD int writing = -1;

	if (dir < 0)
		return 0;
	lock = session_open_lock(dir, "lock");
	/* Its control process lives, but owns no disk: it has not committed, or
	 * it would hold the base lock. */
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0)
		return 0;
	writing = session_open_lock(dir, "writing");
	for (unsigned i = 0; writing >= 0 && flock(writing, LOCK_EX | LOCK_NB) < 0; i++) {
		if (i >= SESSION_WAIT_WRITER * 10)
			return err_set(err, -EBUSY,
				       "a process of an earlier push is still writing to its disk");
		nanosleep(&pause, NULL);
	}
	session_remove(base, id);
	return 0;
}

int session_acquire(struct session *s, struct err_text *err)
{
	CLEANUP(session_closedir) DIR *d = NULL;
	CLEANUP_FD int lock = -1;
	struct dirent *e;
	int r = 0;

	if (mkdir(s->base, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", s->base, strerror(errno));
	d = session_opendir(AT_FDCWD, s->base);
	if (!d)
		return err_set(err, -errno, "%s: %s", s->base, strerror(errno));
	lock = session_open_lock(dirfd(d), "lock");
	if (lock < 0)
		return err_set(err, lock, "%s/lock: %s", s->base, strerror(-lock));
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -EBUSY, "another push to this machine is under way");
	while (!r && (e = readdir(d)))
		if (session_is_id(e->d_name) && strcmp(e->d_name, s->id))
			r = session_bury(dirfd(d), e->d_name, err);
	if (!r)
		s->base_lock = steal_fd(&lock);
	return r;
}

int session_claim(struct session *s, const struct plan *plan, struct err_text *err)
{
	for (uint32_t i = 0; i < plan->target.disk_count; i++) {
		int r = disk_open(plan->target.disks[i].name, DISK_CLAIM, &s->disks[i], err);

		if (r) {
			session_release_disks(s);
			return r;
		}
		s->disk_count = i + 1;
		for (uint32_t k = 0; k < i; k++) {
			if (!disk_same(&s->disks[i], &s->disks[k]))
				continue;
			session_release_disks(s);
			return err_set(err, -EINVAL, "%s is named twice",
				       plan->target.disks[i].name);
		}
	}
	return 0;
}

static struct jdoc *session_to_json(const struct session *s, const struct plan *plan)
{
	struct jdoc *d = jdoc_object(), *disks = jdoc_array();
	char token[2 * PROTO_TOKEN_LEN + 1];

	text_to_hex(s->token, sizeof(s->token), token);
	jdoc_set_str(d, "token", token);
	for (uint32_t i = 0; i < s->disk_count; i++) {
		struct jdoc *disk = jdoc_object();

		jdoc_set_str(disk, "path", s->disks[i].path);
		jdoc_set_u64(disk, "device", s->disks[i].device);
		jdoc_set_u64(disk, "inode", s->disks[i].inode);
		jdoc_add(disks, disk);
	}
	jdoc_set(d, "disks", disks);
	jdoc_set(d, "plan", plan_to_json(plan));
	return d;
}

int session_create(struct session *s, const struct plan *plan, struct err_text *err)
{
	CLEANUP(jdoc_freep) struct jdoc *d = session_to_json(s, plan);
	CLEANUP_FREE char *text = jdoc_print(d);
	int r;

	if (!text)
		return -ENOMEM;
	if (mkdir(s->path, 0700) < 0)
		return err_set(err, -errno, "%s: %s", s->path, strerror(errno));
	s->dirfd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd < 0)
		return err_set(err, -errno, "%s: %s", s->path, strerror(errno));
	s->lock = session_open_lock(s->dirfd, "lock");
	s->writing = session_open_lock(s->dirfd, "writing");
	if (s->lock < 0 || s->writing < 0 || flock(s->lock, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -ENOLCK, "%s: its locks cannot be created", s->path);
	r = chunkmaps_create(s->dirfd, plan, err);
	if (!r)
		r = chunkmaps_open(s->dirfd, plan, &s->maps, err);
	if (r)
		return r;
	r = io_write_file(s->dirfd, "session.json", text, 0600);
	return r ? err_set(err, r, "%s/session.json: %s", s->path, strerror(-r)) : 0;
}

/* In the same time for every token. */
static bool session_token_equal(const uint8_t a[PROTO_TOKEN_LEN], const uint8_t b[PROTO_TOKEN_LEN])
{
	volatile uint8_t difference = 0;

	for (size_t i = 0; i < PROTO_TOKEN_LEN; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

static int session_open_disks(struct session *s, struct jread *r, const struct jdoc *d,
			      struct err_text *err)
{
	const struct jdoc *list = jread_array(r, d, "disks", PLAN_MAX_DISKS);

	for (size_t i = 0; i < jdoc_length(list); i++) {
		struct disk_target *t = &s->disks[i];
		const struct jdoc *item = jdoc_item(list, i);
		uint64_t device = jread_u64(r, item, "device", 0, INT64_MAX);
		uint64_t inode = jread_u64(r, item, "inode", 0, INT64_MAX);
		int e;

		if (!jread_ok(r))
			return -EINVAL;
		e = disk_open(jread_str(r, item, "path", sizeof(t->path) - 1), DISK_JOIN, t, err);
		if (e)
			return e;
		s->disk_count = (uint32_t)i + 1;
		if (t->device != device || t->inode != inode)
			return err_set(err, -ESTALE, "%s is no longer the disk of this push",
				       t->path);
	}
	return 0;
}

static int session_load(struct session *s, const uint8_t token[PROTO_TOKEN_LEN],
			struct err_text *err)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	CLEANUP_FREE char *text = NULL;
	struct jread jr = {.what = "session"};
	uint8_t own[PROTO_TOKEN_LEN];
	size_t len = 0;
	int r = io_read_file(s->dirfd, "session.json", SESSION_MAX_JSON, &text, &len);

	if (!r)
		r = jdoc_parse(text, len, &d, err);
	if (r)
		return -EACCES;
	jread_hex(&jr, d, "token", own, sizeof(own));
	if (!jread_ok(&jr) || !session_token_equal(own, token))
		return -EACCES;
	r = plan_from_json(jread_object(&jr, d, "plan"), &s->plan, err);
	if (!r)
		r = session_open_disks(s, &jr, d, err);
	if (!r && s->disk_count != s->plan.target.disk_count)
		r = err_set(err, -EINVAL, "%s is damaged", s->path);
	return r ? r : chunkmaps_open(s->dirfd, &s->plan, &s->maps, err);
}

int session_join(struct session *s, const char *base, const char *id,
		 const uint8_t token[PROTO_TOKEN_LEN], struct err_text *err)
{
	int r = -EACCES;

	/* The id is the peer's text, so it must not be a path. */
	if (session_is_id(id)) {
		snprintf(s->path, sizeof(s->path), "%s/%s", base, id);
		text_copy(s->id, sizeof(s->id), id);
		s->dirfd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (s->dirfd >= 0)
			r = session_load(s, token, err);
	}
	if (!r) {
		s->lock = session_open_lock(s->dirfd, "lock");
		s->writing = session_open_lock(s->dirfd, "writing");
		if (s->lock < 0 || s->writing < 0)
			r = -EACCES;
	}
	return r == -EACCES ? err_set(err, r, "there is no such session, or not with that token")
			    : r;
}

bool session_begin_write(struct session *s)
{
	if (flock(s->writing, LOCK_SH) < 0)
		return false;
	/* Getting the control process's lock means that it is gone. */
	if (flock(s->lock, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return true;
	flock(s->lock, LOCK_UN);
	flock(s->writing, LOCK_UN);
	return false;
}

void session_end_write(struct session *s)
{
	flock(s->writing, LOCK_UN);
}

void session_release_disks(struct session *s)
{
	for (uint32_t i = 0; i < PLAN_MAX_DISKS; i++)
		disk_close(&s->disks[i]);
	s->disk_count = 0;
}

void session_close(struct session *s, bool remove_directory)
{
	session_release_disks(s);
	chunkmaps_release(&s->maps);
	plan_release(&s->plan);
	if (remove_directory && s->dirfd >= 0)
		session_remove(AT_FDCWD, s->path);
	if (s->writing >= 0)
		close(steal_fd(&s->writing));
	if (s->lock >= 0)
		close(steal_fd(&s->lock));
	if (s->dirfd >= 0)
		close(steal_fd(&s->dirfd));
	if (s->base_lock >= 0)
		close(steal_fd(&s->base_lock));
}
