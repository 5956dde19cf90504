/* table_read.c - which table a disk has; see table_read.h */
#include "table/table_read.h"
#include "table/table_decode.h"
#include "table/table_gpt.h"
#include "table/table_mbr.h"
#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* FAT, NTFS and ext all show themselves in the first bytes of a disk. */
#define TABLE_PROBE_LEN 4096u
#define TABLE_EXT_MAGIC 1080u /* superblock at 1024, s_magic 56 bytes into it */

static bool table_has_signature(const uint8_t *sector)
{
	return sector[TABLE_MBR_SIGNATURE] == 0x55 && sector[TABLE_MBR_SIGNATURE + 1] == 0xaa;
}

/* Does the disk begin as a file system with a boot sector of its own? */
static bool table_is_file_system(struct table_work *w, const uint8_t *sector)
{
	CLEANUP_FREE uint8_t *buf = NULL;

	if (!memcmp(sector + 3, "NTFS    ", 8) || !memcmp(sector + 3, "EXFAT   ", 8))
		return true;
	/* FAT: a jump, a sector size, sectors in a cluster, copies, media byte. */
	if ((sector[0] == 0xeb || sector[0] == 0xe9) && !sector[11] &&
	    (sector[12] == 2 || sector[12] == 4 || sector[12] == 8 || sector[12] == 16) &&
	    sector[13] && !(sector[13] & (sector[13] - 1)) &&
	    (sector[16] == 1 || sector[16] == 2) && sector[21] >= 0xf0)
		return true;
	if (w->size < TABLE_PROBE_LEN || posix_memalign((void **)&buf, 4096, TABLE_PROBE_LEN) ||
	    w->read(w->ctx, buf, TABLE_PROBE_LEN, 0) < 0)
		return false;
	return buf[TABLE_EXT_MAGIC] == 0x53 && buf[TABLE_EXT_MAGIC + 1] == 0xef;
}

/* What the kernel goes by: status bytes and lengths of the four entries. */
static int table_classify(struct table_work *w, const uint8_t *sector, enum table_kind *kind)
{
	unsigned used = 0, protective = 0, impossible = 0;

	*kind = TABLE_NONE;
	for (unsigned i = 0; i < 4; i++) {
		struct table_entry e = table_entry_at(sector, i);

		if (e.status != 0 && e.status != 0x80)
			return 0;
		if (!e.count)
			continue;
		used++;
		protective += e.type == TABLE_TYPE_GPT;
		if (e.type != TABLE_TYPE_GPT)
			impossible += !e.type || !e.start || e.start >= w->sectors ||
				      e.count > w->sectors - e.start;
	}
	if (impossible && table_is_file_system(w, sector))
		return 0;
	if (impossible)
		return err_set(w->err, -EINVAL,
			       "the partition table in sector 0 has an entry without a type or "
			       "beyond the disk: repair it with fdisk or sfdisk");
	if (protective && used > 1)
		return err_set(w->err, -EINVAL,
			       "this is a GPT with a hybrid MBR, which is not supported: make the "
			       "MBR a protective one (gdisk: x, n, w)");
	if (used)
		*kind = protective ? TABLE_GPT : TABLE_MBR;
	return 0;
}

/* A GPT header in sector 1 without its protective MBR: the kernel ignores it,
 * but somebody's partitions may be behind it. */
static int table_check_lost_gpt(struct table_work *w)
{
	const uint8_t *sector;
	int r;

	if (w->sectors < 2)
		return 0;
	r = table_take(w, 1, w->sector, &sector);
	if (r < 0)
		return r;
	if (!memcmp(sector, "EFI PART", 8))
		return err_set(w->err, -EINVAL,
			       "sector 1 has a GPT header, but sector 0 no protective MBR: repair "
			       "it with gdisk (x, n, w), or remove the rest with wipefs");
	return 0;
}

/* Everything after the checks of the arguments. */
static int table_decode_work(struct table_work *w)
{
	const uint8_t *sector;
	enum table_kind kind = TABLE_NONE;
	int r = table_take(w, 0, w->sector, &sector);

	if (r < 0)
		return r;
	if (table_has_signature(sector))
		r = table_classify(w, sector, &kind);
	else
		r = table_check_lost_gpt(w);
	if (r < 0)
		return r;
	w->out->kind = kind;
	if (kind == TABLE_MBR)
		r = table_mbr_decode(w, sector);
	else if (kind == TABLE_GPT)
		r = table_gpt_decode(w, sector);
	if (r < 0)
		return r;
	if (!w->out->partition_count) {
		table_release(w->out);
		w->out->sector = w->sector;
	}
	return 0;
}

int table_decode(table_read_fn *read, void *ctx, uint64_t size, uint32_t sector, struct table *out,
		 struct err_text *err)
{
	CLEANUP(table_release) struct table t = {.sector = sector};
	struct err_text why = {0};
	struct table_work w = {
		.read = read, .ctx = ctx, .size = size, .sector = sector, .out = &t, .err = &why};
	int r;

	*out = (struct table){0};
	if (sector < 512 || sector > 4096 || (sector & (sector - 1)))
		return err_set(err, -EINVAL, "a sector size of %u bytes is not supported", sector);
	if (size < sector || size > 1ULL << 60)
		return err_set(err, -EINVAL, "a disk of %" PRIu64 " bytes is not supported", size);
	w.sectors = size / sector;
	r = table_decode_work(&w);
	if (r < 0)
		return err_set(err, r, "%s", why.text);
	*out = t;
	t = (struct table){0};
	return 0;
}

/* The extents that came, as a disk of which nothing else is known. */
struct table_given {
	const struct table_extent *extents;
	uint32_t count;
};

static int table_read_given(void *ctx, void *buf, size_t len, uint64_t offset)
{
	const struct table_given *g = ctx;

	for (uint32_t i = 0; i < g->count; i++)
		if (g->extents[i].offset == offset && g->extents[i].length == len) {
			memcpy(buf, g->extents[i].bytes, len);
			return 0;
		}
	return -ENODATA;
}

/* The decoded table must account for each byte of what came. */
static int table_compare_given(const struct table *t, const struct table_given *g,
			       struct err_text *err)
{
	if (t->extent_count != g->count)
		return err_set(err, -EINVAL, "there are %u pieces of a partition table of %u",
			       g->count, t->extent_count);
	for (uint32_t i = 0; i < g->count; i++)
		if (t->extents[i].offset != g->extents[i].offset ||
		    t->extents[i].length != g->extents[i].length)
			return err_set(err, -EINVAL, "piece %u is not of the partition table", i);
	return 0;
}

int table_decode_extents(const struct table_extent *extents, uint32_t count, uint64_t size,
			 uint32_t sector, struct table *out, struct err_text *err)
{
	struct table_given given = {.extents = extents, .count = count};
	uint64_t total = 0;
	int r;

	*out = (struct table){.sector = sector};
	if (!count)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		total += extents[i].length;
	if (total > TABLE_MAX_BYTES)
		return err_set(err, -EINVAL, "the partition table has more than %u bytes",
			       TABLE_MAX_BYTES);
	r = table_decode(table_read_given, &given, size, sector, out, err);
	if (!r)
		r = table_compare_given(out, &given, err);
	if (r < 0)
		table_release(out);
	return r == -ENODATA ? -EINVAL : r;
}
