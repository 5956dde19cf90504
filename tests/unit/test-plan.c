/* test-plan.c - the plan to JSON and back, and every kind of wrong plan */
#include "plan-example.h"
#include "plan/plan_json.h"
#include "table/table_read.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>

/* Prints and decodes. */
static int through(const struct plan *in, struct plan *out, struct err_text *err)
{
	CLEANUP(jdoc_freep) struct jdoc *d = plan_to_json(in), *again = NULL;
	CLEANUP_FREE char *text = jdoc_print(d);

	if (!text || jdoc_parse(text, strlen(text), &again, err) < 0)
		return -1;
	return plan_from_json(again, out, err);
}

static char *print(const struct plan *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = plan_to_json(p);

	return jdoc_print(d);
}

static void test_both_ways(void)
{
	CLEANUP(plan_release) struct plan in = {0}, out = {0};
	CLEANUP_FREE char *first = NULL, *second = NULL;
	struct err_text err = {0};
	struct digest a, b;

	plan_example(&in);
	TAP_INT(through(&in, &out, &err), 0);
	TAP_STR(err.text, "");
	first = print(&in);
	second = print(&out);
	TAP_STR(second, first);
	a = plan_digest(&in);
	b = plan_digest(&out);
	TAP_OK(digest_equal(&a, &b) && !digest_is_none(&a));

	TAP_STR(out.hostname, "old.example.org");
	TAP_STR(out.program, "p2v-push 0.1");
	TAP_OK(out.verify && !memcmp(in.secret, out.secret, sizeof(in.secret)));
	TAP_INT(out.source.disk_count, 3);
	TAP_STR(out.source.disks[1].name, "/dev/nvme0n1");
	TAP_STR(out.source.disks[0].serial, "SERIAL-1");
	TAP_STR(out.target.disks[0].name, "/dev/vda");
	TAP_INT(out.source.disks[1].sector, 4096);
	TAP_INT(out.source.disks[0].table.partition_count, 5);
	TAP_OK(!memcmp(out.source.disks[0].table.extents[0].bytes,
		       in.source.disks[0].table.extents[0].bytes, 512));
	TAP_INT(out.volume_count, 9);
	TAP_OK(!memcmp(in.volumes, out.volumes, 9 * sizeof(in.volumes[0])));
	TAP_INT(out.nic_count, 2);
	TAP_STR(out.nics[1].name, "enp3s0");
	TAP_STR(out.nics[1].mac, "52:54:00:AB:cd:ef");
}

/* Labels are bytes from a disk: any of them gives the same text on both ends. */
static void test_strange_names_are_canonical(void)
{
	static const char *const labels[] = {"\xff\xfe", "a\nb",         "\x1b]0;x", "\"\\/",
					     "\xc3(",    "\xed\xa0\x80", "\xc2\x9b"};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		CLEANUP(plan_release) struct plan in = {0}, out = {0};
		CLEANUP_FREE char *first = NULL, *second = NULL;
		struct err_text err = {0};
		struct digest a, b;

		plan_example(&in);
		snprintf(in.volumes[1].label, sizeof(in.volumes[1].label), "%s", labels[i]);
		snprintf(in.hostname, sizeof(in.hostname), "%s", labels[i]);
		TAP_INT(through(&in, &out, &err), 0);
		TAP_STR(err.text, "");
		first = print(&in);
		second = print(&out);
		TAP_STR(second, first);
		a = plan_digest(&in);
		b = plan_digest(&out);
		TAP_OK(digest_equal(&a, &b));
	}
}

static void test_digest_depends_on_everything(void)
{
	CLEANUP(plan_release) struct plan p = {0};
	struct digest seen[8];

	plan_example(&p);
	seen[0] = plan_digest(&p);
	p.secret[191] ^= 1;
	seen[1] = plan_digest(&p);
	p.target.disks[2].name[7]++;
	seen[2] = plan_digest(&p);
	p.volumes[8].used++;
	seen[3] = plan_digest(&p);
	p.source.disks[0].table.extents[0].bytes[100] ^= 1;
	seen[4] = plan_digest(&p);
	p.verify = false;
	seen[5] = plan_digest(&p);
	p.volumes[1].kind = VOLUME_SKIP;
	seen[6] = plan_digest(&p);
	p.nic_count--;
	seen[7] = plan_digest(&p);
	for (unsigned i = 0; i < 8; i++)
		for (unsigned k = 0; k < i; k++)
			TAP_OK(!digest_equal(&seen[i], &seen[k]));
}

