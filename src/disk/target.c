/* target.c - see target.h */
#include "disk/target.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#define DISK_COPY_MAX      (1u << 20)
#define DISK_ZERO_PIECE    (256ull << 20)
#define DISK_DISCARD_PIECE (1ull << 30)
#define DISK_HOLD_TRIES    100 /* tenths of a second */

static int disk_open_fd(const char *path, enum disk_access access, bool file, bool *direct)
{
	int flags = O_CLOEXEC | O_NONBLOCK | (access == DISK_LOOK ? O_RDONLY : O_RDWR);
	int fd;

	if (access == DISK_CLAIM && !file)
		flags |= O_EXCL;
	*direct = access != DISK_LOOK;
	fd = open(path, flags | (*direct ? O_DIRECT : 0));
	if (fd < 0 && errno == EINVAL && *direct && file) {
		*direct = false;
		fd = open(path, flags);
	}
	return fd < 0 ? -errno : fd;
}

static int disk_measure(struct disk_target *t, const struct stat *st, struct err_text *err)
{
	int sector = 0;

	if (t->file) {
		t->sector = 512;
		t->size = (uint64_t)st->st_size / t->sector * t->sector;
		t->device = st->st_dev;
		t->inode = st->st_ino;
		return 0;
	}
	t->device = st->st_rdev;
	if (ioctl(t->fd, BLKGETSIZE64, &t->size) < 0 || ioctl(t->fd, BLKSSZGET, &sector) < 0)
		return err_set(err, -errno, "%s: its size cannot be read: %s", t->path,
			       strerror(errno));
	if (sector < 512 || sector > 65536 || sector & (sector - 1))
		return err_set(err, -EINVAL, "%s: sectors of %d bytes", t->path, sector);
	t->sector = (uint32_t)sector;
	return 0;
}

int disk_open(const char *path, enum disk_access access, struct disk_target *out,
	      struct err_text *err)
{
	struct disk_target t = {.fd = -1};
	CLEANUP_FD int fd = -1;
	struct stat st, opened;
	int r;

