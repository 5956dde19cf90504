/* probe.c - see probe.h */
#include "util/probe.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <blkid/blkid.h>
#include <errno.h>

static void probe_freep(blkid_probe *pr)
{
	blkid_free_probe(*pr);
}

static void probe_value(blkid_probe pr, const char *name, char *out, size_t size)
{
	const char *value;

	if (!blkid_probe_lookup_value(pr, name, &value, NULL))
		text_copy(out, size, value);
}

static int probe_run(blkid_probe pr, struct probe_result *out)
{
	int r;

	errno = 0;
	r = blkid_do_safeprobe(pr);
	if (r == -2)
		out->ambivalent = true;
	else if (r < 0)
		return errno > 0 ? -errno : -EIO;
	return 0;
}

/* The two kinds of signature are looked for one after the other: a boot sector
 * may look like both, and then the caller must know both. */
int probe_range(int fd, uint64_t offset, uint64_t length, struct probe_result *out)
{
	CLEANUP(probe_freep) blkid_probe pr = blkid_new_probe();
	int r;

	*out = (struct probe_result){0};
	if (!pr)
		return -ENOMEM;
	errno = 0;
	if (blkid_probe_set_device(pr, fd, (blkid_loff_t)offset, (blkid_loff_t)length))
		return errno > 0 ? -errno : -EIO;

	blkid_probe_enable_superblocks(pr, 1);
	blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID |
						      BLKID_SUBLKS_LABEL | BLKID_SUBLKS_USAGE);
	blkid_probe_enable_partitions(pr, 0);
	r = probe_run(pr, out);
	if (r < 0)
		return r;
	probe_value(pr, "TYPE", out->type, sizeof(out->type));
	probe_value(pr, "UUID", out->uuid, sizeof(out->uuid));
	probe_value(pr, "LABEL", out->label, sizeof(out->label));
	probe_value(pr, "USAGE", out->usage, sizeof(out->usage));

	blkid_reset_probe(pr);
	blkid_probe_enable_superblocks(pr, 0);
	blkid_probe_enable_partitions(pr, 1);
	r = probe_run(pr, out);
	if (r < 0)
		return r;
	probe_value(pr, "PTTYPE", out->table, sizeof(out->table));
	return 0;
}

void probe_partition_uuid(int fd, char *out, size_t size)
{
	CLEANUP(probe_freep) blkid_probe pr = blkid_new_probe();

	*out = '\0';
	if (!pr || blkid_probe_set_device(pr, fd, 0, 0))
		return;
	blkid_probe_enable_superblocks(pr, 0);
	blkid_probe_enable_partitions(pr, 1);
	blkid_probe_set_partitions_flags(pr, BLKID_PARTS_ENTRY_DETAILS);
	if (blkid_do_safeprobe(pr) == 0)
		probe_value(pr, "PART_ENTRY_UUID", out, size);
}
