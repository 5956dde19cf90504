/* table-image.h - partition tables made by hand, in memory
 *
 * Written from the formats' descriptions, not with src/wire/table*.c, so that a
 * mistake there is not repeated here.
 */
#ifndef P2V_TESTS_TABLE_IMAGE_H
#define P2V_TESTS_TABLE_IMAGE_H

#include "table/table.h"
#include "util/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A disk of which only the first bytes exist; the rest reads as zeros. */
struct image {
	uint64_t size;
	uint32_t sector;
	size_t have;
	uint8_t *b;
};

static inline struct image image_new(uint64_t size, uint32_t sector)
{
	size_t have = size < (4u << 20) ? (size_t)size : 4u << 20;

	return (struct image){.size = size, .sector = sector, .have = have, .b = calloc(1, have)};
}

static inline void image_release(struct image *m)
{
	free(m->b);
	m->b = NULL;
}

/* A table_read_fn. */
static inline int image_read(void *ctx, void *buf, size_t len, uint64_t offset)
{
	const struct image *m = ctx;

	if (offset > m->size || len > m->size - offset)
		return -ENODATA;
	memset(buf, 0, len);
	if (offset < m->have)
		memcpy(buf, m->b + offset, len < m->have - offset ? len : m->have - offset);
	return 0;
}

static inline uint8_t *image_at(struct image *m, uint64_t lba)
{
	return m->b + lba * m->sector;
}

static inline void image_sign(struct image *m, uint64_t lba)
{
	image_at(m, lba)[510] = 0x55;
	image_at(m, lba)[511] = 0xaa;
}

/* Slot 0..3 of the MBR or EBR in sector @lba. */
static inline void image_entry(struct image *m, uint64_t lba, unsigned slot, uint8_t status,
			       uint8_t type, uint32_t start, uint32_t count)
{
	uint8_t *p = image_at(m, lba) + 446 + 16 * slot;

	p[0] = status;
	p[4] = type;
	buf_put_u32(p + 8, start);
	buf_put_u32(p + 12, count);
	image_sign(m, lba);
}

/* Bit by bit, as the standard has it. */
static inline uint32_t image_crc32(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

struct image_gpt {
	uint64_t self, first, last, entries;
	uint32_t revision, header, count, entry_size;
};

static inline struct image_gpt image_gpt_usual(const struct image *m)
{
	uint64_t sectors = m->size / m->sector, n = 16384 / m->sector;

	return (struct image_gpt){.self = 1,
				  .first = 2 + n,
				  .last = sectors - n - 2,
				  .entries = 2,
				  .revision = 0x10000,
				  .header = 92,
				  .count = 128,
				  .entry_size = 128};
}

/* Type and GUID are filled with these bytes, counting up. */
static inline void image_gpt_entry(struct image *m, const struct image_gpt *g, uint32_t index,
				   uint64_t first, uint64_t last, const uint16_t *name)
{
	uint8_t *p = image_at(m, g->entries) + (size_t)index * g->entry_size;

	for (unsigned i = 0; i < 16; i++) {
		p[i] = (uint8_t)(0x10 + i);
		p[16 + i] = (uint8_t)(0xa0 + index + i);
	}
	buf_put_u64(p + 32, first);
	buf_put_u64(p + 40, last);
	buf_put_u64(p + 48, 0x8000000000000004ULL);
	for (unsigned i = 0; name && i < 36 && name[i]; i++)
		buf_put_u16(p + 56 + 2 * i, name[i]);
}

/* Protective MBR and header, with right checksums over what is there. */
static inline void image_gpt_finish(struct image *m, const struct image_gpt *g)
{
	uint64_t sectors = m->size / m->sector;
	uint8_t *h = image_at(m, 1);

	image_entry(m, 0, 0, 0, 0xee, 1,
		    sectors > 0xffffffff ? 0xffffffff : (uint32_t)(sectors - 1));
	memcpy(h, "EFI PART", 8);
	buf_put_u32(h + 8, g->revision);
	buf_put_u32(h + 12, g->header);
	buf_put_u32(h + 16, 0);
	buf_put_u64(h + 24, g->self);
	buf_put_u64(h + 32, sectors - 1);
	buf_put_u64(h + 40, g->first);
	buf_put_u64(h + 48, g->last);
	for (unsigned i = 0; i < 16; i++)
		h[56 + i] = (uint8_t)i;
	buf_put_u64(h + 72, g->entries);
	buf_put_u32(h + 80, g->count);
	buf_put_u32(h + 84, g->entry_size);
	if (g->entries < 1000 &&
	    g->entries * m->sector + (uint64_t)g->count * g->entry_size <= m->have)
		buf_put_u32(h + 88,
			    image_crc32(image_at(m, g->entries), (size_t)g->count * g->entry_size));
	buf_put_u32(h + 16, image_crc32(h, g->header <= m->sector ? g->header : m->sector));
}

/* An MBR with a primary, a container with two logicals (the second is before
 * the first on the disk), and a swap partition. 64 MiB, 512 byte sectors. */
static inline struct image image_mbr_example(void)
{
	struct image m = image_new(64u << 20, 512);

	memcpy(m.b, "\xeb\x63\x90 boot code", 13);
	buf_put_u32(m.b + 440, 0x00c0ffee);
	image_entry(&m, 0, 0, 0x80, 0x83, 1024, 1024);
	image_entry(&m, 0, 1, 0, 0x05, 2048, 4096);
	image_entry(&m, 0, 3, 0, 0x82, 8192, 2048);
	image_entry(&m, 2048, 0, 0, 0x8e, 2048, 1024); /* 4096..5119 */
	image_entry(&m, 2048, 1, 0, 0x05, 64, 1024);   /* EBR at 2112 */
	image_entry(&m, 2112, 0, 0, 0x83, 64, 512);    /* 2176..2687 */
	return m;
}

/* A GPT with two partitions, 1 (named "root") and 3. 64 MiB. */
static inline struct image image_gpt_example(uint32_t sector)
{
	static const uint16_t root[] = {'r', 'o', 'o', 't', 0};
	struct image m = image_new(64u << 20, sector);
	struct image_gpt g = image_gpt_usual(&m);
	uint64_t mib = (1u << 20) / sector;

	image_gpt_entry(&m, &g, 0, mib, 9 * mib - 1, root);
	image_gpt_entry(&m, &g, 2, 16 * mib, 32 * mib - 1, NULL);
	image_gpt_finish(&m, &g);
	return m;
}

#endif
