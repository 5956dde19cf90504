/* test-table.c - partition tables: made by hand, damaged by hand, and made by
 * sfdisk and sgdisk
 */
#include "table-image.h"
#include "table/table_read.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/run.h"

#include <fcntl.h>
#include <unistd.h>

#define CLEANUP_IMAGE CLEANUP(image_release)
#define CLEANUP_TABLE CLEANUP(table_release)

/* Decodes it, and once more from its own extents; both must be the same. */
static int decode(struct image *m, struct table *t, struct err_text *err)
{
	CLEANUP_TABLE struct table again = {0};
	int r = table_decode(image_read, m, m->size, m->sector, t, err);

	if (r < 0) {
		static const struct table empty;

		TAP_OK(!memcmp(t, &empty, sizeof(empty)));
		return r;
	}
	TAP_INT(table_decode_extents(t->extents, t->extent_count, m->size, m->sector, &again, err),
		0);
	TAP_INT(again.kind, t->kind);
	TAP_STR(again.id, t->id);
	TAP_INT(again.first_usable, t->first_usable);
	TAP_INT(again.partition_count, t->partition_count);
	TAP_INT(again.extent_count, t->extent_count);
	TAP_OK(again.partition_count != t->partition_count || !t->partition_count ||
	       !memcmp(again.partitions, t->partitions,
		       t->partition_count * sizeof(*t->partitions)));
	for (uint32_t i = 0; i < t->extent_count && i < again.extent_count; i++) {
		TAP_INT(again.extents[i].offset, t->extents[i].offset);
		TAP_INT(again.extents[i].length, t->extents[i].length);
		TAP_OK(!memcmp(again.extents[i].bytes, t->extents[i].bytes, t->extents[i].length));
	}
	return 0;
}

static void expect_refused(struct image *m, const char *part)
{
	CLEANUP_TABLE struct table t = {0};
	struct err_text err = {0};

	TAP_INT(decode(m, &t, &err), -EINVAL);
	TAP_HAS(err.text, part);
}

static void expect_none(struct image *m)
{
	CLEANUP_TABLE struct table t = {0};
	struct err_text err = {0};

	TAP_INT(decode(m, &t, &err), 0);
	TAP_STR(err.text, "");
	TAP_INT(t.kind, TABLE_NONE);
	TAP_INT(t.partition_count, 0);
	TAP_INT(t.extent_count, 0);
	TAP_INT(t.sector, m->sector);
	TAP_INT(table_min_size(&t), 0);
}

static void test_nothing(void)
{
	CLEANUP_IMAGE struct image m = image_new(1u << 20, 512);
	CLEANUP_IMAGE struct image tiny = image_new(512, 512);
	CLEANUP_TABLE struct table t = {0};

	expect_none(&m);
	expect_none(&tiny);
	image_sign(&m, 0); /* an MBR without a partition divides nothing */
	expect_none(&m);
	TAP_INT(table_decode(image_read, &m, 511, 512, &t, NULL), -EINVAL);
	TAP_INT(table_decode(image_read, &m, m.size, 520, &t, NULL), -EINVAL);
	TAP_INT(table_decode(image_read, &m, m.size, 256, &t, NULL), -EINVAL);
	TAP_INT(table_decode(image_read, &m, m.size, 8192, &t, NULL), -EINVAL);
	TAP_INT(table_decode(image_read, &m, UINT64_MAX, 512, &t, NULL), -EINVAL);
	TAP_STR(table_kind_name(TABLE_NONE), "none");
	TAP_STR(table_kind_name(TABLE_MBR), "mbr");
	TAP_STR(table_kind_name(TABLE_GPT), "gpt");
}

