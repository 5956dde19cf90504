/* table_gpt.c - see table_gpt.h */
#include "table/table_gpt.h"
#include "util/buf.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TABLE_GPT_HEADER      92u
#define TABLE_GPT_REVISION    0x00010000u
#define TABLE_GPT_ENTRY       128u
#define TABLE_GPT_NAME        56u /* offset in an entry */
#define TABLE_GPT_MAX_ENTRIES 1024u
#define TABLE_GPT_MAX_BYTES   (128u << 10) /* of all entries */
#define TABLE_GPT_REPAIR      "repair it with gdisk (r, b, w) or sgdisk -e"

struct table_gpt {
	uint64_t first, last; /* usable sectors */
	uint64_t backup;      /* sector */
	uint64_t entries;     /* sector */
	uint32_t count;       /* entries */
	uint32_t entry_size;  /* bytes */
	uint32_t entries_crc;
};

/* The CRC of ISO 3309 (reflected polynomial edb88320), a nibble at a time. */
static uint32_t table_crc32(uint32_t crc, const uint8_t *p, size_t len)
{
	static const uint32_t step[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
					  0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
					  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
					  0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ step[crc & 15];
		crc = crc >> 4 ^ step[crc & 15];
	}
	return ~crc;
}

/* The first three groups are little-endian numbers, the rest is bytes. */
static void table_gpt_guid(const uint8_t *b, char out[37])
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	char *p = out;

	for (unsigned i = 0; i < 16; i++) {
		text_to_hex(b + order[i], 1, p);
		p += 2;
		if (i == 3 || i == 5 || i == 7 || i == 9)
			*p++ = '-';
	}
	*p = '\0';
}

static char *table_put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xc0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*p++ = (char)(0xe0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	} else {
		*p++ = (char)(0xf0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3f));
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	}
	return p;
}

/* 36 units give at most 3 bytes each. Half a surrogate pair becomes U+FFFD. */
static void table_gpt_name(const uint8_t *units, char out[112])
{
	struct buf_reader r = buf_reader(units, 72);
	char *p = out;
	uint32_t c, low;

	while (r.left && (c = buf_get_u16(&r))) {
		if (c >= 0xd800 && c <= 0xdfff) {
			struct buf_reader ahead = r;

			low = c < 0xdc00 ? buf_get_u16(&ahead) : 0;
			if (low >= 0xdc00 && low <= 0xdfff) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				r = ahead;
			} else {
				c = 0xfffd;
			}
		}
		p = table_put_utf8(p, c);
	}
	*p = '\0';
	text_printable(out, out, 112);
}

static int table_gpt_damaged(struct table_work *w, const char *what)
{
	return err_set(w->err, -EINVAL, "the GPT is damaged (%s): " TABLE_GPT_REPAIR, what);
}

/* The header's CRC, computed with its own field as zero. */
static bool table_gpt_header_crc(const uint8_t *h, uint32_t size, uint32_t want)
{
	static const uint8_t zero[4];
	uint32_t crc = table_crc32(0, h, 16);

	crc = table_crc32(crc, zero, 4);
	return table_crc32(crc, h + 20, size - 20) == want;
}

void table_gpt_seal(uint8_t *header)
{
	struct buf_reader r = buf_reader(header + 12, 4);
	uint32_t size = buf_get_u32(&r);

	buf_put_u32(header + 16, 0);
	buf_put_u32(header + 16, table_crc32(0, header, size));
}

/* What the header says of itself. */
static int table_gpt_header(struct table_work *w, const uint8_t *h, struct table_gpt *g)
{
	struct buf_reader r = buf_reader(h, TABLE_GPT_HEADER);
	uint32_t revision, size, crc;
	uint64_t self;

	if (memcmp(buf_get(&r, 8), "EFI PART", 8))
		return table_gpt_damaged(w, "sector 1 has no GPT header");
	revision = buf_get_u32(&r);
	size = buf_get_u32(&r);
	crc = buf_get_u32(&r);
	buf_get_u32(&r);
	self = buf_get_u64(&r);
	g->backup = buf_get_u64(&r);
	g->first = buf_get_u64(&r);
	g->last = buf_get_u64(&r);
	table_gpt_guid(buf_get(&r, 16), w->out->id);
	g->entries = buf_get_u64(&r);
	g->count = buf_get_u32(&r);
	g->entry_size = buf_get_u32(&r);
	g->entries_crc = buf_get_u32(&r);

	if (size < TABLE_GPT_HEADER || size > w->sector)
		return table_gpt_damaged(w, "header size");
	if (!table_gpt_header_crc(h, size, crc))
		return table_gpt_damaged(w, "header checksum");
	if (revision != TABLE_GPT_REVISION)
		return err_set(w->err, -EINVAL, "GPT revision %08" PRIx32 " is not supported",
			       revision);
	return self == 1 ? 0 : table_gpt_damaged(w, "the header is not the one of sector 1");
}

