/* A source from the disk image to the copy: what the chunks say, applied to a
 * target full of garbage, is the same machine.
 */
#include "image.h"
#include "plan/plan_json.h"
#include "source/source.h"
#include "source/source_cursor.h"
#include "source/source_json.h"
#include "source/source_reader.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/strv.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>

#define MIB (1ull << 20)

static char logged[1000];

static void keep_log(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	snprintf(logged, sizeof(logged), "%s", text);
}

/* Of the sources that are opened next. */
static uint32_t chunk_size = PLAN_CHUNK_SIZE;

static struct source *open_image(const char *path, struct reasons *reasons)
{
	const char *paths[] = {path};
	struct source_options options = {.paths = paths, .path_count = 1, .chunk_size = chunk_size};
	struct source *s = NULL;

	TAP_INT(source_open(&options, &s, reasons), 0);
	for (size_t i = 0; i < reasons->n; i++)
		printf("# %s %s: %s (%s)\n", reason_level_name(reasons->v[i].level),
		       reasons->v[i].code, reasons->v[i].text, reasons->v[i].hint);
	return s;
}

/* What the target does with a chunk. */
static void apply(int fd, const struct plan *plan, const struct chunk *c)
{
	static const uint8_t zeros[PLAN_MAX_CHUNK_SIZE];
	const struct plan_volume *v = &plan->volumes[c->volume];
	const uint8_t *data = c->data;
	uint32_t end = 0, sum = 0;

	for (uint32_t i = 0; i < c->run_count; i++) {
		const struct chunk_run *run = &c->runs[i];
		uint64_t at = v->source.start + c->number * chunk_size + run->offset;

		TAP_OK(run->length && run->offset % PROTO_RUN_ALIGN == 0);
		TAP_OK(run->length % PROTO_RUN_ALIGN == 0 && run->offset >= end);
		if (i && c->runs[i - 1].how == run->how)
			TAP_OK(run->offset > end);
		end = run->offset + run->length;
		TAP_INT(io_pwrite_full(fd, run->how == CHUNK_ZERO ? zeros : data, run->length, at),
			0);
		data += run->how == CHUNK_ZERO ? 0 : run->length;
		sum += run->how == CHUNK_ZERO ? 0 : run->length;
	}
	TAP_INT(sum, c->data_len);
	TAP_OK(end <= chunk_length(v->source.length, c->number, chunk_size));
}

static void copy_all(const struct source *s, const struct plan *plan, const char *to, uint64_t size)
{
	CLEANUP_FREE struct chunk *c = calloc(1, sizeof(*c));
	struct source_reader *r = source_reader_new(s);
	struct source_cursor *cursor = NULL;
	CLEANUP_FD int fd = -1;
	uint64_t number, chunks = 0, bytes = 0;
	uint32_t volume;

	image_fill(to, size, 0xaa);
	fd = open(to, O_WRONLY | O_CLOEXEC);
	TAP_INT(source_cursor_new(s, NULL, &cursor), 0);
	while (source_cursor_next(cursor, &volume, &number)) {
		TAP_OK(source_chunk_used(s, volume, number));
		TAP_INT(source_read_chunk(r, volume, number, c), 0);
		TAP_OK(c->volume == volume && c->number == number && c->run_count);
		apply(fd, plan, c);
		chunks++;
		for (uint32_t i = 0; i < c->run_count; i++)
			bytes += c->runs[i].length;
	}
	TAP_INT(chunks, source_chunk_total(s));
	TAP_INT(bytes, source_byte_total(s));
	source_cursor_free(cursor);
	source_reader_free(r);
}

/* What goes over the wire must come out the same, and pass the target's check. */
static void check_plan(const struct plan *plan)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	CLEANUP(plan_release) struct plan got = {0};
	struct err_text err = {0};

	d = plan_to_json(plan);
	TAP_INT(plan_from_json(d, &got, &err), 0);
	TAP_STR(err.text, "");
	TAP_INT(got.volume_count, plan->volume_count);
	TAP_INT(got.chunk_size, chunk_size);
}

static void make_fs(const char *image, const char *type, uint64_t size)
{
	image_fill(image, size, 0x55);
	IMAGE_RUN("mke2fs", "-q", "-F", "-E", "nodiscard", "-t", type, "-L", "root", "-d", "tree",
		  image);
}

