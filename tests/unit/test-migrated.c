/* test-migrated.c - what the receiver reads from a migrated system's files */
#include "disk/mount.h"
#include "names/names_find.h"
#include "receive/hostkeys.h"
#include "receive/hwfacts.h"
#include "receive/root_names.h"
#include "receive/writer.h"
#include "tap.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MIB (1ull << 20)

static struct table_partition parts[2] = {
	{.number = 1, .guid = "aaaaaaaa-0000-0000-0000-000000000001", .name = "root part"},
	{.number = 2, .guid = "aaaaaaaa-0000-0000-0000-000000000002"},
};
static struct plan_disk disks[2], to[2];
static struct plan_volume volumes[3];
static struct plan plan = {.chunk_size = PLAN_CHUNK_SIZE,
			   .source = {.disk_count = 2, .disks = disks},
			   .target = {.disk_count = 2, .disks = to},
			   .volume_count = 3,
			   .volumes = volumes};

static void set_up(const char *first, const char *second)
{
	disks[0] = (struct plan_disk){
		.table = {.kind = TABLE_GPT, .partition_count = 2, .partitions = parts}};
	disks[1] = (struct plan_disk){.table = {.kind = TABLE_NONE}};
	strcpy(disks[0].name, first);
	strcpy(disks[1].name, second);
	volumes[0] = (struct plan_volume){.source = {.partition = 1, .length = MIB + 512},
					  .uuid = "11111111-1111-1111-1111-111111111111",
					  .label = "my root"};
	volumes[1] = (struct plan_volume){.kind = VOLUME_SWAP,
					  .source = {.partition = 2, .length = MIB},
					  .uuid = "0A1B-2C3D"};
	volumes[2] = (struct plan_volume){.source = {.disk = 1, .length = MIB}, .label = "data"};
	for (int i = 0; i < 3; i++)
		volumes[i].target = volumes[i].source;
	to[0].table = disks[0].table;
}

/* Which volume of the plan an fstab's first field means; -1: none, or several. */
static int root_find_spec(const struct plan *p, const char *spec)
{
	CLEANUP(names_release) struct names n = {0};
	struct names_found f;

	TAP_INT(root_names(p, &n), 0);
	f = names_find(&n, spec);
	return f.answer == NAMES_VOLUME ? (int)n.volumes[f.volume].id : -1;
}

static void test_spec_tags(void)
{
	set_up("/dev/sda", "/dev/sdb");
	TAP_INT(root_find_spec(&plan, "UUID=11111111-1111-1111-1111-111111111111"), 0);
	TAP_INT(root_find_spec(&plan, "UUID=\"11111111-1111-1111-1111-111111111111\""), 0);
	TAP_INT(root_find_spec(&plan, "UUID=0a1b-2c3d"), 1);
	TAP_INT(root_find_spec(&plan, "LABEL=my root"), 0);
	TAP_INT(root_find_spec(&plan, "LABEL=My root"), -1);
	TAP_INT(root_find_spec(&plan, "PARTUUID=AAAAAAAA-0000-0000-0000-000000000002"), 1);
	TAP_INT(root_find_spec(&plan, "PARTLABEL=root part"), 0);
	TAP_INT(root_find_spec(&plan, "/dev/disk/by-uuid/0A1B-2C3D"), 1);
	TAP_INT(root_find_spec(&plan, "/dev/disk/by-label/data"), 2);
	/* Nothing is not the identity of what has none. */
	TAP_INT(root_find_spec(&plan, "UUID="), -1);
	TAP_INT(root_find_spec(&plan, "UUID=\"\""), -1);
	TAP_INT(root_find_spec(&plan, "PARTLABEL="), -1);
	TAP_INT(root_find_spec(&plan, ""), -1);
	TAP_INT(root_find_spec(&plan, "proc"), -1);
	TAP_INT(root_find_spec(&plan, "server:/export"), -1);
}

static void test_spec_devices(void)
{
	set_up("/dev/nvme0n1", "/dev/sda");
	TAP_INT(root_find_spec(&plan, "/dev/nvme0n1p1"), 0);
	TAP_INT(root_find_spec(&plan, "/dev/nvme0n1p2"), 1);
	TAP_INT(root_find_spec(&plan, "/dev/nvme0n1p3"), -1);
	TAP_INT(root_find_spec(&plan, "/dev/nvme0n1"), -1);
	TAP_INT(root_find_spec(&plan, "/dev/sda1"), -1);
	TAP_INT(root_find_spec(&plan, "/dev/mapper/vg-root"), -1);
	set_up("first.img", "second.img");
	TAP_INT(root_find_spec(&plan, "/dev/sda1"), 0);
	TAP_INT(root_find_spec(&plan, "/dev/vda2"), 1);
	TAP_INT(root_find_spec(&plan, "/dev/nvme0n1p2"), 1);
	TAP_INT(root_find_spec(&plan, "/dev/sdb1"), -1);
	TAP_INT(root_find_spec(&plan, "/dev/sda99999999999"), -1);
}

