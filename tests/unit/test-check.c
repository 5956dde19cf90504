/* test-check.c - every reason to refuse, one at a time, and the commitment */
#include "disk/mkfs.h"
#include "plan/check.h"
#include "plan/plan_json.h"
#include "plan/step.h"
#include "receive/commit.h"
#include "tap.h"

#define MIB (1ull << 20)

static struct plan_disk disks[2], to[2];
static struct plan_volume volumes[4];
static struct facts_disk targets[2];
static struct plan plan;
static struct facts facts;
static struct check_options options;
static struct reasons reasons;

/* A plan of one disk with root, swap and container, and a machine it fits. */
static void set_up(void)
{
	memset(disks, 0, sizeof(disks));
	memset(targets, 0, sizeof(targets));
	disks[0] = (struct plan_disk){.name = "/dev/sda",
				      .size = 100 * MIB,
				      .sector = 512,
				      .table = {.kind = TABLE_MBR, .sector = 512}};
	disks[1] = (struct plan_disk){.name = "/dev/sdb", .size = 10 * MIB, .sector = 512};
	to[0] = (struct plan_disk){.name = "/dev/vda",
				   .size = 100 * MIB,
				   .sector = 512,
				   .table = {.kind = TABLE_MBR, .sector = 512}};
	to[1] = (struct plan_disk){.name = "/dev/vdb", .size = 100 * MIB, .sector = 512};
	volumes[0] = (struct plan_volume){
		.source = {.partition = 1, .start = MIB, .length = 50 * MIB}, .fstype = "ext4"};
	volumes[1] = (struct plan_volume){
		.kind = VOLUME_SKIP,
		.source = {.partition = 2, .start = 51 * MIB, .length = 49 * MIB}};
	volumes[2] = (struct plan_volume){
		.kind = VOLUME_SWAP,
		.source = {.partition = 5, .start = 52 * MIB, .length = 48 * MIB},
		.fstype = "swap",
		.uuid = "22222222-2222-2222-2222-222222222222"};
	volumes[3] =
		(struct plan_volume){.source = {.disk = 1, .length = 10 * MIB}, .fstype = "xfs"};
	for (int i = 0; i < 4; i++)
		volumes[i].target = volumes[i].source;
	plan = (struct plan){.source = {.disk_count = 1, .disks = disks},
			     .target = {.disk_count = 1, .disks = to},
			     .volume_count = 3,
			     .volumes = volumes};
	targets[0] = (struct facts_disk){
		.path = "/dev/vda", .serial = "S1", .size = 100 * MIB, .sector = 512};
	targets[1] = (struct facts_disk){.path = "/dev/vdb", .size = 100 * MIB, .sector = 512};
	facts = (struct facts){.root_in_ram = true,
			       .is_root = true,
			       .kexec = true,
			       .ram_available = 1024 * MIB,
			       .session_free = 512 * MIB,
			       .disk_count = 2,
			       .disks = targets};
	options = (struct check_options){.file_system_tool = mkfs_tool, .map_space = 4096};
	reasons = (struct reasons){0};
}

static void tear_down(void)
{
	for (int i = 0; i < 2; i++)
		strv_release(&targets[i].users);
	strv_release(&options.missing_tools);
	reasons_release(&reasons);
}

/* The one reason of that code, or "" as its text. */
static const struct reason *judged(const char *code)
{
	static const struct reason none;

	reasons_release(&reasons);
	check_plan(&plan, &facts, &options, &reasons);
	for (size_t i = 0; i < reasons.n; i++)
		if (!strcmp(reasons.v[i].code, code))
			return &reasons.v[i];
	return &none;
}

/* Refused for exactly that, with the object in the text. */
static bool refused(const char *code, const char *object)
{
	const struct reason *r = judged(code);
	size_t refusals = 0;

	for (size_t i = 0; i < reasons.n; i++)
		refusals += reasons.v[i].level == REASON_REFUSE;
	return r->level == REASON_REFUSE && refusals == 1 && strstr(r->text, object);
}

static void test_fits(void)
{
	set_up();
	judged("");
	TAP_INT(reasons.n, 0);
	tear_down();
}

static void test_not_found(void)
{
	set_up();
	strcpy(to[0].name, "/dev/vdz");
	TAP_OK(refused("target-not-found", "/dev/vdz"));
	to[0].name[0] = '\0';
	TAP_OK(refused("target-not-found", "/dev/sda"));
	/* A target without a name must not match a plan without one. */
	targets[1].path[0] = '\0';
	TAP_OK(refused("target-not-found", "/dev/sda"));
	tear_down();
}

static void test_too_small(void)
{
	set_up();
	targets[0].size = 100 * MIB - 512;
	TAP_OK(refused("target-too-small", "/dev/vda"));
	targets[0].size = 0;
	TAP_OK(refused("target-too-small", "/dev/vda"));
	/* Sizes whose sum wraps. */
	targets[0].size = 100 * MIB;
	volumes[2].source.start = UINT64_MAX - 511;
	TAP_OK(refused("target-too-small", "/dev/vda"));
	tear_down();
}