static void put(const char *image, const char *disk, uint64_t at)
{
	char seek[40], from[300], to[300];

	snprintf(seek, sizeof(seek), "seek=%" PRIu64, at);
	snprintf(from, sizeof(from), "if=%s", image);
	snprintf(to, sizeof(to), "of=%s", disk);
	IMAGE_RUN("dd", "status=none", "conv=notrunc", "bs=1M", "oflag=seek_bytes", seek, from, to);
}

static bool same_bytes(const char *a, const char *b, uint64_t offset, uint64_t length)
{
	CLEANUP_FD int one = open(a, O_RDONLY | O_CLOEXEC);
	CLEANUP_FD int two = open(b, O_RDONLY | O_CLOEXEC);
	CLEANUP_FREE uint8_t *x = malloc(length), *y = malloc(length);

	return !io_pread_full(one, x, length, offset) && !io_pread_full(two, y, length, offset) &&
	       !memcmp(x, y, length);
}

static void check_files(const char *disk, uint64_t offset)
{
	char name[100];

	snprintf(name, sizeof(name), "%s?offset=%" PRIu64, disk, offset);
	IMAGE_RUN("e2fsck", "-fn", name);
	IMAGE_RUN("rm", "-rf", "out");
	IMAGE_RUN("mkdir", "out");
	IMAGE_RUN("debugfs", "-R", "rdump / out", name);
	IMAGE_RUN("diff", "-r", "-x", "lost+found", "tree", "out");
}

static void make_swap(const char *image, uint64_t size)
{
	image_fill(image, size, 0x77);
	IMAGE_RUN("mkswap", "-q", "-L", "swp", "-U", "11111111-2222-3333-4444-555555555555", image);
}

static const struct plan_volume *volume_of(const struct plan *plan, uint32_t partition)
{
	for (uint32_t i = 0; i < plan->volume_count; i++)
		if (plan->volumes[i].source.partition == partition)
			return &plan->volumes[i];
	TAP_OK(!"no such volume");
	return &plan->volumes[0];
}

/* A disk with garbage everywhere: gap, ext4 in @root, swap in @swap, and a raw
 * partition @raw of which one MiB is zero. */
static void check_disk(const char *table, uint32_t root, uint32_t swap, uint32_t raw)
{
	CLEANUP(reasons_release) struct reasons reasons = {0};
	CLEANUP(plan_release) struct plan plan = {0};
	CLEANUP(source_freep) struct source *s = NULL;
	CLEANUP(jdoc_freep) struct jdoc *json = NULL;
	CLEANUP_FREE char *text = NULL;
	const struct plan_volume *v;
	const uint64_t size = 120 * MIB;

	image_fill("disk.img", size, 0x33);
	IMAGE_RUN_INPUT(table, "sfdisk", "-q", "--wipe=never", "--wipe-partitions=never",
			"disk.img");
	s = open_image("disk.img", &reasons);
	TAP_INT(source_plan(s, &plan), 0);
	image_fill("zero.img", MIB, 0);
	make_fs("root.img", "ext4", 40 * MIB);
	make_swap("swap.img", 8 * MIB);
	put("root.img", "disk.img", volume_of(&plan, root)->source.start);
	put("swap.img", "disk.img", volume_of(&plan, swap)->source.start);
	put("zero.img", "disk.img", volume_of(&plan, raw)->source.start + 3 * MIB);
	source_free(STEAL(s));
	plan_release(&plan);
	reasons_release(&reasons);

	s = open_image("disk.img", &reasons);
	TAP_INT(reasons.n, 0);
	TAP_INT(source_mounts(s)->n, 0);
	plan = (struct plan){0};
	TAP_INT(source_plan(s, &plan), 0);
	TAP_STR(plan.hostname, "");
	TAP_INT(plan.nic_count, 0);
	check_plan(&plan);
	copy_all(s, &plan, "copy.img", size);

	v = volume_of(&plan, root);
	TAP_OK(v->kind == VOLUME_IMAGE && v->used_blocks && v->used < 30 * MIB);
	TAP_STR(v->fstype, "ext4");
	TAP_STR(v->label, "root");
	check_files("copy.img", v->source.start);
	v = volume_of(&plan, swap);
	TAP_OK(v->kind == VOLUME_SWAP);
	TAP_STR(v->uuid, "11111111-2222-3333-4444-555555555555");
	TAP_STR(v->label, "swp");
	v = volume_of(&plan, raw);
	TAP_OK(v->kind == VOLUME_IMAGE && !v->used_blocks);
	TAP_OK(same_bytes("disk.img", "copy.img", v->source.start, v->source.length));
	v = &plan.volumes[0];
	TAP_STR(v->fstype, "gap");
	TAP_OK(same_bytes("disk.img", "copy.img", v->source.start, v->source.length));

	json = source_to_json(s);
	text = jdoc_print(json);
	TAP_HAS(text, "\"partuuid\"");
	TAP_HAS(text, "\"path\":\"disk.img\"");
}