/* What udev calls a disk has its serial number in it. */
static void test_spec_links(void)
{
	set_up("/dev/nvme0n1", "/dev/sda");
	strcpy(disks[0].serial, "S3RIAL99");
	strcpy(disks[1].serial, "WD-0815");
	TAP_INT(root_find_spec(&plan, "/dev/disk/by-id/nvme-Maker_Model_S3RIAL99-part2"), 1);
	TAP_INT(root_find_spec(&plan, "/dev/disk/by-id/ata-Maker_WD-0815"), 2);
	TAP_INT(root_find_spec(&plan, "/dev/disk/by-id/nvme-Maker_Model_S3RIAL99-part3"), -1);
	TAP_INT(root_find_spec(&plan, "/dev/disk/by-id/nvme-Maker_Model_OTHER-part2"), -1);
	/* Two volumes with one name: none of them is taken. */
	strcpy(volumes[0].label, "data");
	TAP_INT(root_find_spec(&plan, "LABEL=data"), -1);
}

/* A key made for this test; the fingerprint is ssh-keygen's. */
static void test_fingerprint(void)
{
	static const char key[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEDfzKxLUt8s4tX"
				  "kLxHkhrxJA07rRQFzXcUxIQMzZGT root@host\n";
	char out[64];

	TAP_OK(hostkeys_fingerprint(key, out, sizeof(out)));
	TAP_STR(out, "SHA256:edu5K8joO1Qqdvnd2UBVA+Afka3M4jh7/rEvxUvv4No");
	TAP_OK(!hostkeys_fingerprint("", out, sizeof(out)));
	TAP_OK(!hostkeys_fingerprint("ssh-ed25519", out, sizeof(out)));
	TAP_OK(!hostkeys_fingerprint("ssh-ed25519 AAAA", out, sizeof(out)));
	TAP_OK(!hostkeys_fingerprint("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5!!!!IKEY", out, sizeof(out)));
	TAP_OK(!hostkeys_fingerprint("-----BEGIN OPENSSH PRIVATE KEY-----", out, sizeof(out)));
}

static void test_console(void)
{
	char out[64];

	hwfacts_console("BOOT_IMAGE=/vmlinuz root=UUID=1 quiet\n", out, sizeof(out));
	TAP_STR(out, "");
	hwfacts_console("console=tty0 console=ttyS0,115200n8 quiet\n", out, sizeof(out));
	TAP_STR(out, "ttyS0,115200n8");
	hwfacts_console("console=ttyS1 console=hvc0", out, sizeof(out));
	TAP_STR(out, "hvc0");
	hwfacts_console("netconsole=ttyS0 xconsole=ttyS1", out, sizeof(out));
	TAP_STR(out, "");
}

static void test_fstab(void)
{
	static const char text[] = "# comment\n"
				   "UUID=1 / ext4 defaults 0 1\n"
				   "broken\n"
				   "/dev/sda2\t/srv/my\\040data xfs noauto,subvol=@x 0 2\n";
	char path[] = "/tmp/p2v-fstab.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	struct mount_fstab tab = {0};

	TAP_INT(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	lseek(fd, 0, SEEK_SET);
	TAP_INT(mount_read_fstab(fd, &tab), 0);
	TAP_INT(tab.n, 2);
	if (tab.n == 2) {
		TAP_STR(tab.v[0].spec, "UUID=1");
		TAP_STR(tab.v[1].target, "/srv/my data");
		TAP_OK(mount_has_option(tab.v[1].options, "noauto"));
		TAP_OK(!mount_has_option(tab.v[1].options, "auto"));
		TAP_OK(!mount_has_option("noautofs,xnoauto", "noauto"));
	}
	mount_fstab_release(&tab);
	close(fd);
	unlink(path);
}

/* What a chunk may not name. */
static void test_chunk_bounds(void)
{
	static struct chunk c;
	struct err_text err = {0};

	set_up("/dev/sda", "/dev/sdb");
	c = (struct chunk){.run_count = 1, .runs = {{0, 512, false}}};
	TAP_INT(writer_check(&plan, &c, NULL), 0);
	c.number = 1;
	TAP_INT(writer_check(&plan, &c, NULL), 0);
	c.runs[0].length = 1024;
	TAP_INT(writer_check(&plan, &c, &err), -EPROTO);
	TAP_HAS(err.text, "beyond the volume");
	c.runs[0] = (struct chunk_run){512, 512, true};
	TAP_INT(writer_check(&plan, &c, NULL), -EPROTO);
	c.runs[0] = (struct chunk_run){0, 512, false};
	c.number = 2;
	TAP_INT(writer_check(&plan, &c, NULL), -EPROTO);
	c.number = UINT64_MAX;
	TAP_INT(writer_check(&plan, &c, NULL), -EPROTO);
	c.number = UINT64_MAX >> 20;
	TAP_INT(writer_check(&plan, &c, NULL), -EPROTO);
	c.number = 0;
	c.volume = 1;
	TAP_INT(writer_check(&plan, &c, NULL), -EPROTO);
	c.volume = 3;
	TAP_INT(writer_check(&plan, &c, NULL), -EPROTO);
}

int main(void)
{
	TAP_RUN(test_spec_tags);
	TAP_RUN(test_spec_devices);
	TAP_RUN(test_spec_links);
	TAP_RUN(test_fingerprint);
	TAP_RUN(test_console);
	TAP_RUN(test_fstab);
	TAP_RUN(test_chunk_bounds);
	return tap_done();
}