	if (!text_copy(t.path, sizeof(t.path), path))
		return err_set(err, -ENAMETOOLONG, "%.200s...: the name is too long", path);
	if (stat(path, &st) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return err_set(err, -ENOTBLK, "%s is neither a disk nor a plain file", path);
	t.file = S_ISREG(st.st_mode);
	fd = disk_open_fd(path, access, t.file, &t.direct);
	if (fd < 0)
		return err_set(err, fd, "%s cannot be opened%s: %s", path,
			       access == DISK_CLAIM ? " for this push alone" : "", strerror(-fd));
	if (fstat(fd, &opened) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	/* The name may have come to mean something else in between. */
	if (opened.st_rdev != st.st_rdev || (opened.st_mode & S_IFMT) != (st.st_mode & S_IFMT))
		return err_set(err, -ESTALE, "%s changed while it was opened", path);
	if (access == DISK_CLAIM && t.file && flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, errno == EWOULDBLOCK ? -EBUSY : -errno,
			       "%s is locked by another program", path);
	t.fd = fd;
	r = disk_measure(&t, &opened, err);
	if (r)
		return r;
	steal_fd(&fd);
	*out = t;
	return 0;
}

void disk_close(struct disk_target *t)
{
	if (t->fd >= 0)
		close(steal_fd(&t->fd));
}

bool disk_same(const struct disk_target *a, const struct disk_target *b)
{
	return a->file == b->file && a->device == b->device && a->inode == b->inode;
}

int disk_hold(const struct disk_target *t, int *out)
{
	const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
	CLEANUP_FD int fd = -1;

	*out = -1;
	if (t->file)
		return 0;
	fd = open(t->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i >= DISK_HOLD_TRIES)
			return -errno;
		nanosleep(&pause, NULL);
	}
	*out = steal_fd(&fd);
	return 0;
}

int disk_read(void *ctx, void *buf, size_t len, uint64_t offset)
{
	struct disk_target *t = ctx;
	CLEANUP_FREE uint8_t *copy = NULL;
	size_t padded = (len + t->sector - 1) / t->sector * t->sector;
	int r;

	if (!t->direct)
		return io_pread_full(t->fd, buf, len, offset);
	if (offset % t->sector)
		return -EINVAL;
	copy = io_alloc_aligned(padded ? padded : t->sector);
	if (!copy)
		return -ENOMEM;
	r = io_pread_full(t->fd, copy, padded, offset);
	if (r == -EINVAL && disk_give_up_direct(t))
		return io_pread_full(t->fd, buf, len, offset);
	if (!r)
		memcpy(buf, copy, len);
	return r;
}

int disk_write(struct disk_target *t, const void *buf, size_t len, uint64_t offset)
{
	CLEANUP_FREE uint8_t *copy = NULL;

	if (len % t->sector || offset % t->sector || len > t->size || offset > t->size - len)
		return -EINVAL;
	copy = io_alloc_aligned(DISK_COPY_MAX);
	if (!copy)
		return -ENOMEM;
	for (size_t done = 0; done < len;) {
		size_t piece = len - done < DISK_COPY_MAX ? len - done : DISK_COPY_MAX;
		int r;

		memcpy(copy, (const uint8_t *)buf + done, piece);
		r = io_pwrite_full(t->fd, copy, piece, offset + done);
		if (r == -EINVAL && disk_give_up_direct(t))
			continue;
		if (r)
			return r;
		done += piece;
	}
	return 0;
}

static int disk_zero_by_writing(const struct disk_target *t, uint64_t offset, uint64_t length)
{
	CLEANUP_FREE uint8_t *zeros = io_alloc_aligned(DISK_COPY_MAX);

	if (!zeros)
		return -ENOMEM;
	memset(zeros, 0, DISK_COPY_MAX);
	while (length) {
		size_t piece = length < DISK_COPY_MAX ? (size_t)length : DISK_COPY_MAX;
		int r = io_pwrite_full(t->fd, zeros, piece, offset);

		if (r)
			return r;
		offset += piece;
		length -= piece;
	}
	return 0;
}

int disk_zero(const struct disk_target *t, uint64_t offset, uint64_t length)
{
	while (length) {
		uint64_t piece = length < DISK_ZERO_PIECE ? length : DISK_ZERO_PIECE;
		uint64_t range[2] = {offset, piece};
		int r;

		if (t->file)
			r = fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				      (off_t)offset, (off_t)piece);
		else
			r = ioctl(t->fd, BLKZEROOUT, range);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			r = disk_zero_by_writing(t, offset, piece);
			if (r)
				return r;
		}
		offset += piece;
		length -= piece;
	}
	return 0;
}

bool disk_discard(const struct disk_target *t)
{
	for (uint64_t at = 0; at < t->size;) {
		uint64_t left = t->size - at;
		uint64_t range[2] = {at, left < DISK_DISCARD_PIECE ? left : DISK_DISCARD_PIECE};
		int r;

		if (t->file)
			r = fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				      (off_t)range[0], (off_t)range[1]);
		else
			r = ioctl(t->fd, BLKDISCARD, range);
		if (r < 0)
			return false;
		at += range[1];
	}
	return true;
}

int disk_flush(const struct disk_target *t)
{
	if (fsync(t->fd) < 0)
		return -errno;
	/* Without CAP_SYS_ADMIN only the cached pages stay, which O_DIRECT
	 * keeps coherent anyway. */
	if (!t->file)
		ioctl(t->fd, BLKFLSBUF, 0);
	return 0;
}

bool disk_give_up_direct(struct disk_target *t)
{
	int flags;

	if (!t->file || !t->direct)
		return false;
	flags = fcntl(t->fd, F_GETFL);
	if (flags < 0 || fcntl(t->fd, F_SETFL, flags & ~O_DIRECT) < 0)
		return false;
	t->direct = false;
	return true;
}
