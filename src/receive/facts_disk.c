/* facts_disk.c - see facts.h: what the disks are and hold */
#include "disk/nodes.h"
#include "disk/target.h"
#include "receive/facts.h"
#include "receive/usage.h"
#include "table/table.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/probe.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* One thing that an erase destroys, in words. */
static int facts_content(struct facts_disk *d, const struct disk_target *t, const char *name,
			 uint64_t offset, uint64_t length)
{
	struct probe_result p = {0};
	char size[16], label[sizeof(p.label)];

	if (probe_range(t->fd, offset, length, &p))
		p.type[0] = p.label[0] = '\0';
	text_size(length, size, sizeof(size));
	if (!p.label[0])
		return strv_addf(&d->contents, "%s: %s, %s", name,
				 p.type[0] ? p.type : "nothing that is known", size);
	return strv_addf(&d->contents, "%s: %s \"%s\", %s", name, p.type,
			 text_printable(p.label, label, sizeof(label)), size);
}

static int facts_contents(struct facts_disk *d, struct disk_target *t, const char *name)
{
	struct table table = {0};
	struct err_text why = {0};
	int r = table_decode(disk_read, t, t->size, t->sector, &table, &why);

	if (r)
		return strv_addf(&d->contents, "%s: a damaged partition table", name);
	if (table.kind == TABLE_NONE) {
		struct probe_result p = {0};

		if (probe_range(t->fd, 0, t->size, &p) == 0 && (p.type[0] || p.table[0]))
			r = p.type[0] ? facts_content(d, t, name, 0, t->size)
				      : strv_addf(&d->contents, "%s: a %s partition table", name,
						  p.table);
	}
	for (uint32_t i = 0; !r && i < table.partition_count; i++) {
		const struct table_partition *p = &table.partitions[i];
		char part[NAME_MAX];

		if (p->extended)
			continue;
		snprintf(part, sizeof(part), "%s partition %u", name, p->number);
		r = facts_content(d, t, part, p->start, p->length);
	}
	table_release(&table);
	return r;
}

/* virtio has it in one place, SCSI and NVMe in others. */
static void facts_attribute(const char *name, const char *const files[], char *out, size_t size)
{
	char path[PATH_MAX];

	out[0] = '\0';
	for (; *files && !out[0]; files++) {
		char raw[256];

		snprintf(path, sizeof(path), "/sys/block/%s/%s", name, *files);
		if (io_read_line(AT_FDCWD, path, raw, sizeof(raw)) == 0)
			text_printable(raw + strspn(raw, " "), out, size);
	}
}

static int facts_block(struct facts_disk *d, struct disk_target *t, struct err_text *err)
{
	static const char *const serial[] = {"serial", "device/serial", "device/wwid", "wwid",
					     NULL};
	static const char *const model[] = {"device/model", NULL};
	char name[64], path[PATH_MAX], ro[8];
	bool root = false;
	int r = nodes_name((dev_t)t->device, name, sizeof(name));

	if (r)
		return err_set(err, r, "%s has no place in /sys", d->path);
	snprintf(path, sizeof(path), "/sys/block/%s/ro", name);
	r = io_read_line(AT_FDCWD, path, ro, sizeof(ro));
	if (r)
		return err_set(err, -EINVAL, "%s is not a whole disk", d->path);
	d->read_only = !strcmp(ro, "1");
	facts_attribute(name, serial, d->serial, sizeof(d->serial));
	facts_attribute(name, model, d->model, sizeof(d->model));
	r = usage_of_disk(name, &d->users, &root);
	if (r)
		return err_set(err, r, "%s: who uses it cannot be found out: %s", d->path,
			       strerror(-r));
	d->boot_disk = root;
	return facts_contents(d, t, name);
}

/* What the tables of the kernel do not say, an exclusive open does. */
static int facts_try_claim(struct facts_disk *d)
{
	int fd;

	if (d->file || d->users.n || d->read_only)
		return 0;
	fd = open(d->path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	return errno == EBUSY ? strv_add(&d->users, "it is claimed by the kernel or a program") : 0;
}

int facts_disk(const char *path, struct facts_disk *out, struct err_text *err)
{
	struct facts_disk d = {0};
	struct disk_target t;
	int r = disk_open(path, DISK_LOOK, &t, err);

	if (r)
		return r;
	text_copy(d.path, sizeof(d.path), path);
	d.file = t.file;
	d.size = t.size;
	d.sector = t.sector;
	if (t.file) {
		const char *slash = strrchr(path, '/');

		d.read_only = access(path, W_OK) < 0;
		r = usage_of_file(path, &d.users);
		if (!r)
			r = facts_contents(&d, &t, slash ? slash + 1 : path);
	} else {
		r = facts_block(&d, &t, err);
	}
	disk_close(&t);
	if (!r)
		r = facts_try_claim(&d);
	if (r) {
		facts_disk_release(&d);
		return err_set(err, r, "%s: %s", path, strerror(-r));
	}
	*out = d;
	return 0;
}

void facts_disk_release(struct facts_disk *d)
{
	strv_release(&d->users);
	strv_release(&d->contents);
}

/* Real disks only: something that has hardware (or a hypervisor) behind it. */
static bool facts_is_disk(int sys, const char *name)
{
	static const char *const not_disks[] = {"sr", "fd", "loop", "ram", "zram", "dm-", "md"};
	char file[NAME_MAX + 16], size[32];
	struct stat st;
	uint64_t sectors;

	for (size_t i = 0; i < sizeof(not_disks) / sizeof(not_disks[0]); i++)
		if (!strncmp(name, not_disks[i], strlen(not_disks[i])))
			return false;
	snprintf(file, sizeof(file), "%s/device", name);
	if (fstatat(sys, file, &st, 0) < 0)
		return false;
	snprintf(file, sizeof(file), "%s/size", name);
	return io_read_line(sys, file, size, sizeof(size)) == 0 &&
	       text_to_u64(size, 1, UINT64_MAX, &sectors);
}

int facts_disk_paths(struct strv *out)
{
	struct dirent **list = NULL;
	CLEANUP_FD int sys = open("/sys/block", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = scandir("/sys/block", &list, NULL, versionsort), r = 0;

	if (n < 0 || sys < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (!r && name[0] != '.' && facts_is_disk(sys, name))
			r = strv_addf(out, "/dev/%s", name);
		free(list[i]);
	}
	free(list);
	return r;
}