static void test_mbr(void)
{
	CLEANUP_IMAGE struct image m = image_mbr_example();
	CLEANUP_TABLE struct table t = {0};
	const struct table_partition *p;

	TAP_INT(decode(&m, &t, NULL), 0);
	TAP_INT(t.kind, TABLE_MBR);
	TAP_STR(t.id, "00c0ffee");
	TAP_INT(t.first_usable, 512);
	TAP_INT(t.partition_count, 5);
	TAP_INT(table_min_size(&t), (8192 + 2048) * 512);
	p = table_find(&t, 1);
	TAP_OK(p && p->start == 1024 * 512 && p->length == 1024 * 512 && p->bootable);
	TAP_OK(p && p->mbr_type == 0x83 && !p->extended);
	TAP_STR(p->guid, "00c0ffee-01");
	p = table_find(&t, 2);
	TAP_OK(p && p->extended && !p->bootable);
	TAP_OK(!table_find(&t, 3));
	p = table_find(&t, 4);
	TAP_OK(p && p->mbr_type == 0x82);
	p = table_find(&t, 5);
	TAP_OK(p && p->start == 4096 * 512 && p->length == 1024 * 512 && p->mbr_type == 0x8e);
	p = table_find(&t, 6);
	TAP_OK(p && p->start == 2176 * 512 && p->length == 512 * 512);
	TAP_STR(p->guid, "00c0ffee-06");
	TAP_INT(t.extent_count, 3);
	TAP_INT(t.extents[0].offset, 0);
	TAP_INT(t.extents[1].offset, 2048 * 512);
	TAP_INT(t.extents[2].offset, 2112 * 512);
	TAP_OK(!memcmp(t.extents[0].bytes, m.b, 512));
	TAP_OK(!memcmp(t.extents[2].bytes, image_at(&m, 2112), 512));
}

static void test_mbr_with_large_sectors(void)
{
	CLEANUP_IMAGE struct image m = image_new(1ULL << 43, 4096);
	CLEANUP_TABLE struct table t = {0};

	image_entry(&m, 0, 0, 0, 0x83, 256, 0x7fffff00);
	TAP_INT(decode(&m, &t, NULL), 0);
	TAP_INT(t.first_usable, 4096);
	TAP_INT(t.extents[0].length, 4096);
	TAP_INT(t.partitions[0].start, 1 << 20);
	TAP_INT(t.partitions[0].length, 0x7fffff00ULL * 4096);
}

static void test_mbr_ranges(void)
{
	CLEANUP_IMAGE struct image m = image_new(8u << 20, 512);

	image_entry(&m, 0, 0, 0, 0x83, 1, 16383);
	{
		CLEANUP_TABLE struct table t = {0};

		TAP_INT(decode(&m, &t, NULL), 0);
		TAP_INT(t.partitions[0].start + t.partitions[0].length, 8 << 20);
	}
	image_entry(&m, 0, 0, 0, 0x83, 1, 16384);
	expect_refused(&m, "beyond the disk");
	image_entry(&m, 0, 0, 0, 0x83, 0, 100);
	expect_refused(&m, "beyond the disk");
	image_entry(&m, 0, 0, 0, 0x83, 0xffffffff, 0xffffffff);
	expect_refused(&m, "beyond the disk");
	image_entry(&m, 0, 0, 0, 0, 100, 100);
	expect_refused(&m, "without a type");
	image_entry(&m, 0, 0, 0, 0x83, 100, 100);
	image_entry(&m, 0, 1, 0, 0x83, 199, 100);
	expect_refused(&m, "partitions 1 and 2 overlap");
	image_entry(&m, 0, 1, 0, 0x05, 200, 100);
	image_entry(&m, 0, 2, 0, 0x0f, 300, 100);
	image_sign(&m, 200);
	expect_refused(&m, "two extended");
	image_entry(&m, 0, 2, 0, 0x83, 250, 10); /* a primary inside the container */
	expect_refused(&m, "partitions 2 and 3 overlap");
}

