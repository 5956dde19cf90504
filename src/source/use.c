/* use.c - see use.h */
#include "source/use.h"
#include "block/users.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

/* QEMU says with a lock on this byte of an image that it may write to it. */
#define USE_QEMU_WRITE_BYTE 101

/* Adds the users of @d to those that are known already. */
static int use_add(const struct block_model *m, const struct block_device *d,
		   struct inventory_use *use, struct strv *mounts)
{
	struct users_use u = {.mounted_rw = use->mounted_rw,
			      .mounted_ro = use->mounted_ro,
			      .swap = use->swap,
			      .held_rw = use->held_rw};
	int r;

	text_copy(u.mount, sizeof(u.mount), use->mount);
	text_copy(u.holder, sizeof(u.holder), use->holder);
	text_copy(u.fs_type, sizeof(u.fs_type), use->fs_type);
	r = users_of_device(m, d, &u, mounts);
	use->mounted_rw = u.mounted_rw;
	use->mounted_ro = u.mounted_ro;
	use->swap = u.swap;
	use->held_rw = u.held_rw;
	text_copy(use->mount, sizeof(use->mount), u.mount);
	text_copy(use->holder, sizeof(use->holder), u.holder);
	text_copy(use->fs_type, sizeof(use->fs_type), u.fs_type);
	return r;
}

static struct inventory_use *use_of_part(struct inventory_disk *disk, uint32_t number)
{
	for (uint32_t i = 0; i < disk->part_count; i++)
		if (disk->parts[i].number == number)
			return &disk->parts[i].use;
	/* In use by the kernel, but not in the table: the disk as a whole is
	 * not what it seems. */
	return &disk->use;
}

int use_of_block(const struct block_model *m, const struct block_device *d,
		 struct inventory_disk *disk, struct strv *mounts)
{
	struct inventory_use *whole =
		disk->table.kind == TABLE_NONE ? &disk->parts[0].use : &disk->use;
	int r = use_add(m, d, whole, mounts);

	for (size_t i = 0; i < m->devices.n && !r; i++) {
		const struct block_device *part = m->devices.v[i];

		if (part->disk == d)
			r = use_add(m, part, use_of_part(disk, part->part_number), mounts);
	}
	disk->use.is_partition = d->part_number != 0;
	text_copy(disk->serial, sizeof(disk->serial), d->serial);
	text_copy(disk->model, sizeof(disk->model), d->model);
	return r;
}

static void use_loop_writes(const struct block_model *m, const struct stat *image, char *out,
			    size_t size)
{
	for (size_t i = 0; i < m->devices.n; i++) {
		const struct block_device *d = m->devices.v[i];

		if (!d->read_only && users_is_loop_on(d, image))
			snprintf(out, size, "/dev/%s", d->name);
	}
}

/* The kernel gives a read lease only on a file that nobody has open for
 * writing. Without the right to ask (not the owner), nothing is known. */
static bool use_open_for_writing(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

/* Locks tell what cannot be seen otherwise: a running virtual machine. */
static void use_of_image(const struct block_model *m, int fd, const struct stat *st,
			 struct inventory_use *use)
{
	struct flock qemu = {.l_type = F_WRLCK,
			     .l_whence = SEEK_SET,
			     .l_start = USE_QEMU_WRITE_BYTE,
			     .l_len = 1};
	struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	use_loop_writes(m, st, use->writer, sizeof(use->writer));
	if (use->writer[0])
		return;
	if (!fcntl(fd, F_OFD_GETLK, &qemu) && qemu.l_type != F_UNLCK)
		text_copy(use->writer, sizeof(use->writer), "a virtual machine (QEMU)");
	else if (!fcntl(fd, F_OFD_GETLK, &whole) && whole.l_type != F_UNLCK)
		text_copy(use->writer, sizeof(use->writer), "a program that has locked it");
	else if (flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		text_copy(use->writer, sizeof(use->writer), "a program that has locked it");
	else
		flock(fd, LOCK_UN);
	if (!use->writer[0] && use_open_for_writing(fd))
		text_copy(use->writer, sizeof(use->writer), "a program that has it open");
}

int use_look(const struct block_model *m, int fd, struct inventory_disk *disk, struct strv *mounts)
{
	const struct block_device *d;
	struct stat st;
	int r = 0;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode)) {
		use_of_image(m, fd, &st, &disk->use);
		return 0;
	}
	d = block_by_number(m, st.st_rdev);
	if (d)
		r = use_of_block(m, d, disk, mounts);
	disk->use.claimed = users_claimed(disk->path);
	return r;
}