static void test_gpt(void)
{
	check_disk("label: gpt\n"
		   "first-lba: 34\n"
		   "start=2048, size=48M, type=linux, name=root\n"
		   "size=8M, type=swap\n"
		   "size=20M, type=linux\n",
		   1, 2, 3);
}

static void test_mbr(void)
{
	check_disk("label: dos\n"
		   "label-id: 0x1234abcd\n"
		   "x1 : start=63, size=98303, type=83, bootable\n"
		   "x2 : size=60M, type=5\n"
		   "x5 : size=8M, type=82\n"
		   "x6 : size=20M, type=83\n",
		   1, 5, 6);
}

/* The same disk, in chunks of the smallest and of the largest size. */
static void test_other_chunk_sizes(void)
{
	chunk_size = PLAN_MIN_CHUNK_SIZE;
	test_gpt();
	chunk_size = PLAN_MAX_CHUNK_SIZE;
	test_mbr();
	chunk_size = PLAN_CHUNK_SIZE;
}

static void test_whole_disk(void)
{
	CLEANUP(reasons_release) struct reasons reasons = {0};
	CLEANUP(plan_release) struct plan plan = {0};
	CLEANUP(source_freep) struct source *s = NULL;

	make_fs("disk.img", "ext4", 40 * MIB);
	s = open_image("disk.img", &reasons);
	TAP_INT(reasons.n, 0);
	TAP_INT(source_plan(s, &plan), 0);
	TAP_INT(plan.volume_count, 1);
	TAP_OK(plan.volumes[0].used_blocks && plan.volumes[0].source.partition == 0);
	check_plan(&plan);
	copy_all(s, &plan, "copy.img", 40 * MIB);
	check_files("copy.img", 0);
}

static void check_reason(const char *code, enum reason_level level)
{
	CLEANUP(reasons_release) struct reasons reasons = {0};
	CLEANUP(source_freep) struct source *s = open_image("disk.img", &reasons);

	TAP_INT(reasons.n, 1);
	if (reasons.n) {
		TAP_STR(reasons.v[0].code, code);
		TAP_INT(reasons.v[0].level, level);
	}
}

static void test_needs_fsck(void)
{
	image_fill("disk.img", 60 * MIB, 0x33);
	IMAGE_RUN_INPUT("label: gpt\nsize=40M\n", "sfdisk", "-q", "disk.img");
	make_fs("root.img", "ext4", 40 * MIB);
	IMAGE_RUN("debugfs", "-w", "-R", "feature needs_recovery", "root.img");
	put("root.img", "disk.img", MIB);
	check_reason("source-needs-fsck", REASON_REFUSE);
}

/* Without a table, the command in the hint needs no loop device. */
static void test_fsck_helps(void)
{
	CLEANUP(reasons_release) struct reasons bad = {0}, good = {0};

	make_fs("disk.img", "ext4", 40 * MIB);
	IMAGE_RUN("debugfs", "-w", "-R", "feature needs_recovery", "disk.img");
	source_free(open_image("disk.img", &bad));
	TAP_INT(bad.n, 1);
	TAP_STR(bad.v[0].hint, "run: e2fsck -fp 'disk.img'");
	IMAGE_RUN("sh", "-c", bad.v[0].hint + strlen("run: "));
	source_free(open_image("disk.img", &good));
	TAP_INT(good.n, 0);
}

static void test_damaged_bitmap(void)
{
	CLEANUP(reasons_release) struct reasons reasons = {0};
	CLEANUP(plan_release) struct plan plan = {0};
	CLEANUP(source_freep) struct source *s = NULL;

	make_fs("disk.img", "ext4", 40 * MIB);
	IMAGE_RUN("debugfs", "-w", "-R", "set_block_group 0 free_blocks_count 1", "disk.img");
	check_reason("bitmap-damaged", REASON_WARN);
	s = open_image("disk.img", &reasons);
	TAP_INT(source_plan(s, &plan), 0);
	TAP_OK(!plan.volumes[0].used_blocks && plan.volumes[0].used == 40 * MIB);
	copy_all(s, &plan, "copy.img", 40 * MIB);
	TAP_OK(same_bytes("disk.img", "copy.img", 0, 40 * MIB));
}