/* What the kernel reads as "no table" is one volume. */
static void test_file_systems_are_no_table(void)
{
	CLEANUP_IMAGE struct image m = image_new(8u << 20, 512);

	/* A boot sector with code where the entries would be. */
	memset(m.b + 446, 0x4d, 64);
	image_sign(&m, 0);
	expect_none(&m);
	/* Statuses that happen to be right, ranges that are not. */
	for (unsigned i = 0; i < 4; i++)
		m.b[446 + 16 * i] = 0;
	expect_refused(&m, "repair");
	memcpy(m.b + 3, "NTFS    ", 8);
	expect_none(&m);
	memcpy(m.b + 3, "EXFAT   ", 8);
	expect_none(&m);
	memset(m.b, 0, 440);
	/* FAT16: jump, 512 byte sectors, 4 in a cluster, 1 reserved, 2 FATs, F8. */
	memcpy(m.b, "\xeb\x3c\x90MSDOS5.0\x00\x02\x04\x01\x00\x02\x00\x02\x00\x00\xf8", 22);
	expect_none(&m);
	memset(m.b, 0, 440);
	expect_refused(&m, "repair");
	m.b[1080] = 0x53; /* ext with a boot loader in front of it */
	m.b[1081] = 0xef;
	expect_none(&m);
	/* A table that is right stays one, whatever its boot code looks like. */
	memcpy(m.b, "\xeb\x3c\x90MSDOS5.0\x00\x02\x04\x01\x00\x02\x00\x02\x00\x00\xf8", 22);
	memset(m.b + 446, 0, 64);
	image_entry(&m, 0, 0, 0x80, 0x0c, 63, 1000);
	{
		CLEANUP_TABLE struct table t = {0};

		TAP_INT(decode(&m, &t, NULL), 0);
		TAP_INT(t.kind, TABLE_MBR);
	}
}

static void test_ebr_chain_refused(void)
{
	CLEANUP_IMAGE struct image m = image_mbr_example();

	image_entry(&m, 2112, 1, 0, 0x05, 0, 1024); /* back to the first EBR */
	expect_refused(&m, "leads back to sector 2048");
	image_entry(&m, 2112, 1, 0, 0x05, 64, 1024); /* to itself */
	expect_refused(&m, "leads back to sector 2112");
	image_entry(&m, 2112, 1, 0, 0x05, 4096, 1024);
	expect_refused(&m, "leaves the extended");
	image_entry(&m, 2112, 1, 0, 0x05, 0xffffffff, 1024);
	expect_refused(&m, "leaves the extended");
	image_entry(&m, 2112, 1, 0, 0x05, 3000, 1024); /* no EBR there */
	expect_refused(&m, "sector 5048");
	image_entry(&m, 2112, 1, 0, 0, 0, 0);
	image_entry(&m, 2112, 0, 0, 0x83, 64, 4096);
	expect_refused(&m, "logical partition 6");
	image_entry(&m, 2112, 0, 0, 0x83, 0, 16);
	expect_refused(&m, "logical partition 6");
	image_entry(&m, 2112, 0, 0, 0x83, 64, 2000); /* runs into the other one */
	expect_refused(&m, "partitions 5 and 6 overlap");
	image_entry(&m, 2112, 0, 0, 0x83, 64, 512);
	image_entry(&m, 2048, 0, 0, 0x83, 32, 64); /* covers the second EBR */
	expect_refused(&m, "partition 5 covers");
}

/* Links without an end, each to a new sector. */
static void test_ebr_chain_is_bounded(void)
{
	CLEANUP_IMAGE struct image m = image_new(4u << 20, 512);

	image_entry(&m, 0, 0, 0, 0x05, 1, 8191);
	for (uint32_t i = 0; i < 8000; i++)
		image_entry(&m, 1 + i, 1, 0, 0x05, i + 1, 8191 - i);
	expect_refused(&m, "does not end");
}

/* As the kernel: an EBR may be without a logical, its link may come first, and
 * the third and fourth slots are skipped when they make no sense. */
static void test_ebr_oddities(void)
{
	CLEANUP_IMAGE struct image m = image_new(8u << 20, 512);
	CLEANUP_TABLE struct table t = {0};

	image_entry(&m, 0, 0, 0, 0x0f, 1000, 5000);
	image_entry(&m, 1000, 0, 0, 0x05, 1000, 1000); /* only a link, to 2000 */
	image_entry(&m, 1000, 2, 0x12, 0x83, 77777, 77777);
	image_entry(&m, 2000, 0, 0, 0x85, 2000, 1000); /* link first, to 3000 */
	image_entry(&m, 2000, 1, 0x80, 0x83, 10, 100);
	image_entry(&m, 3000, 0, 0, 0x83, 10, 100);
	TAP_INT(decode(&m, &t, NULL), 0);
	TAP_INT(t.partition_count, 3);
	TAP_INT(t.partitions[1].number, 5);
	TAP_INT(t.partitions[1].start, 2010 * 512);
	TAP_OK(t.partitions[1].bootable);
	TAP_INT(t.partitions[2].number, 6);
	TAP_INT(t.partitions[2].start, 3010 * 512);
	TAP_INT(t.extent_count, 4);
}

