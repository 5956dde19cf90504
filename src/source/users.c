/* users.c - see users.h
 *
 * A device number is the key: mounts and swaps are kept with theirs, and sysfs
 * is asked for the way up (holders) and down (slaves, partition to disk).
 */
#include "source/users.h"
#include "source/sysfs.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define USERS_MAX_FILE  (4u << 20) /* of /proc/self/mountinfo */
#define USERS_MAX_DEPTH 16         /* of stacked devices */

/* QEMU says with a lock on this byte of an image that it may write to it. */
#define USERS_QEMU_WRITE_BYTE 101

struct users_mount {
	dev_t dev;
	bool rw;
	char *point;
	char *type;
};

struct users {
	char root[200];
	struct users_mount *mounts; /* owned */
	size_t mount_count;
	dev_t *swaps; /* owned */
	size_t swap_count;
};

void users_free(struct users *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->mount_count; i++) {
		free(u->mounts[i].point);
		free(u->mounts[i].type);
	}
	free(u->mounts);
	free(u->swaps);
	free(u);
}

void users_freep(struct users **u)
{
	users_free(*u);
}

/* Undoes the \040 of procfs in place. */
static char *users_unescape(char *s)
{
	char *to = s;

	for (char *at = s; *at; at++) {
		if (at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' && at[2] <= '7' &&
		    at[3] >= '0' && at[3] <= '7') {
			*to++ = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
			at += 3;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
	return s;
}

static bool users_option(const char *options, const char *want)
{
	size_t len = strlen(want);

	for (const char *at = options; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, want, len) && (at[len] == ',' || !at[len]))
			return true;
	}
	return false;
}

/* The device number of a node in /dev; 0 when it is none. */
static dev_t users_node(const char *path)
{
	struct stat st;

	return path[0] == '/' && !stat(path, &st) && S_ISBLK(st.st_mode) ? st.st_rdev : 0;
}

/* One line of mountinfo: id parent major:minor root point options [tag...] -
 * type source super-options. Whether a file system can be written to is said
 * by the super options; the others are of this mount only. */