/* What it says of the disk. A right checksum does not make it right: the header
 * may have come over the network. */
static int table_gpt_check(struct table_work *w, const struct table_gpt *g, uint32_t *bytes)
{
	uint64_t sectors;

	if (g->entry_size < TABLE_GPT_ENTRY || (g->entry_size & (g->entry_size - 1)) || !g->count ||
	    g->count > TABLE_GPT_MAX_ENTRIES || g->entry_size > TABLE_GPT_MAX_BYTES / g->count)
		return err_set(w->err, -EINVAL,
			       "a GPT with %u entries of %u bytes each is not supported", g->count,
			       g->entry_size);
	sectors = ((uint64_t)g->count * g->entry_size + w->sector - 1) / w->sector;
	*bytes = (uint32_t)(sectors * w->sector);
	if (g->first > g->last || g->last >= w->sectors)
		return table_gpt_damaged(w, "the usable sectors are not on the disk");
	if (g->entries < 2 || g->entries > g->first || sectors > g->first - g->entries)
		return table_gpt_damaged(w, "the entries are not before the usable sectors");
	return 0;
}

static int table_gpt_entry(struct table_work *w, const struct table_gpt *g, uint32_t number,
			   const uint8_t *bytes)
{
	static const uint8_t unused[16];
	struct buf_reader r = buf_reader(bytes, TABLE_GPT_ENTRY);
	struct table_partition p = {.number = number};
	const uint8_t *type = buf_get(&r, 16), *guid = buf_get(&r, 16);
	uint64_t first = buf_get_u64(&r), last = buf_get_u64(&r);

	if (!memcmp(type, unused, sizeof(unused)))
		return 0;
	if (first < g->first || last > g->last || first > last)
		return err_set(w->err, -EINVAL,
			       "partition %u is not within the usable sectors of the GPT", number);
	p.start = first * w->sector;
	p.length = (last - first + 1) * w->sector;
	p.attributes = buf_get_u64(&r);
	table_gpt_guid(type, p.type_guid);
	table_gpt_guid(guid, p.guid);
	table_gpt_name(bytes + TABLE_GPT_NAME, p.name);
	if (number > TABLE_MAX_PARTITIONS)
		return err_set(w->err, -EINVAL, "partition %u: at most %u are supported", number,
			       TABLE_MAX_PARTITIONS);
	return table_add(w, &p);
}

int table_gpt_decode(struct table_work *w, const uint8_t *sector)
{
	struct table_gpt g = {0};
	const uint8_t *header, *entries;
	uint32_t bytes = 0;
	bool at_one = false;
	int r;

	for (unsigned slot = 0; slot < 4; slot++) {
		struct table_entry e = table_entry_at(sector, slot);

		at_one |= e.count && e.start == 1;
	}
	if (!at_one)
		return table_gpt_damaged(w, "the protective MBR does not begin at sector 1");
	r = table_take(w, 1, w->sector, &header);
	if (!r)
		r = table_gpt_header(w, header, &g);
	if (!r)
		r = table_gpt_check(w, &g, &bytes);
	if (!r)
		r = table_take(w, g.entries, bytes, &entries);
	if (r < 0)
		return r;
	if (table_crc32(0, entries, (size_t)g.count * g.entry_size) != g.entries_crc)
		return table_gpt_damaged(w, "checksum of the entries");
	w->out->first_usable = g.first * w->sector;
	w->out->usable_end = (g.last + 1) * w->sector;
	if (g.backup < w->sectors && g.backup > g.last + bytes / w->sector)
		w->out->backup = g.backup * w->sector;
	for (uint32_t i = 0; i < g.count; i++) {
		r = table_gpt_entry(w, &g, i + 1, entries + (size_t)i * g.entry_size);
		if (r < 0)
			return r;
	}
	return 0;
}