/* The example with one thing changed must be refused, with @part. */
#define REFUSED(change, part) \
	do { \
		CLEANUP(plan_release) struct plan p = {0}, out = {0}; \
		struct err_text err = {0}; \
		plan_example(&p); \
		change; \
		TAP_INT(through(&p, &out, &err), -EINVAL); \
		TAP_HAS(err.text, part); \
		TAP_OK(!out.source.disks && !out.target.disks && !out.volumes && \
		       !out.source.disk_count); \
	} while (0)

#define ACCEPTED(change) \
	do { \
		CLEANUP(plan_release) struct plan p = {0}, out = {0}; \
		struct err_text err = {0}; \
		plan_example(&p); \
		change; \
		TAP_INT(through(&p, &out, &err), 0); \
		TAP_STR(err.text, ""); \
	} while (0)

static void test_volumes_refused(void)
{
	REFUSED(p.volumes[1].source.start += 512, "does not lie where partition 1");
	REFUSED(p.volumes[1].source.length -= 512, "does not lie where partition 1");
	REFUSED(p.volumes[1].source.partition = 3, "has no partition 3");
	REFUSED(p.volumes[1].source.start += 1, "whole sectors");
	REFUSED(p.volumes[1].source.length -= 1, "whole sectors");
	REFUSED(p.volumes[1].source.length = 0, "empty");
	REFUSED(p.volumes[1].used = p.volumes[1].source.length + 1, "uses more");
	REFUSED(p.volumes[1].source.disk = 3, "disk");
	REFUSED(p.volumes[8].source.length += 512, "beyond the end");
	REFUSED(p.volumes[8].source.start = 1ULL << 60, "beyond the end");
	REFUSED(p.volumes[2].kind = VOLUME_IMAGE, "extended partition");
	REFUSED(p.volumes[3].fstype[0] = '\0', "formatted");
	REFUSED(p.volumes[6].source.start += 512, "whole sectors"); /* of 4096 */
}

static void test_gap_refused(void)
{
	ACCEPTED(p.volumes[0].source.length -= 512);
	REFUSED(p.volumes[0].source.start = 0, "not between the table");
	REFUSED(p.volumes[0].source.length += 512, "not between the table");
	REFUSED(p.volumes[0].source.start = 20 << 20, "not between the table");
	REFUSED(p.volumes[0].kind = VOLUME_SWAP, "must be an image");
}

static void test_whole_disk_refused(void)
{
	REFUSED((p.volumes[8].source.start = 512, p.volumes[8].source.length -= 512),
		"must be the whole");
	REFUSED(p.volumes[8].source.length -= 512, "must be the whole");
	REFUSED(p.volumes[8].source.partition = 1, "has no partition 1");
	ACCEPTED(p.source.disks[2].size += 511); /* half a sector at the end of an image file */
}

static void test_order_and_number_refused(void)
{
	struct plan_volume v;

	REFUSED((v = p.volumes[3], p.volumes[3] = p.volumes[4], p.volumes[4] = v), "order");
	REFUSED((v = p.volumes[8], p.volumes[8] = p.volumes[7], p.volumes[7] = v), "order");
	REFUSED(p.volumes[2] = p.volumes[1], "overlap");
	REFUSED(p.volumes[1] = p.volumes[0], "overlap");
	REFUSED(p.volume_count--, "0 volumes without a partition");
	REFUSED((p.volumes[7] = p.volumes[8], p.volume_count--), "partition 3");
	REFUSED((p.volumes[7] = p.volumes[6], p.volumes[7].kind = VOLUME_SKIP), "partition 1");
	REFUSED((p.volumes[1] = p.volumes[0], p.volumes[0].source.length = 512,
		 p.volumes[1].source.start = 1024, p.volumes[1].source.length = 512),
		"2 volumes without");
	REFUSED(p.volume_count = 0, "must be in one volume");
}

