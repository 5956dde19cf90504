/* fuzz-table.c - the first sectors of a disk
 *
 * u8 sector size (shift - 9)   u8[3] size of the disk in sectors   then sectors
 *
 * The rest of the disk reads as zeros. A GPT's checksums are put right first, for
 * a fuzzer does not guess them and a hostile peer need not.
 */
#include "table/table.h"
#include "table/table_read.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

struct disk {
	uint8_t *b;
	size_t have;
	uint64_t size;
	uint32_t sector;
};

static int disk_read(void *ctx, void *buf, size_t len, uint64_t offset)
{
	const struct disk *d = ctx;

	if (offset % d->sector || len % d->sector || offset > d->size || len > d->size - offset)
		abort();
	memset(buf, 0, len);
	if (offset < d->have)
		memcpy(buf, d->b + offset, len < d->have - offset ? len : d->have - offset);
	return 0;
}

static uint32_t crc32_of(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static uint64_t get(const uint8_t *p, size_t width)
{
	struct buf_reader r = buf_reader(p, width);

	return buf_get_le(&r, width);
}

static void put_right(struct disk *d)
{
	uint8_t *h = d->b + d->sector;
	uint64_t at, len;

	if (d->have < 2 * (size_t)d->sector || memcmp(h, "EFI PART", 8))
		return;
	at = get(h + 72, 8);
	len = get(h + 80, 4) * get(h + 84, 4);
	if (at < 1000 && len < 1 << 20 && at * d->sector + len <= d->have)
		buf_put_u32(h + 88, crc32_of(d->b + at * d->sector, len));
	buf_put_u32(h + 16, 0);
	if (get(h + 12, 4) <= d->sector)
		buf_put_u32(h + 16, crc32_of(h, get(h + 12, 4)));
}

static void check(const struct table *t, uint64_t size)
{
	uint64_t bytes = 0;

	if (table_min_size(t) > size + t->sector + (128 << 10) ||
	    t->partition_count > TABLE_MAX_PARTITIONS || !t->partition_count != !t->extent_count)
		abort();
	for (uint32_t i = 0; i < t->partition_count; i++) {
		const struct table_partition *p = &t->partitions[i];

		if (p->start < t->first_usable || p->length > size || p->start > size - p->length ||
		    !p->length || (i && p->number <= p[-1].number) || strlen(p->name) > 108 ||
		    table_find(t, p->number) != p)
			abort();
	}
	for (uint32_t i = 0; i < t->extent_count; i++)
		bytes += t->extents[i].length;
	if (bytes > TABLE_MAX_BYTES + 4096)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(table_release) struct table t = {0}, again = {0};
	CLEANUP_FREE uint8_t *b = NULL;
	struct disk d;
	struct err_text err = {0};
	int r;

	if (size < 4 || size > 1 << 20)
		return 0;
	b = malloc(size);
	if (!b)
		return 0;
	memcpy(b, data + 4, size - 4);
	d = (struct disk){.b = b, .have = size - 4, .sector = 512u << data[0] % 4};
	d.size = get(data + 1, 3) * d.sector;
	put_right(&d);
	r = table_decode(disk_read, &d, d.size, d.sector, &t, &err);
	if (r) {
		if (r != -EINVAL || !err.text[0] || t.partitions || t.extents)
			abort();
		return 0;
	}
	check(&t, d.size);
	if (table_decode_extents(t.extents, t.extent_count, d.size, d.sector, &again, NULL) ||
	    again.kind != t.kind || again.partition_count != t.partition_count ||
	    again.extent_count != t.extent_count || strcmp(again.id, t.id) ||
	    (t.partition_count &&
	     memcmp(again.partitions, t.partitions, t.partition_count * sizeof(*t.partitions))))
		abort();
	return 0;
}