static void check_gpt(uint32_t sector)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(sector);
	CLEANUP_TABLE struct table t = {0};
	struct err_text err = {0};

	TAP_INT(decode(&m, &t, &err), 0);
	TAP_STR(err.text, "");
	TAP_INT(t.kind, TABLE_GPT);
	TAP_STR(t.id, "03020100-0504-0706-0809-0a0b0c0d0e0f");
	TAP_INT(t.first_usable, 2 * sector + 16384);
	TAP_INT(t.partition_count, 2);
	TAP_INT(t.partitions[0].number, 1);
	TAP_INT(t.partitions[0].start, 1 << 20);
	TAP_INT(t.partitions[0].length, 8 << 20);
	TAP_STR(t.partitions[0].type_guid, "13121110-1514-1716-1819-1a1b1c1d1e1f");
	TAP_STR(t.partitions[0].guid, "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadaeaf");
	TAP_OK(t.partitions[0].attributes == 0x8000000000000004ULL);
	TAP_STR(t.partitions[0].name, "root");
	TAP_INT(t.partitions[1].number, 3);
	TAP_STR(t.partitions[1].name, "");
	TAP_INT(table_min_size(&t), (32 << 20) + sector + 16384);
	TAP_INT(t.extent_count, 3);
	TAP_INT(t.extents[1].offset, sector);
	TAP_INT(t.extents[1].length, sector);
	TAP_INT(t.extents[2].offset, 2 * sector);
	TAP_INT(t.extents[2].length, 16384);
}

static void test_gpt(void)
{
	check_gpt(512);
	check_gpt(4096);
}

static void gpt_name(const uint16_t *units, const char *want)
{
	CLEANUP_IMAGE struct image m = image_new(64u << 20, 512);
	CLEANUP_TABLE struct table t = {0};
	struct image_gpt g = image_gpt_usual(&m);

	image_gpt_entry(&m, &g, 0, 2048, 4095, units);
	image_gpt_finish(&m, &g);
	TAP_INT(decode(&m, &t, NULL), 0);
	TAP_STR(t.partitions[0].name, want);
}

static void test_gpt_names(void)
{
	uint16_t longest[37] = {0};
	char want[3 * 36 + 1];

	gpt_name((const uint16_t[]){'K', 0xe4, 's', 'e', 0}, "K\xc3\xa4se");
	gpt_name((const uint16_t[]){0x65e5, 0xd834, 0xdd1e, 'x', 0},
		 "\xe6\x97\xa5\xf0\x9d\x84\x9ex");
	/* Halves of surrogate pairs, alone, in the wrong order, at the end. */
	gpt_name((const uint16_t[]){0xd834, 'x', 0}, "\xef\xbf\xbdx");
	gpt_name((const uint16_t[]){0xdd1e, 0xd834, 0}, "\xef\xbf\xbd\xef\xbf\xbd");
	/* What a terminal would obey. */
	gpt_name((const uint16_t[]){0x1b, '[', 'm', 0x7f, 0x9b, 0}, "?[m???");
	for (unsigned i = 0; i < 36; i++) {
		longest[i] = 0xffff;
		memcpy(want + 3 * i, "\xef\xbf\xbf", 4);
	}
	gpt_name(longest, want);
	longest[35] = 0xd834; /* the other half would be beyond the field */
	memcpy(want + 3 * 35, "\xef\xbf\xbd", 4);
	gpt_name(longest, want);
}