static void test_disks_refused(void)
{
	REFUSED(strcpy(p.target.disks[1].name, "/dev/vda"), "two disks");
	ACCEPTED((plan_example_lift(&p, 0), plan_example_lift(&p, 1)));
	REFUSED(p.source.disks[0].size = (1ULL << 60) + 512, "size");
	REFUSED(p.source.disks[0].size = 4 << 20, "/dev/sda");
	REFUSED(p.source.disks[0].sector = 4096, "/dev/sda");
	REFUSED(p.source.disks[0].sector = 768, "power of two");
	REFUSED(p.source.disks[0].sector = 0, "sector");
	REFUSED(p.source.disks[0].table.kind = TABLE_GPT, "table of /dev/sda must be mbr");
	REFUSED(p.source.disks[0].table.extents[0].bytes[510] = 0, "/dev/sda");
	REFUSED(p.source.disks[1].table.extents[1].bytes[8] ^= 1, "GPT is damaged");
	REFUSED(p.source.disks[0].table.extents[2].offset += 512, "/dev/sda");
	REFUSED(p.source.disks[0].table.extents[2].length = 0, "bytes must be");
}

/* The second disk, which lands on a larger one. */
static void test_landed(void)
{
	CLEANUP(plan_release) struct plan p = {0};
	const struct table *from, *to;

	plan_example(&p);
	from = &p.source.disks[1].table;
	to = &p.target.disks[1].table;
	TAP_INT(p.target.disks[1].size, 96 << 20);
	TAP_INT(to->backup, (96 << 20) - 4096);
	TAP_INT(from->backup, (64 << 20) - 4096);
	TAP_STR(to->id, from->id);
	TAP_INT(to->partition_count, from->partition_count);
	for (uint32_t i = 0; i < p.volume_count; i++)
		TAP_OK(!memcmp(&p.volumes[i].source, &p.volumes[i].target,
			       sizeof(struct plan_place)));
}

static void lands(uint32_t disk, uint64_t size, uint32_t sector, bool file, int code,
		  const char *text)
{
	CLEANUP(plan_release) struct plan p = {0}, out = {0};
	struct facts_disk t = {.path = "/dev/sdx", .size = size, .sector = sector, .file = file};
	struct err_text err = {0};

	plan_example(&p);
	plan_example_lift(&p, disk);
	TAP_INT(plan_land(&p, disk, &t, &err), code);
	TAP_HAS(err.text, text);
	/* It is chosen in any case, and what came out is a right plan. */
	TAP_STR(p.target.disks[disk].name, "/dev/sdx");
	TAP_INT(plan_disk_laid_out(&p, disk), code == 0);
	TAP_INT(through(&p, &out, &err), 0);
}

static void test_land(void)
{
	lands(0, 64 << 20, 512, false, 0, "");
	/* The MBR's last sector in use is 10239. */
	lands(0, 10240 * 512, 512, false, 0, "");
	lands(0, 10240 * 512 - 1, 512, false, -ENOSPC, "needs a disk of");
	lands(0, 64 << 20, 4096, false, -ENOTSUP, "sectors of 4096");
	lands(0, 64 << 20, 4096, true, -ENOTSUP, "sectors of 4096");
	lands(1, (32 << 20) + 5 * 4096, 4096, false, 0, "");
	lands(1, (32 << 20) + 5 * 4096 - 1, 4096, false, -ENOSPC, "needs a disk of");
	lands(1, 64 << 20, 512, false, -ENOTSUP, "sectors of 512");
	lands(2, 3 << 20, 512, true, 0, "");
	lands(2, (3 << 20) - 512, 512, true, -ENOSPC, "beyond the end");
	lands(2, 3 << 20, 4096, false, -ENOTSUP, "sectors of 4096");
	lands(2, 3 << 20, 4096, true, 0, "");
}

