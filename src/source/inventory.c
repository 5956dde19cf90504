/* inventory.c - see inventory.h */
#include "source/inventory.h"
#include "table/table_read.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* Where signatures and tables live; a disk with nothing there is blank. */
#define INVENTORY_BLANK_SPAN (1u << 20)

void inventory_close(struct inventory_fds *fds)
{
	if (fds->buffered >= 0)
		close(fds->buffered);
	if (fds->direct >= 0)
		close(fds->direct);
	*fds = (struct inventory_fds){.buffered = -1, .direct = -1};
}

void inventory_release(struct inventory *inv)
{
	for (uint32_t d = 0; d < inv->disk_count; d++) {
		struct inventory_disk *disk = &inv->disks[d];

		for (uint32_t p = 0; p < disk->part_count; p++)
			blockmap_free(disk->parts[p].map);
		free(disk->parts);
		table_release(&disk->table);
	}
	*inv = (struct inventory){0};
}

/* O_DIRECT with the smallest alignment that the file takes: an image on a disk
 * with 4 KiB sectors refuses 512 bytes at the read, not at the open. */
static void inventory_open_direct(const char *path, const struct inventory_disk *disk,
				  struct inventory_fds *fds)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
	CLEANUP_FREE void *buf = io_alloc_aligned(8192);

	fds->align = disk->sector;
	if (fd < 0 || !buf)
		return;
	for (uint32_t align = disk->sector; align <= 4096 && disk->size >= 2 * align; align *= 2)
		if (pread(fd, buf, align, align) == (ssize_t)align) {
			fds->align = align;
			fds->direct = steal_fd(&fd);
			return;
		}
}

/* /dev/disk/by-id/... is a link; partitions are named after what it points to.
 * Device mapper's names say more than its nodes. */
static void inventory_resolve(struct inventory_disk *disk)
{
	CLEANUP_FREE char *node = realpath(disk->path, NULL);

	if (node && strlen(node) < sizeof(disk->path) && strncmp(node, "/dev/dm-", 8))
		text_copy(disk->path, sizeof(disk->path), node);
}

static int inventory_size(const char *path, int fd, struct inventory_disk *disk)
{
	struct stat st;
	int sector = 512;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode)) {
		disk->file = true;
		disk->size = (uint64_t)st.st_size;
		disk->sector = 512;
		return 0;
	}
	if (!S_ISBLK(st.st_mode)) {
		log_error("%s is neither a disk nor an image file", path);
		return -ENOTBLK;
	}
	if (ioctl(fd, BLKGETSIZE64, &disk->size) < 0 || ioctl(fd, BLKSSZGET, &sector) < 0) {
		int r = -errno;

		log_error("cannot find the size of %s: %s", path, strerror(-r));
		return r;
	}
	if (sector < 512 || sector > 4096 || sector & (sector - 1)) {
		log_error("%s has sectors of %d bytes, which is not supported", path, sector);
		return -ENOTSUP;
	}
	disk->sector = (uint32_t)sector;
	inventory_resolve(disk);
	/* The whole disk's cache may hold what was there before a partition's
	 * device was written to. (No sync(2): it may wait for a dead NFS.) */
	ioctl(fd, BLKFLSBUF, 0);
	return 0;
}

static int inventory_table_read(void *ctx, void *buf, size_t len, uint64_t offset)
{
	return io_pread_full(*(const int *)ctx, buf, len, offset);
}

static int inventory_blank(int fd, struct inventory_disk *disk)
{
	size_t len = disk->size < INVENTORY_BLANK_SPAN ? disk->size : INVENTORY_BLANK_SPAN;
	CLEANUP_FREE uint8_t *buf = malloc(INVENTORY_BLANK_SPAN);
	int r;

	if (!buf)
		return -ENOMEM;
	r = io_pread_full(fd, buf, len, 0);
	if (r < 0)
		return r;
	disk->blank = !len || (!buf[0] && !memcmp(buf, buf + 1, len - 1));
	return 0;
}

const char *inventory_part_name(const struct inventory_disk *disk, const struct inventory_part *p,
				char *out, size_t size)
{
	char path[256];
	size_t len = strlen(text_printable(disk->path, path, sizeof(path)));

	if (!p->number)
		snprintf(out, size, "%s", path);
	else if (disk->file)
		snprintf(out, size, "partition %" PRIu32 " of %s", p->number, path);
	else
		snprintf(out, size, "%s%s%" PRIu32, path,
			 len && isdigit((unsigned char)path[len - 1]) ? "p" : "", p->number);
	return out;
}