static void test_odd_disks(void)
{
	image_fill("disk.img", 4 * MIB, 0);
	check_reason("source-empty", REASON_REFUSE);
	image_fill("disk.img", 4 * MIB, 0x33);
	check_reason("unknown-contents", REASON_NOTE);
	IMAGE_RUN_INPUT("label: dos\n", "sfdisk", "-q", "disk.img");
	check_reason("source-empty", REASON_REFUSE);
	image_fill("disk.img", 40 * MIB, 0);
	IMAGE_RUN_INPUT("label: sun\n", "sfdisk", "-q", "disk.img");
	check_reason("unknown-table", REASON_REFUSE);
	make_fs("disk.img", "ext2", 8 * MIB);
	IMAGE_RUN("truncate", "-s", "+100", "disk.img");
	check_reason("source-odd-size", REASON_REFUSE);
}

/* Someone else may write to the image. */
static void test_locked(void)
{
	CLEANUP(reasons_release) struct reasons good = {0};
	struct flock byte = {.l_type = F_RDLCK, .l_start = 101, .l_len = 1};
	CLEANUP_FD int fd = -1;

	make_fs("disk.img", "ext2", 8 * MIB);
	fd = open("disk.img", O_RDWR | O_CLOEXEC);
	TAP_INT(fcntl(fd, F_OFD_SETLK, &byte), 0);
	check_reason("source-in-use", REASON_REFUSE);
	byte.l_type = F_UNLCK;
	TAP_INT(fcntl(fd, F_OFD_SETLK, &byte), 0);
	TAP_INT(flock(fd, LOCK_EX), 0);
	check_reason("source-in-use", REASON_REFUSE);
	TAP_INT(flock(fd, LOCK_UN), 0);
	/* No lock, but open for writing. */
	check_reason("source-in-use", REASON_REFUSE);
	close(steal_fd(&fd));
	source_free(open_image("disk.img", &good));
	TAP_INT(good.n, 0);
}

static void test_cannot_open(void)
{
	const char *twice[] = {"disk.img", "./disk.img"}, *none[] = {"/no/such/disk"};
	const char *strange[] = {"/dev/null"};
	struct source_options options = {.paths = twice, .path_count = 2};
	CLEANUP(reasons_release) struct reasons reasons = {0};
	struct source *s = NULL;

	make_fs("disk.img", "ext2", 8 * MIB);
	log_set_sink(keep_log, NULL);
	TAP_INT(source_open(&options, &s, &reasons), -EINVAL);
	TAP_HAS(logged, "./disk.img is given twice");
	options = (struct source_options){.paths = none, .path_count = 1};
	TAP_INT(source_open(&options, &s, &reasons), -ENOENT);
	TAP_HAS(logged, "cannot open /no/such/disk");
	options.paths = strange;
	TAP_INT(source_open(&options, &s, &reasons), -ENOTBLK);
	TAP_OK(!s);
	log_set_sink(NULL, NULL);
}

static void test_two_disks(void)
{
	const char *paths[] = {"disk.img", "second.img"};
	struct source_options options = {.paths = paths, .path_count = 2};
	CLEANUP(reasons_release) struct reasons reasons = {0};
	CLEANUP(plan_release) struct plan plan = {0};
	CLEANUP(source_freep) struct source *s = NULL;

	make_fs("disk.img", "ext2", 8 * MIB);
	make_fs("second.img", "ext4", 40 * MIB);
	TAP_INT(source_open(&options, &s, &reasons), 0);
	TAP_INT(reasons.n, 0);
	TAP_INT(source_plan(s, &plan), 0);
	TAP_INT(plan.source.disk_count, 2);
	TAP_INT(plan.volumes[1].source.disk, 1);
	check_plan(&plan);
}

int main(void)
{
	image_begin();
	if (chdir(image_dir))
		return 1;
	image_tree("tree", 60);
	TAP_RUN(test_gpt);
	TAP_RUN(test_mbr);
	TAP_RUN(test_other_chunk_sizes);
	TAP_RUN(test_whole_disk);
	TAP_RUN(test_needs_fsck);
	TAP_RUN(test_fsck_helps);
	TAP_RUN(test_damaged_bitmap);
	TAP_RUN(test_odd_disks);
	TAP_RUN(test_locked);
	TAP_RUN(test_cannot_open);
	TAP_RUN(test_two_disks);
	return image_end();
}