static void test_gpt_damaged(void)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(512);
	uint8_t save[512];

	memcpy(save, image_at(&m, 1), 512);
	image_at(&m, 1)[40]++;
	expect_refused(&m, "header checksum");
	expect_refused(&m, "sgdisk");
	memset(image_at(&m, 1), 0, 512);
	expect_refused(&m, "no GPT header");
	memcpy(image_at(&m, 1), save, 512);
	image_at(&m, 2)[100]++;
	expect_refused(&m, "checksum of the entries");
	image_at(&m, 2)[100]--;
	/* The protective MBR is gone; the header is not. */
	m.b[510] = 0;
	expect_refused(&m, "no protective MBR");
	image_sign(&m, 0);
	image_entry(&m, 0, 0, 0, 0xee, 2, 1000);
	expect_refused(&m, "does not begin at sector 1");
	image_entry(&m, 0, 0, 0, 0xee, 1, 1000);
	image_entry(&m, 0, 1, 0x80, 0x83, 2048, 1000);
	expect_refused(&m, "hybrid");
	/* Partitioned anew as MBR; what is left of the GPT does not count. */
	image_entry(&m, 0, 0, 0, 0, 0, 0);
	{
		CLEANUP_TABLE struct table t = {0};

		TAP_INT(decode(&m, &t, NULL), 0);
		TAP_INT(t.kind, TABLE_MBR);
		TAP_INT(t.partition_count, 1);
	}
}

static void gpt_refused(struct image_gpt g, const char *part)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(512);

	image_gpt_finish(&m, &g);
	expect_refused(&m, part);
}

/* Right checksums over wrong values: a hostile peer can do that. */
static void test_gpt_headers_refused(void)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(512);
	struct image_gpt usual = image_gpt_usual(&m), g = usual;

	g.self = 2;
	gpt_refused(g, "sector 1");
	g = usual;
	g.revision = 0x20000;
	gpt_refused(g, "revision");
	g = usual;
	g.header = 91;
	gpt_refused(g, "header size");
	g.header = 513;
	gpt_refused(g, "header size");
	g.header = 0xffffffff;
	gpt_refused(g, "header size");
	g = usual;
	g.entry_size = 64;
	gpt_refused(g, "64 bytes");
	g.entry_size = 192;
	gpt_refused(g, "192 bytes");
	g.entry_size = 0x80000000;
	gpt_refused(g, "not supported");
	g = usual;
	g.count = 0;
	gpt_refused(g, "0 entries");
	g.count = 1025;
	gpt_refused(g, "1025 entries");
	g.count = 0xffffffff;
	gpt_refused(g, "not supported");
	g = usual;
	g.last = m.size / 512;
	gpt_refused(g, "not on the disk");
	g.last = 33;
	gpt_refused(g, "not on the disk");
	g = usual;
	g.first = 33;
	gpt_refused(g, "before the usable");
	g = usual;
	g.entries = 1;
	gpt_refused(g, "before the usable");
	g.entries = 3;
	gpt_refused(g, "before the usable");
	g.entries = UINT64_MAX;
	gpt_refused(g, "before the usable");
}

static void gpt_entries_refused(uint64_t first, uint64_t last, const char *part)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(512);
	struct image_gpt g = image_gpt_usual(&m);

	image_gpt_entry(&m, &g, 5, first, last, NULL);
	image_gpt_finish(&m, &g);
	expect_refused(&m, part);
}

static void test_gpt_entries_refused(void)
{
	gpt_entries_refused(33, 100, "partition 6");
	gpt_entries_refused(40000, 39999, "partition 6");
	gpt_entries_refused(40, UINT64_MAX, "partition 6");
	gpt_entries_refused(0, 0, "partition 6");
	gpt_entries_refused(70000, 131039, "partition 6"); /* where the backup is */
	gpt_entries_refused(2047, 2048, "partitions 1 and 6 overlap");
	gpt_entries_refused(34, 50000, "overlap");
}

static void test_gpt_without_partitions(void)
{
	CLEANUP_IMAGE struct image m = image_new(64u << 20, 512);
	struct image_gpt g = image_gpt_usual(&m);

	image_gpt_finish(&m, &g);
	expect_none(&m);
}