/* What a program has written through a partition's device may still be in that
 * device's cache only. */
static void inventory_flush(const struct inventory_disk *disk, const struct inventory_part *p)
{
	CLEANUP_FD int fd = -1;
	char name[320];

	if (disk->file)
		return;
	fd = open(inventory_part_name(disk, p, name, sizeof(name)), O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

static int inventory_by_start(const void *a, const void *b)
{
	const struct inventory_part *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return 0;
}

static int inventory_parts(int fd, struct inventory_disk *disk)
{
	const struct table *t = &disk->table;
	uint32_t n = t->kind == TABLE_NONE ? 1 : t->partition_count;

	disk->parts = calloc(n ? n : 1, sizeof(*disk->parts));
	if (!disk->parts)
		return -ENOMEM;
	disk->part_count = n;
	if (t->kind == TABLE_NONE) {
		disk->parts[0].length = disk->size;
		disk->parts[0].probe = disk->probe;
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct table_partition *from = &t->partitions[i];
		struct inventory_part *p = &disk->parts[i];
		int r = 0;

		p->number = from->number;
		p->start = from->start;
		p->length = from->length;
		inventory_flush(disk, p);
		if (!from->extended)
			r = probe_range(fd, p->start, p->length, &p->probe);
		/* A partition that cannot be probed is one with bad sectors:
		 * nothing is known about it, and it is copied whole. */
		if (r < 0)
			log_warn("cannot look into partition %" PRIu32 " of %s: %s", p->number,
				 disk->path, strerror(-r));
	}
	qsort(disk->parts, n, sizeof(*disk->parts), inventory_by_start);
	return 0;
}

/* The boot sector of a file system may be taken for a partition table with
 * nonsense in it: where libblkid sees a file system and no table, there is
 * none. */
static int inventory_table(int fd, struct inventory_disk *disk)
{
	int r;

	r = probe_range(fd, 0, disk->size, &disk->probe);
	if (r < 0)
		return r;
	disk->table.sector = disk->sector;
	if (disk->probe.type[0] && !disk->probe.table[0])
		return 0;
	r = table_decode(inventory_table_read, &fd, disk->size, disk->sector, &disk->table,
			 &disk->table_error);
	if (r == -EINVAL) {
		err_set(&disk->table_error, r, "the partition table is damaged");
		disk->table = (struct table){.sector = disk->sector};
		return 0;
	}
	return r;
}

int inventory_open_disk(const char *path, struct inventory_disk *disk, struct inventory_fds *fds)
{
	int r;

	*fds = (struct inventory_fds){.buffered = -1, .direct = -1, .align = 1};
	if (!text_copy(disk->path, sizeof(disk->path), path)) {
		log_error("the path %s is too long", path);
		return -ENAMETOOLONG;
	}
	fds->buffered = open(path, O_RDONLY | O_CLOEXEC);
	if (fds->buffered < 0) {
		r = -errno;
		log_error("cannot open %s: %s", path, strerror(-r));
		return r;
	}
	r = inventory_size(path, fds->buffered, disk);
	if (r < 0)
		return r;
	inventory_open_direct(path, disk, fds);
	r = inventory_blank(fds->buffered, disk);
	if (!r && !disk->blank)
		r = inventory_table(fds->buffered, disk);
	disk->table.sector = disk->sector;
	if (!r)
		r = inventory_parts(fds->buffered, disk);
	if (r < 0)
		log_error("cannot read %s: %s", path, strerror(-r));
	return r;
}

static bool inventory_is_ext(const struct probe_result *probe)
{
	return !probe->ambivalent &&
	       (!strcmp(probe->type, "ext2") || !strcmp(probe->type, "ext3") ||
		!strcmp(probe->type, "ext4") || !strcmp(probe->type, "ext4dev"));
}

int inventory_read_maps(struct inventory_disk *disk, const struct inventory_fds *fds, bool frozen)
{
	for (uint32_t i = 0; i < disk->part_count; i++) {
		struct inventory_part *p = &disk->parts[i];
		struct blockmap *map = NULL;
		int r;

		p->ext = inventory_is_ext(&p->probe);
		if (!p->ext || (frozen && !p->use.mounted_rw))
			continue;
		r = usedmap_read(fds->buffered, p->start, p->length, &p->info, &map);
		if (r < 0) {
			log_error("cannot read the block bitmap of partition %" PRIu32 " of %s: %s",
				  p->number, disk->path, strerror(-r));
			return r;
		}
		blockmap_free(p->map);
		p->map = map;
	}
	return 0;
}