static void test_targets_refused(void)
{
	REFUSED(p.volumes[1].target.start += 512, "does not lie where partition 1 of /dev/vda");
	REFUSED(p.volumes[1].target.length -= 512, "does not lie where partition 1 of /dev/vda");
	REFUSED(p.volumes[1].target.disk = 3, "disk");
	REFUSED(p.volumes[1].target.disk = PLAN_NOWHERE, "partition 1 of /dev/vda");
	REFUSED(p.volumes[8].target.disk = PLAN_NOWHERE, "0 volumes without a partition");
	REFUSED(p.volumes[0].target.disk = PLAN_NOWHERE, "has no target");
	REFUSED(p.volumes[2].target.disk = PLAN_NOWHERE, "partition 2 of /dev/vda");
	REFUSED(p.volumes[0].target.length -= 512, "does not fit where it lands");
	REFUSED(p.volumes[0].target.start = 0, "not between the table of /dev/vda");
	REFUSED(p.volumes[0].target.length += 512, "not between the table of /dev/vda");
	REFUSED(p.volumes[8].target.length += 512, "beyond the end of /dev/vdc");
	REFUSED(p.volumes[8].target.length -= 512, "does not fit where it lands");
	REFUSED(p.volumes[8].target.start = 512, "beyond the end of /dev/vdc");
	REFUSED(p.volumes[1].target = p.volumes[8].target, "overlap on the target");
	REFUSED(p.volumes[1].target = p.volumes[0].target, "overlap on the target");
	REFUSED(p.target.disks[1].size -= 4096, "/dev/vdb does not end where the disk does");
	REFUSED(p.target.disks[1].size += 4096, "/dev/vdb does not end where the disk does");
	REFUSED(p.target.disks[1].size = p.target.disks[1].sector = 0, "a table but no size");
	REFUSED(p.target.disks[2].size = 0, "smaller than a sector");
	REFUSED(p.target.disks[2].size = p.target.disks[2].sector = 0, "has no size yet");
	REFUSED(p.target.disks[2].name[0] = '\0', "a size but no name");
	REFUSED(p.target.disks[1].sector = 512, "/dev/vdb");
	REFUSED(p.target.disk_count--, "disk");
	/* On a larger disk without a table the rest stays free. */
	ACCEPTED(p.target.disks[2].size += 1 << 20);
}

/* A GPT disk of the target with a partition more than the source has: it is given
 * to what is made anew. */
static void add_new(struct plan *p, enum volume_kind kind, const char *fstype, const char *type)
{
	struct image m = image_new(64u << 20, 512);
	struct image_gpt g = image_gpt_usual(&m);
	struct plan_volume *v = &p->volumes[p->volume_count++];

	plan_example_lift(p, 2);
	image_gpt_entry(&m, &g, 0, 2048, 2048 + 6143, NULL);
	image_gpt_entry(&m, &g, 1, 10240, 10240 + 4095, NULL);
	text_from_hex(type, image_at(&m, 2) + 128, 16);
	image_gpt_finish(&m, &g);
	p->target.disks[2] = (struct plan_disk){.size = m.size, .sector = 512};
	strcpy(p->target.disks[2].name, "/dev/vdc");
	if (table_decode(image_read, &m, m.size, 512, &p->target.disks[2].table, NULL))
		abort();
	image_release(&m);
	p->volumes[8].target =
		(struct plan_place){.disk = 2, .partition = 1, .start = 1 << 20, .length = 3 << 20};
	*v = (struct plan_volume){
		.kind = kind,
		.source = {.disk = PLAN_NOWHERE},
		.target = {.disk = 2, .partition = 2, .start = 10240 * 512, .length = 4096 * 512}};
	strcpy(v->fstype, fstype);
}

#define TYPE_ESP  "28732ac11ff8d211ba4b00a0c93ec93b" /* as on the disk */
#define TYPE_BIOS "4861682149646f6e744e656564454649"
#define TYPE_ANY  "af3dc60f838472478e793d69d8477de4"

static void add_lv(struct plan *p, const char *name, uint64_t length)
{
	struct plan_volume *v = &p->volumes[p->volume_count++];

	*v = (struct plan_volume){.kind = VOLUME_LV,
				  .source = {.disk = PLAN_NOWHERE},
				  .target = {.disk = 2, .partition = 2, .length = length}};
	strcpy(v->label, name);
}