static void test_gpt_many_entries(void)
{
	CLEANUP_IMAGE struct image m = image_new(64u << 20, 512);
	CLEANUP_TABLE struct table t = {0};
	struct image_gpt g = image_gpt_usual(&m);

	g.count = 512;
	g.first = 2 + 128;
	for (uint32_t i = 0; i < TABLE_MAX_PARTITIONS; i++)
		image_gpt_entry(&m, &g, i, 2048 + i, 2048 + i, NULL);
	image_gpt_finish(&m, &g);
	TAP_INT(decode(&m, &t, NULL), 0);
	TAP_INT(t.partition_count, TABLE_MAX_PARTITIONS);
	image_gpt_entry(&m, &g, TABLE_MAX_PARTITIONS, 9000, 9000, NULL);
	image_gpt_finish(&m, &g);
	expect_refused(&m, "at most 256");
}

static int read_error(void *ctx, void *buf, size_t len, uint64_t offset)
{
	struct image *m = ctx;

	return offset >= 1024 ? -EIO : image_read(m, buf, len, offset);
}

static void test_read_error(void)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(512);
	CLEANUP_TABLE struct table t = {0};
	struct err_text err = {0};

	TAP_INT(table_decode(read_error, &m, m.size, 512, &t, &err), -EIO);
	TAP_HAS(err.text, "byte 1024");
}

/* From the network: only the table's own sectors, all of them, in order. */
static void test_extents_refused(void)
{
	CLEANUP_IMAGE struct image m = image_gpt_example(512);
	CLEANUP_TABLE struct table t = {0}, out = {0};
	struct table_extent e[4];
	struct err_text err = {0};

	TAP_INT(decode(&m, &t, NULL), 0);
	memcpy(e, t.extents, 3 * sizeof(e[0]));
	TAP_INT(table_decode_extents(e, 2, m.size, 512, &out, &err), -EINVAL);
	TAP_INT(table_decode_extents(e, 1, m.size, 512, &out, NULL), -EINVAL);
	TAP_INT(table_decode_extents(e + 1, 2, m.size, 512, &out, NULL), -EINVAL);
	e[3] = (struct table_extent){.offset = 1 << 20, .length = 512, .bytes = m.b + 100000};
	memset(&err, 0, sizeof(err));
	TAP_INT(table_decode_extents(e, 4, m.size, 512, &out, &err), -EINVAL);
	TAP_HAS(err.text, "4 pieces");
	e[3] = e[1]; /* another order */
	e[1] = e[2];
	e[2] = e[3];
	memset(&err, 0, sizeof(err));
	TAP_INT(table_decode_extents(e, 3, m.size, 512, &out, &err), -EINVAL);
	TAP_HAS(err.text, "piece 1");
	TAP_INT(out.partition_count, 0);
	memcpy(e, t.extents, 3 * sizeof(e[0]));
	e[0].length = 1024;
	e[0].bytes = m.b;
	TAP_INT(table_decode_extents(e, 3, m.size, 512, &out, NULL), -EINVAL);
	e[0] = t.extents[0];
	e[2].length = 0xffffffff;
	TAP_INT(table_decode_extents(e, 3, m.size, 512, &out, NULL), -EINVAL);
	{
		/* Two boot records of the same length, swapped. */
		CLEANUP_IMAGE struct image mbr = image_mbr_example();
		CLEANUP_TABLE struct table u = {0};

		TAP_INT(decode(&mbr, &u, NULL), 0);
		e[0] = u.extents[0];
		e[1] = u.extents[2];
		e[2] = u.extents[1];
		memset(&err, 0, sizeof(err));
		TAP_INT(table_decode_extents(e, 3, mbr.size, 512, &out, &err), -EINVAL);
		TAP_HAS(err.text, "piece 1");
	}
	/* A disk that is too small for it, or has other sectors. */
	TAP_INT(table_decode_extents(t.extents, 3, 1 << 20, 512, &out, NULL), -EINVAL);
	TAP_INT(table_decode_extents(t.extents, 3, m.size, 4096, &out, NULL), -EINVAL);
	TAP_INT(table_decode_extents(NULL, 0, m.size, 512, &out, NULL), 0);
	TAP_INT(out.kind, TABLE_NONE);
}

/* The last tests: what the real tools write. */
static int read_fd(void *ctx, void *buf, size_t len, uint64_t offset)
{
	return io_pread_full(*(int *)ctx, buf, len, offset);
}