static void test_larger(void)
{
	set_up();
	targets[0].size = to[0].size = 200 * MIB;
	TAP_INT(judged("larger-target")->level, REASON_NOTE);
	TAP_OK(!reasons_refuse(&reasons));
	tear_down();
}

/* The layout is for the disk that is there. */
static void test_layout(void)
{
	set_up();
	targets[0].size = 200 * MIB;
	TAP_OK(refused("layout-differs", "/dev/vda has 200 MiB"));
	targets[0].size = 100 * MIB;
	to[0].sector = 4096;
	TAP_OK(refused("layout-differs", "4096"));
	/* Chosen, fits, and still nobody has said what it is to look like. */
	to[0].size = to[0].sector = 0;
	TAP_OK(refused("no-layout", "/dev/vda"));
	/* What it is too small for is one reason, not two. */
	targets[0].size = 99 * MIB;
	TAP_OK(refused("target-too-small", "/dev/vda"));
	tear_down();
}

/* Representable, and refused until something here can make them. */
static void test_new_kinds(void)
{
	static const enum volume_kind kinds[] = {VOLUME_CREATE, VOLUME_ESP, VOLUME_BIOS_BOOT,
						 VOLUME_LV};

	for (size_t i = 0; i < 4; i++) {
		set_up();
		plan.volume_count = 4;
		volumes[3] = (struct plan_volume){
			.kind = kinds[i],
			.source = {.disk = PLAN_NOWHERE},
			.target = {.partition = 3, .start = 100 * MIB - 512, .length = 512},
			.label = "vg/data"};
		TAP_OK(refused("kind-unsupported",
			       kinds[i] == VOLUME_LV ? "logical volume vg/data" : "vda3 (new, "));
		tear_down();
	}
}

static void test_in_use(void)
{
	set_up();
	strv_add(&targets[0].users, "vda1 is mounted on /mnt");
	TAP_OK(refused("target-in-use", "vda1 is mounted on /mnt"));
	tear_down();
	set_up();
	strv_add(&targets[1].users, "vdb is swap");
	judged("");
	TAP_OK(!reasons_refuse(&reasons));
	tear_down();
}

static void test_read_only(void)
{
	set_up();
	targets[0].read_only = true;
	TAP_OK(refused("target-read-only", "/dev/vda"));
	tear_down();
}

static void test_sector_size(void)
{
	set_up();
	targets[0].sector = 4096;
	TAP_OK(refused("sector-size-differs", "4096"));
	tear_down();
}

static void test_boot_disk(void)
{
	set_up();
	facts.root_in_ram = false;
	judged("");
	TAP_OK(!reasons_refuse(&reasons));
	targets[0].boot_disk = true;
	TAP_OK(refused("not-in-ram", "/dev/vda"));
	facts.root_in_ram = true;
	judged("");
	TAP_OK(!reasons_refuse(&reasons));
	tear_down();
}

static void test_used_twice(void)
{
	set_up();
	plan.source.disk_count = plan.target.disk_count = 2;
	plan.volume_count = 4;
	judged("");
	TAP_OK(!reasons_refuse(&reasons));
	strcpy(to[1].name, "/dev/vda");
	TAP_OK(refused("target-used-twice", "/dev/sdb"));
	tear_down();
}

static void test_not_root(void)
{
	set_up();
	facts.is_root = false;
	TAP_OK(refused("not-root", "/dev/vda"));
	targets[0].file = true;
	judged("");
	TAP_OK(!reasons_refuse(&reasons));
	tear_down();
}

static void test_session_space(void)
{
	set_up();
	facts.session_free = options.map_space;
	TAP_OK(refused("session-space", "chunk maps"));
	tear_down();
}

static void test_tools(void)
{
	set_up();
	strv_add(&options.missing_tools, "mkswap");
	TAP_OK(refused("tool-missing", "mkswap"));
	tear_down();
	set_up();
	volumes[0].kind = VOLUME_FORMAT;
	judged("");
	TAP_OK(!reasons_refuse(&reasons));
	strcpy(volumes[0].fstype, "zfs_member");
	TAP_OK(refused("format-unsupported", "zfs_member"));
	strcpy(volumes[0].fstype, "xfs");
	targets[0].file = true;
	TAP_OK(refused("format-unsupported", "plain file"));
	tear_down();
}