/* What only the target has: the whole disk lands in a partition of a new GPT. */
static void test_new_volumes(void)
{
	ACCEPTED(add_new(&p, VOLUME_CREATE, "", TYPE_ANY));
	ACCEPTED(add_new(&p, VOLUME_CREATE, "ext4", TYPE_ANY));
	ACCEPTED(add_new(&p, VOLUME_ESP, "vfat", TYPE_ESP));
	ACCEPTED(add_new(&p, VOLUME_BIOS_BOOT, "", TYPE_BIOS));
	REFUSED(add_new(&p, VOLUME_ESP, "vfat", TYPE_BIOS), "type of an EFI system partition");
	REFUSED(add_new(&p, VOLUME_BIOS_BOOT, "", TYPE_ESP), "type of a BIOS boot partition");
	REFUSED(add_new(&p, VOLUME_IMAGE, "", TYPE_ANY), "of kind image must have a source");
	REFUSED((add_new(&p, VOLUME_CREATE, "", TYPE_ANY), p.volumes[9].used = 512), "uses more");
	REFUSED((add_new(&p, VOLUME_CREATE, "", TYPE_ANY), p.volumes[9].target.disk = PLAN_NOWHERE),
		"partition 2 of /dev/vdc");
	REFUSED((add_new(&p, VOLUME_CREATE, "", TYPE_ANY), p.volumes[8].kind = VOLUME_CREATE),
		"of kind create must have no source");
	REFUSED((add_new(&p, VOLUME_CREATE, "", TYPE_ANY), p.volume_count--),
		"partition 2 of /dev/vdc");
	ACCEPTED((add_new(&p, VOLUME_CREATE, "LVM2_member", TYPE_ANY), add_lv(&p, "vg/a", 1 << 20),
		  add_lv(&p, "vg/b", 1 << 20)));
	REFUSED((add_new(&p, VOLUME_CREATE, "LVM2_member", TYPE_ANY), add_lv(&p, "vg/a", 1 << 20),
		 add_lv(&p, "vg/b", (1 << 20) + 512)),
		"do not fit");
	REFUSED((add_new(&p, VOLUME_CREATE, "ext4", TYPE_ANY), add_lv(&p, "vg/a", 1 << 20)),
		"not in a partition made for LVM");
	REFUSED((add_new(&p, VOLUME_CREATE, "LVM2_member", TYPE_ANY), add_lv(&p, "a", 1 << 20)),
		"GROUP/NAME");
}

static void test_nics_refused(void)
{
	REFUSED(strcpy(p.nics[0].name, "../x"), "name");
	REFUSED(strcpy(p.nics[0].name, "a b"), "name");
	REFUSED(strcpy(p.nics[0].name, ""), "interface");
	REFUSED(strcpy(p.nics[0].name, "0123456789abcdef"), "name is longer");
	REFUSED(strcpy(p.nics[0].mac, "52:54:00:12:34"), "interface");
	REFUSED(strcpy(p.nics[0].mac, "52:54:00:12:34:5g"), "interface");
	REFUSED(strcpy(p.nics[0].mac, "52-54-00-12-34-56"), "mac");
	REFUSED(strcpy(p.nics[0].mac, ""), "interface");
}

static void test_words_refused(void)
{
	REFUSED(strcpy(p.volumes[1].uuid, "-rf"), "uuid");
	REFUSED(strcpy(p.volumes[1].uuid, "a b"), "uuid");
	REFUSED(strcpy(p.volumes[1].fstype, "../../x"), "fstype");
	REFUSED(strcpy(p.volumes[1].fstype, "ext4 -F"), "fstype");
	ACCEPTED(strcpy(p.volumes[1].uuid, "2023-01-01-00-00-00-00"));
	ACCEPTED(strcpy(p.volumes[1].fstype, "linux_raid_member"));
}

/* What plan_to_json() never writes: the text itself is changed. */
static void text_refused(const char *from, const char *to, const char *part)
{
	CLEANUP(plan_release) struct plan p = {0}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	CLEANUP_FREE char *text = NULL, *changed = NULL;
	struct err_text err = {0};
	char *at;
	int n;

	plan_example(&p);
	text = print(&p);
	at = strstr(text, from);
	TAP_OK(at != NULL);
	if (!at)
		return;
	n = asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	TAP_OK(n > 0);
	TAP_INT(jdoc_parse(changed, strlen(changed), &d, &err), 0);
	TAP_INT(plan_from_json(d, &out, &err), -EINVAL);
	TAP_HAS(err.text, part);
}