#define REAL_SIZE (256u << 20)

/* Runs a partitioning tool on a sparse file and decodes what it made. */
static void decode_real(const char *const *argv, const char *input, struct table *t)
{
	char path[] = "/tmp/p2v-test-table.XXXXXX";
	CLEANUP(run_result_release) struct run_result res = {0};
	CLEANUP_FD int fd = mkostemp(path, O_CLOEXEC);
	struct run_options o = {.input = input, .timeout = 120};
	const char *args[32] = {0};
	struct err_text err = {0};
	unsigned n = 0;

	TAP_OK(fd >= 0 && ftruncate(fd, REAL_SIZE) == 0);
	while (*argv)
		args[n++] = *argv++;
	args[n] = path;
	TAP_INT(run_program(args, &o, &res), 0);
	TAP_INT(res.status, 0);
	TAP_INT(table_decode(read_fd, &fd, REAL_SIZE, 512, t, &err), 0);
	TAP_STR(err.text, "");
	unlink(path);
}

static void expect_partition(const struct table *t, uint32_t number, uint64_t start, uint64_t count,
			     uint8_t type, const char *guid)
{
	const struct table_partition *p = table_find(t, number);

	TAP_OK(p != NULL);
	if (!p)
		return;
	TAP_INT(p->start, start * 512);
	TAP_INT(p->length, count * 512);
	TAP_INT(p->mbr_type, type);
	TAP_STR(p->guid, guid);
}

static void test_sfdisk_mbr(void)
{
	static const char *const sfdisk[] = {"sfdisk", "-q", NULL};
	CLEANUP_TABLE struct table t = {0};

	decode_real(sfdisk,
		    "label: dos\nlabel-id: 0x1234abcd\nunit: sectors\n"
		    "start=2048, size=20480, type=83, bootable\n"
		    "start=22528, size=2048, type=82\n"
		    "start=24576, size=200000, type=f\n"
		    "start=26624, size=4096, type=83\n"
		    "start=32768, size=4096, type=83\n"
		    "start=40960, size=8192, type=8e\n",
		    &t);
	TAP_INT(t.kind, TABLE_MBR);
	TAP_STR(t.id, "1234abcd");
	TAP_INT(t.partition_count, 6);
	expect_partition(&t, 1, 2048, 20480, 0x83, "1234abcd-01");
	expect_partition(&t, 2, 22528, 2048, 0x82, "1234abcd-02");
	expect_partition(&t, 3, 24576, 200000, 0x0f, "1234abcd-03");
	expect_partition(&t, 5, 26624, 4096, 0x83, "1234abcd-05");
	expect_partition(&t, 6, 32768, 4096, 0x83, "1234abcd-06");
	expect_partition(&t, 7, 40960, 8192, 0x8e, "1234abcd-07");
	TAP_INT(t.extent_count, 4);
	TAP_OK(t.partitions && t.partitions[0].bootable && t.partitions[2].extended);
}

