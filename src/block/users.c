/* users.c - see users.h */
#include "block/users.h"
#include "block/stack.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void users_mounts_of(const struct block_model *m, const struct block_device *d,
			    struct users_use *use, const struct mounts_entry **rw)
{
	for (size_t i = 0; i < m->mounts.n; i++) {
		const struct mounts_entry *e = &m->mounts.v[i];

		if (e->device != d)
			continue;
		if (e->writable && (!*rw || strlen(e->point) < strlen((*rw)->point)))
			*rw = e;
		use->mounted_rw |= e->writable;
		use->mounted_ro |= !e->writable;
		if (!use->mount[0]) {
			text_copy(use->mount, sizeof(use->mount), e->point);
			text_copy(use->fs_type, sizeof(use->fs_type), e->type);
		}
	}
	if (use->mounted_rw)
		use->mounted_ro = false;
	use->swap |= d->swap;
}

static void users_held(struct users_use *use, const char *holder, bool writes)
{
	if (!use->holder[0] || !use->held_rw)
		text_copy(use->holder, sizeof(use->holder), holder);
	use->held_rw |= writes;
}

/* Can something write to @d: itself, or what is built on it? A device counts as
 * writing when it is mounted read-write or swap; the topmost also when it is
 * neither mounted read-only nor a read-only device. */
static int users_writes(const struct block_model *m, struct block_device *d, bool *writes)
{
	CLEANUP(device_list_release) struct block_devices all = {0};
	int r = device_list_add(&all, d);
	size_t tops = 0;

	*writes = false;
	for (size_t at = 0; at < all.n && !r; at++) {
		struct users_use use = {0};
		const struct block_device *u = all.v[at];
		const struct mounts_entry *rw = NULL;

		users_mounts_of(m, u, &use, &rw);
		tops += !u->holders.n;
		*writes |= use.mounted_rw || use.swap ||
			   (!u->holders.n && !use.mounted_ro && !u->read_only);
		for (size_t i = 0; i < u->holders.n && !r; i++)
			r = device_list_add(&all, u->holders.v[i]);
	}
	/* Devices that hold each other: nothing is certain. */
	*writes |= !tops;
	return r;
}

/* The other devices of a btrfs are written to where that is mounted, which the
 * kernel says of one of them only. */
static void users_btrfs(const struct block_model *m, const struct block_device *d,
			struct users_use *use)
{
	struct users_use other = {0};
	const struct mounts_entry *rw = NULL;

	if (use->mounted_rw || use->mounted_ro)
		return;
	for (size_t i = 0; i < d->same_btrfs.n; i++)
		users_mounts_of(m, d->same_btrfs.v[i], &other, &rw);
	if (other.mounted_rw || other.mounted_ro)
		users_held(use, "btrfs", other.mounted_rw);
}

int users_of_device(const struct block_model *m, const struct block_device *d,
		    struct users_use *use, struct strv *mounts)
{
	const struct mounts_entry *rw = NULL;

	users_mounts_of(m, d, use, &rw);
	if (rw) {
		text_copy(use->mount, sizeof(use->mount), rw->point);
		text_copy(use->fs_type, sizeof(use->fs_type), rw->type);
	}
	for (size_t i = 0; i < d->holders.n; i++) {
		bool writes;
		int r = users_writes(m, d->holders.v[i], &writes);

		if (r < 0)
			return r;
		users_held(use, d->holders.v[i]->name, writes);
	}
	users_btrfs(m, d, use);
	return rw && !strv_has(mounts, rw->point) ? strv_add(mounts, rw->point) : 0;
}

static bool users_has(const struct block_devices *list, const struct block_device *d)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == d)
			return true;
	return false;
}

/* What is built on @d. */
static int users_builders(const struct block_devices *all, const struct block_device *d,
			  struct strv *users)
{
	int r = 0;

	for (size_t i = 0; i < d->same_btrfs.n && !r; i++)
		r = strv_addf(users, "%s is part of one btrfs with %s", d->name,
			      d->same_btrfs.v[i]->name);
	for (size_t i = 0; i < d->holders.n && !r; i++)
		r = strv_addf(users, "%s is part of %s", d->name, d->holders.v[i]->name);
	for (size_t i = 0; i < all->n && !r; i++)
		if (all->v[i]->file_on == d)
			r = strv_addf(users, "%s has the file of %s", d->name, all->v[i]->name);
	return r;
}

int users_of_disk(const struct block_model *m, struct block_device *disk, struct strv *users,
		  bool *root)
{
	CLEANUP(device_list_release) struct block_devices all = {0};
	int r = stack_above(m, disk, &all);

	*root = false;
	for (size_t i = 0; i < all.n && !r; i++)
		r = users_builders(&all, all.v[i], users);
	for (size_t i = 0; i < m->mounts.n && !r; i++) {
		const struct mounts_entry *e = &m->mounts.v[i];

		if (!e->device || !users_has(&all, e->device))
			continue;
		if (!strcmp(e->point, "/"))
			*root = true;
		r = strv_addf(users, "%s is mounted on %s", e->device->name, e->point);
	}
	for (size_t i = 0; i < all.n && !r; i++)
		if (all.v[i]->swap)
			r = strv_addf(users, "%s is swap", all.v[i]->name);
	return r;
}

bool users_is_loop_on(const struct block_device *d, const struct stat *file)
{
	struct stat st;

	return d->backing && !stat(d->backing, &st) && st.st_dev == file->st_dev &&
	       st.st_ino == file->st_ino;
}

int users_of_file(const struct block_model *m, const char *path, struct strv *users)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	for (size_t i = 0; i < m->devices.n && !r; i++)
		if (users_is_loop_on(m->devices.v[i], &st))
			r = strv_addf(users, "%s is set up on it", m->devices.v[i]->name);
	if (!r && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		r = strv_add(users, "another program has locked it");
	return r;
}

bool users_claimed(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 && errno == EBUSY;
}