static void test_cutover(void)
{
	set_up();
	options.cutover_known = true;
	for (int m = CUTOVER_NONE; m <= CUTOVER_POWEROFF; m++) {
		options.cutover = (enum cutover_mode)m;
		facts.root_in_ram = true;
		judged("");
		TAP_INT(reasons.n, 0);
		facts.root_in_ram = false;
		judged("");
		if (m == CUTOVER_NONE)
			TAP_INT(reasons.n, 0);
		else
			TAP_OK(refused("cutover-not-in-ram", cutover_mode_name(options.cutover)));
		TAP_INT(check_cutover(options.cutover, false), m == CUTOVER_NONE);
		TAP_OK(check_cutover(options.cutover, true));
	}
	tear_down();
}

static void test_kexec(void)
{
	set_up();
	facts.kexec = false;
	options.cutover_known = true;
	options.cutover = CUTOVER_REBOOT;
	judged("");
	TAP_INT(reasons.n, 0);
	options.cutover = CUTOVER_KEXEC;
	TAP_INT(judged("kexec-unusable")->level, REASON_WARN);
	TAP_OK(!reasons_refuse(&reasons));
	tear_down();
}

static void test_low_memory(void)
{
	set_up();
	facts.ram_available = 16 * MIB;
	TAP_INT(judged("low-memory")->level, REASON_NOTE);
	tear_down();
}

/* All reasons at once, not only the first. */
static void test_collects(void)
{
	set_up();
	targets[0].size = MIB;
	targets[0].read_only = true;
	strv_add(&targets[0].users, "a");
	strv_add(&targets[0].users, "b");
	facts.is_root = false;
	judged("");
	TAP_INT(reasons.n, 5);
	tear_down();
}

static void test_commit(void)
{
	struct msg_commit c = {.erase_count = 1};
	struct err_text err = {0};

	set_up();
	c.plan = plan_digest(&plan);
	strcpy(c.erase[0], "/dev/vda");
	TAP_INT(commit_fits(&plan, &facts, &c, &err), 0);
	strcpy(c.erase[0], "S1");
	TAP_INT(commit_fits(&plan, &facts, &c, &err), 0);
	strcpy(c.erase[0], "/dev/vdb");
	TAP_INT(commit_fits(&plan, &facts, &c, &err), COMMIT_E_ERASE);
	TAP_HAS(err.text, "/dev/vdb");
	TAP_HAS(err.text, "/dev/vda");
	strcpy(c.erase[0], "/dev/vda ");
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_ERASE);
	/* An empty name is not the serial of a disk that has none. */
	targets[0].serial[0] = c.erase[0][0] = '\0';
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_ERASE);
	strcpy(c.erase[0], "/dev/vda");
	c.erase_count = 0;
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_ERASE);
	c.erase_count = 2;
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_ERASE);
	c.erase_count = 1;
	facts.disk_count = 0;
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_ERASE);
	facts.disk_count = 2;
	volumes[0].source.length -= 512;
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_DIGEST);
	c.plan = (struct digest){0};
	TAP_INT(commit_fits(&plan, &facts, &c, NULL), COMMIT_E_DIGEST);
	tear_down();
}

static void test_steps(void)
{
	static const enum step_kind want[] = {STEP_WIPE,  STEP_CLEAN, STEP_CLEAN, STEP_TABLE,
					      STEP_LABEL, STEP_SWAP,  STEP_WIPE,  STEP_CLEAN};
	struct steps s = {0};
	struct strv text = {0};

	set_up();
	plan.source.disk_count = plan.target.disk_count = 2;
	plan.volume_count = 4;
	TAP_INT(steps_make(&plan, &s), 0);
	TAP_INT(s.n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < s.n && i < sizeof(want) / sizeof(want[0]); i++) {
		TAP_INT(s.v[i].kind, want[i]);
		/* The container of the logical partitions is never cleared. */
		TAP_OK(s.v[i].kind != STEP_CLEAN || volumes[s.v[i].volume].kind != VOLUME_SKIP);
	}
	TAP_INT(steps_describe(&plan, &s, &text), 0);
	TAP_INT(text.n, 7);
	TAP_HAS(text.v[0], "erase everything on /dev/vda");
	TAP_HAS(text.v[4], "22222222-2222-2222-2222-222222222222");
	strv_release(&text);
	steps_release(&s);
	tear_down();
}

int main(void)
{
	TAP_RUN(test_fits);
	TAP_RUN(test_not_found);
	TAP_RUN(test_too_small);
	TAP_RUN(test_larger);
	TAP_RUN(test_layout);
	TAP_RUN(test_new_kinds);
	TAP_RUN(test_in_use);
	TAP_RUN(test_read_only);
	TAP_RUN(test_sector_size);
	TAP_RUN(test_boot_disk);
	TAP_RUN(test_used_twice);
	TAP_RUN(test_not_root);
	TAP_RUN(test_session_space);
	TAP_RUN(test_tools);
	TAP_RUN(test_cutover);
	TAP_RUN(test_kexec);
	TAP_RUN(test_low_memory);
	TAP_RUN(test_collects);
	TAP_RUN(test_commit);
	TAP_RUN(test_steps);
	return tap_done();
}