static int users_add_mount(struct users *u, char *line)
{
	char *save = NULL, *field[10] = {0}, *super = NULL;
	unsigned maj, min;
	struct users_mount *grown, *m;
	dev_t dev;
	size_t n = 0;

	for (char *at = strtok_r(line, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
		if (n == 6 && strcmp(at, "-"))
			continue; /* tags */
		field[n++] = at;
		if (n == 10)
			break;
	}
	super = field[9];
	if (!super || sscanf(field[2], "%u:%u", &maj, &min) != 2)
		return 0;
	dev = makedev(maj, min);
	/* btrfs has an anonymous device number: its source says more. */
	if (maj == 0)
		dev = users_node(users_unescape(field[8]));
	/* A root without a device (overlay, tmpfs) hides what was there before. */
	if (!dev && strcmp(field[4], "/"))
		return 0;
	grown = realloc(u->mounts, (u->mount_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	u->mounts = grown;
	m = &grown[u->mount_count];
	*m = (struct users_mount){.dev = dev, .rw = users_option(super, "rw")};
	m->point = strdup(users_unescape(field[4]));
	m->type = strdup(field[7]);
	u->mount_count++;
	return m->point && m->type ? 0 : -ENOMEM;
}

static int users_add_swap(struct users *u, char *line)
{
	dev_t dev, *grown;

	line[strcspn(line, " \t")] = '\0';
	dev = users_node(users_unescape(line));
	if (!dev)
		return 0;
	grown = realloc(u->swaps, (u->swap_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	u->swaps = grown;
	u->swaps[u->swap_count++] = dev;
	return 0;
}

static int users_each_line(struct users *u, const char *file,
			   int (*add)(struct users *u, char *line))
{
	CLEANUP_FREE char *text = NULL;
	char path[256], *save = NULL;
	int r;

	snprintf(path, sizeof(path), "%s%s", u->root, file);
	r = io_read_file(AT_FDCWD, path, USERS_MAX_FILE, &text, NULL);
	if (r < 0)
		return r;
	for (char *at = strtok_r(text, "\n", &save); at && !r; at = strtok_r(NULL, "\n", &save))
		r = add(u, at);
	return r;
}

int users_new(const char *root, struct users **out)
{
	CLEANUP(users_freep) struct users *u = calloc(1, sizeof(*u));
	int r;

	if (!u)
		return -ENOMEM;
	text_copy(u->root, sizeof(u->root), root);
	r = users_each_line(u, "/proc/self/mountinfo", users_add_mount);
	if (r < 0) {
		log_error("cannot read /proc/self/mountinfo: %s", strerror(-r));
		return r;
	}
	/* A kernel without swap support has no such file. */
	r = users_each_line(u, "/proc/swaps", users_add_swap);
	if (r < 0 && r != -ENOENT) {
		log_error("cannot read /proc/swaps: %s", strerror(-r));
		return r;
	}
	*out = STEAL(u);
	return 0;
}

struct users_holder_walk {
	const struct users *u;
	struct inventory_use *use;
	int depth;
};

static void users_mounts_of(const struct users *u, dev_t dev, struct inventory_use *use,
			    const struct users_mount **rw)
{
	for (size_t i = 0; i < u->mount_count; i++) {
		const struct users_mount *m = &u->mounts[i];

		if (m->dev != dev)
			continue;
		if (m->rw && (!*rw || strlen(m->point) < strlen((*rw)->point)))
			*rw = m;
		use->mounted_rw |= m->rw;
		use->mounted_ro |= !m->rw;
		if (!use->mount[0]) {
			text_copy(use->mount, sizeof(use->mount), m->point);
			text_copy(use->fs_type, sizeof(use->fs_type), m->type);
		}
	}
	if (use->mounted_rw)
		use->mounted_ro = false;
	for (size_t i = 0; i < u->swap_count; i++)
		use->swap |= u->swaps[i] == dev;
}

/* A holder counts as writing unless it is a read-only device, or all that it
 * carries is mounted read-only. */
static int users_holder(void *ctx, const char *entry, dev_t dev)
{
	struct users_holder_walk *walk = ctx, deeper;
	struct inventory_use use = {0};
	const struct users_mount *rw = NULL;
	char path[300], line[16];
	int r;

	if (!walk->use->holder[0] || !walk->use->held_rw)
		text_copy(walk->use->holder, sizeof(walk->use->holder), entry);
	if (walk->depth >= USERS_MAX_DEPTH) {
		walk->use->held_rw = true;
		return 0;
	}
	users_mounts_of(walk->u, dev, &use, &rw);
	deeper = (struct users_holder_walk){walk->u, &use, walk->depth + 1};
	r = sysfs_device(walk->u->root, dev, "holders", path, sizeof(path));
	if (!r)
		r = sysfs_walk(path, users_holder, &deeper);
	if (r < 0)
		return r;
	if (use.mounted_rw || use.swap || use.held_rw) {
		walk->use->held_rw = true;
	} else if (!use.mounted_ro && !use.holder[0]) {
		if (!sysfs_device(walk->u->root, dev, "ro", path, sizeof(path)) &&
		    !io_read_line(AT_FDCWD, path, line, sizeof(line)) && !strcmp(line, "1"))
			return 0;
		walk->use->held_rw = true;
	}
	return 0;
}

int users_of_device(const struct users *u, dev_t dev, struct inventory_use *use,
		    struct strv *mounts)
{
	struct users_holder_walk walk = {u, use, 0};
	const struct users_mount *rw = NULL;
	char path[300];
	int r;

	users_mounts_of(u, dev, use, &rw);
	if (rw) {
		text_copy(use->mount, sizeof(use->mount), rw->point);
		text_copy(use->fs_type, sizeof(use->fs_type), rw->type);
		if (!strv_has(mounts, rw->point)) {
			r = strv_add(mounts, rw->point);
			if (r < 0)
				return r;
		}
	}
	r = sysfs_device(u->root, dev, "holders", path, sizeof(path));
	return r < 0 ? r : sysfs_walk(path, users_holder, &walk);
}

struct users_part_walk {
	const struct users *u;
	const char *dir;
	struct inventory_disk *disk;
	struct strv *mounts;
};

static int users_part(void *ctx, const char *entry, dev_t dev)
{
	struct users_part_walk *walk = ctx;
	char path[600], line[16];
	uint64_t number;

	snprintf(path, sizeof(path), "%s/%s/partition", walk->dir, entry);
	if (io_read_line(AT_FDCWD, path, line, sizeof(line)) < 0 ||
	    !text_to_u64(line, 1, UINT32_MAX, &number))
		return 0;
	for (uint32_t i = 0; i < walk->disk->part_count; i++)
		if (walk->disk->parts[i].number == number)
			return users_of_device(walk->u, dev, &walk->disk->parts[i].use,
					       walk->mounts);
	/* In use by the kernel, but not in the table: the disk as a whole is
	 * not what it seems. */
	return users_of_device(walk->u, dev, &walk->disk->use, walk->mounts);
}

static void users_loop_writes(const struct users *u, const struct stat *image, char *out,
			      size_t size)
{
	char path[600], file[512], line[16], name[64];
	DIR *d;
	struct dirent *e;

	snprintf(path, sizeof(path), "%s/sys/block", u->root);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		struct stat st;

		if (strncmp(e->d_name, "loop", 4) || !text_copy(name, sizeof(name), e->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/sys/block/%s/loop/backing_file", u->root,
			 e->d_name);
		if (io_read_line(AT_FDCWD, path, file, sizeof(file)) < 0 || stat(file, &st) < 0 ||
		    st.st_dev != image->st_dev || st.st_ino != image->st_ino)
			continue;
		snprintf(path, sizeof(path), "%s/sys/block/%s/ro", u->root, e->d_name);
		if (io_read_line(AT_FDCWD, path, line, sizeof(line)) < 0 || strcmp(line, "1"))
			snprintf(out, size, "/dev/%s", name);
	}
	if (d)
		closedir(d);
}

/* The kernel gives a read lease only on a file that nobody has open for
 * writing. Without the right to ask (not the owner), nothing is known. */
static bool users_open_for_writing(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

/* Locks tell what cannot be seen otherwise: a running virtual machine. */
static void users_of_image(const struct users *u, int fd, struct inventory_use *use)
{
	struct flock qemu = {.l_type = F_WRLCK,
			     .l_whence = SEEK_SET,
			     .l_start = USERS_QEMU_WRITE_BYTE,
			     .l_len = 1};
	struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	struct stat st;

	if (!fstat(fd, &st))
		users_loop_writes(u, &st, use->writer, sizeof(use->writer));
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
	if (!use->writer[0] && users_open_for_writing(fd))
		text_copy(use->writer, sizeof(use->writer), "a program that has it open");
}

int users_look(const struct users *u, int fd, struct inventory_disk *disk, struct strv *mounts)
{
	struct users_part_walk walk = {u, NULL, disk, mounts};
	struct inventory_use *whole =
		disk->table.kind == TABLE_NONE ? &disk->parts[0].use : &disk->use;
	char dir[300], path[320];
	struct stat st;
	int r, excl;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode)) {
		users_of_image(u, fd, &disk->use);
		return 0;
	}
	r = users_of_device(u, st.st_rdev, whole, mounts);
	if (!r)
		r = sysfs_device(u->root, st.st_rdev, "", dir, sizeof(dir));
	if (r < 0)
		return r;
	walk.dir = dir;
	r = sysfs_walk(dir, users_part, &walk);
	snprintf(path, sizeof(path), "%s/partition", dir);
	disk->use.is_partition = !access(path, F_OK);
	excl = open(disk->path, O_RDONLY | O_EXCL | O_CLOEXEC);
	disk->use.claimed = excl < 0 && errno == EBUSY;
	if (excl >= 0)
		close(excl);
	return r;
}

dev_t users_root_device(const struct users *u)
{
	/* The last mount on "/" is the one that is seen. */
	for (size_t i = u->mount_count; i-- > 0;)
		if (!strcmp(u->mounts[i].point, "/"))
			return u->mounts[i].dev;
	return 0;
}