static void test_sfdisk_gpt(void)
{
	static const char *const sfdisk[] = {"sfdisk", "-q", NULL};
	CLEANUP_TABLE struct table t = {0};
	const struct table_partition *p;

	decode_real(sfdisk,
		    "label: gpt\nlabel-id: 11111111-2222-3333-4444-555555555555\n"
		    "start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, "
		    "uuid=AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE, name=\"bios boot\", "
		    "attrs=\"LegacyBIOSBootable,GUID:60\"\n"
		    "start=4096, size=65536, uuid=01234567-89AB-CDEF-0123-456789ABCDEF\n",
		    &t);
	TAP_INT(t.kind, TABLE_GPT);
	TAP_STR(t.id, "11111111-2222-3333-4444-555555555555");
	expect_partition(&t, 1, 2048, 2048, 0, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
	expect_partition(&t, 2, 4096, 65536, 0, "01234567-89ab-cdef-0123-456789abcdef");
	p = table_find(&t, 1);
	TAP_OK(p && p->attributes == (1ULL << 60 | 4));
	TAP_STR(p->type_guid, "21686148-6449-6e6f-744e-656564454649");
	TAP_STR(p->name, "bios boot");
	p = table_find(&t, 2);
	TAP_STR(p->type_guid, "0fc63daf-8483-4772-8e79-3d69d8477de4");
}

static void test_sgdisk_gpt(void)
{
	static const char *const sgdisk[] = {
		"sgdisk",
		"--disk-guid=12345678-9ABC-DEF0-1234-56789ABCDEF0",
		"--new=1:2048:+1M",
		"--typecode=1:ef00",
		"--new=9:0:0",
		"--change-name=9:K\xc3\xa4se \xe6\x97\xa5\xe6\x9c\xac",
		"--partition-guid=9:00000000-0000-4000-8000-000000000009",
		NULL};
	CLEANUP_TABLE struct table t = {0};
	const struct table_partition *p;

	decode_real(sgdisk, NULL, &t);
	TAP_STR(t.id, "12345678-9abc-def0-1234-56789abcdef0");
	TAP_INT(t.partition_count, 2);
	TAP_INT(t.first_usable, 34 * 512);
	p = table_find(&t, 9);
	TAP_OK(p != NULL);
	TAP_STR(p->name, "K\xc3\xa4se \xe6\x97\xa5\xe6\x9c\xac");
	TAP_STR(p->guid, "00000000-0000-4000-8000-000000000009");
	/* It reaches to the last usable sector, so the disk is as small as can be. */
	TAP_INT(table_min_size(&t), REAL_SIZE);
}

/* A GPT with 256 entries, of which the last is used. */
static void test_sgdisk_more_entries(void)
{
	static const char *const sgdisk[] = {"sgdisk", "--resize-table=256", "--new=256:4096:8191",
					     NULL};
	CLEANUP_TABLE struct table t = {0};

	decode_real(sgdisk, NULL, &t);
	TAP_INT(t.partition_count, 1);
	TAP_OK(table_find(&t, 256) != NULL);
	TAP_INT(t.first_usable, 66 * 512);
	TAP_INT(t.extents[2].length, 32768);
}

static void test_sgdisk_hybrid(void)
{
	static const char *const sgdisk[] = {"sgdisk", "--new=1:2048:+8M", "--hybrid=1", NULL};
	char path[] = "/tmp/p2v-test-table.XXXXXX";
	CLEANUP(run_result_release) struct run_result res = {0};
	CLEANUP_FD int fd = mkostemp(path, O_CLOEXEC);
	const char *args[] = {sgdisk[0], sgdisk[1], sgdisk[2], path, NULL};
	struct table t;
	struct err_text err = {0};

	TAP_OK(fd >= 0 && ftruncate(fd, REAL_SIZE) == 0);
	TAP_INT(run_program(args, NULL, &res), 0);
	TAP_INT(res.status, 0);
	TAP_INT(table_decode(read_fd, &fd, REAL_SIZE, 512, &t, &err), -EINVAL);
	TAP_HAS(err.text, "hybrid");
	unlink(path);
}

int main(void)
{
	/* Where Debian keeps these tools, for users whose PATH lacks it. */
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	TAP_RUN(test_nothing);
	TAP_RUN(test_mbr);
	TAP_RUN(test_mbr_with_large_sectors);
	TAP_RUN(test_mbr_ranges);
	TAP_RUN(test_file_systems_are_no_table);
	TAP_RUN(test_ebr_chain_refused);
	TAP_RUN(test_ebr_chain_is_bounded);
	TAP_RUN(test_ebr_oddities);
	TAP_RUN(test_gpt);
	TAP_RUN(test_gpt_names);
	TAP_RUN(test_gpt_damaged);
	TAP_RUN(test_gpt_headers_refused);
	TAP_RUN(test_gpt_entries_refused);
	TAP_RUN(test_gpt_without_partitions);
	TAP_RUN(test_gpt_many_entries);
	TAP_RUN(test_read_error);
	TAP_RUN(test_extents_refused);
	TAP_RUN(test_sfdisk_mbr);
	TAP_RUN(test_sfdisk_gpt);
	TAP_RUN(test_sgdisk_gpt);
	TAP_RUN(test_sgdisk_more_entries);
	TAP_RUN(test_sgdisk_hybrid);
	return tap_done();
}