static void test_texts_refused(void)
{
	text_refused("\"hostname\":", "\"host\":", "hostname");
	text_refused("old.example.org", "a\\nb", "control characters");
	text_refused("old.example.org", "a\\u009bb", "control characters");
	text_refused("SERIAL-1", "\\u001b[2J", "control characters");
	text_refused("/dev/vda", "/dev/vda\\u007f", "control characters");
	text_refused("\"secret\":\"01", "\"secret\":\"", "secret");
	text_refused("\"secret\":\"01", "\"secret\":\"0x", "secret");
	text_refused("\"kind\":\"swap\"", "\"kind\":\"erase\"", "kind");
	text_refused("\"kind\":\"swap\"", "\"kind\":1", "kind");
	text_refused("\"verify\":true", "\"verify\":\"yes\"", "verify");
	text_refused("\"used_blocks\":true", "\"used_block\":true", "used_blocks");
	text_refused("\"start\":512", "\"start\":-512", "start");
	text_refused("\"start\":512", "\"start\":512.0", "start");
	text_refused("\"offset\":0", "\"offset\":1152921504606847488", "offset");
	text_refused("\"offset\":0,\"bytes\":\"eb", "\"offset\":0,\"bytes\":\"e", "bytes");
	text_refused("\"offset\":0,\"bytes\":\"eb", "\"offset\":0,\"bytes\":\"zz", "bytes");
	text_refused("\"source\":[", "\"source\":[7,", "object");
	text_refused("\"source\":[", "\"source\":[],\"old\":[", "no disk");
	text_refused("\"source\":[", "\"source\":{},\"old\":[", "source");
	text_refused("\"nics\":[", "\"nics\":[null,", "object");
	text_refused("\"volumes\":[", "\"volumes\":[[],", "object");
}

/* Unknown members are of a later version, and ignored. */
static void test_unknown_members(void)
{
	CLEANUP(plan_release) struct plan p = {0}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;

	plan_example(&p);
	d = plan_to_json(&p);
	jdoc_set_u64(d, "later", 1);
	TAP_INT(plan_from_json(d, &out, NULL), 0);
}

/* Counts that the limits are for. */
static void test_too_many(void)
{
	CLEANUP(plan_release) struct plan p = {0}, out = {0};
	struct err_text err = {0};

	plan_example(&p);
	p.nic_count = PLAN_MAX_NICS;
	for (unsigned i = 0; i < PLAN_MAX_NICS; i++)
		p.nics[i] = p.nics[0];
	TAP_INT(through(&p, &out, &err), 0);
	plan_release(&out);
	free(p.volumes);
	p.volumes = calloc(PLAN_MAX_VOLUMES + 1, sizeof(*p.volumes));
	p.volume_count = PLAN_MAX_VOLUMES + 1;
	TAP_INT(through(&p, &out, &err), -EINVAL);
	TAP_HAS(err.text, "at most 512");
}

static void test_titles(void)
{
	CLEANUP(plan_release) struct plan p = {0};
	char out[400];

	plan_example(&p);
	TAP_STR(plan_volume_title(&p, &p.volumes[0], out, sizeof(out)), "boot gap of sda");
	TAP_STR(plan_volume_title(&p, &p.volumes[1], out, sizeof(out)), "sda1 (ext4, root)");
	TAP_STR(plan_volume_title(&p, &p.volumes[2], out, sizeof(out)), "sda2 (extended)");
	TAP_STR(plan_volume_title(&p, &p.volumes[5], out, sizeof(out)), "sda4 (swap)");
	TAP_STR(plan_volume_title(&p, &p.volumes[7], out, sizeof(out)), "nvme0n1p3 (unknown)");
	TAP_STR(plan_volume_title(&p, &p.volumes[8], out, sizeof(out)),
		"whole disk data.img (xfs, data)");
	strcpy(p.source.disks[0].name, "old.img");
	TAP_STR(plan_volume_title(&p, &p.volumes[1], out, sizeof(out)),
		"partition 1 of old.img (ext4, root)");
	TAP_STR(plan_volume_title(&p, &p.volumes[1], out, 8), "partiti");
	TAP_STR(volume_kind_name(VOLUME_SKIP), "skip");
}

int main(void)
{
	TAP_RUN(test_both_ways);
	TAP_RUN(test_strange_names_are_canonical);
	TAP_RUN(test_digest_depends_on_everything);
	TAP_RUN(test_volumes_refused);
	TAP_RUN(test_gap_refused);
	TAP_RUN(test_whole_disk_refused);
	TAP_RUN(test_order_and_number_refused);
	TAP_RUN(test_disks_refused);
	TAP_RUN(test_landed);
	TAP_RUN(test_land);
	TAP_RUN(test_targets_refused);
	TAP_RUN(test_new_volumes);
	TAP_RUN(test_nics_refused);
	TAP_RUN(test_words_refused);
	TAP_RUN(test_texts_refused);
	TAP_RUN(test_unknown_members);
	TAP_RUN(test_too_many);
	TAP_RUN(test_titles);
	return tap_done();
}
