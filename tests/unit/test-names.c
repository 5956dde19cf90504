/* test-names.c - which volume a name means */
#include "names/devname.h"
#include "names/names.h"
#include "names/names_find.h"
#include "names/names_learn.h"
#include "names/names_text.h"
#include "names/spec.h"
#include "names/udev.h"
#include "tap.h"

#include <stdio.h>

static struct names set;

/* The index of the volume; -1 absent, -2 unknown, -3 ambiguous, 100 + N: disk N. */
static int find(const char *text)
{
	struct names_found f = names_find(&set, text);

	switch (f.answer) {
	case NAMES_VOLUME:
		return (int)f.volume;
	case NAMES_DISK:
		return 100 + (int)f.disk;
	case NAMES_ABSENT:
		return -1;
	case NAMES_UNKNOWN:
		return -2;
	case NAMES_AMBIGUOUS:
		break;
	}
	return -3;
}

static void load(const char *disks, const char *volumes)
{
	char *d = strdup(disks), *v = strdup(volumes);

	names_release(&set);
	TAP_INT(names_text_read(d, v, &set), 0);
	free(d);
	free(v);
}

static void test_devname(void)
{
	char disk[64];
	uint32_t partition;

	TAP_OK(devname_split("sda", disk, sizeof(disk), &partition));
	TAP_INT(partition, 0);
	TAP_OK(devname_split("sdab12", disk, sizeof(disk), &partition));
	TAP_STR(disk, "sdab");
	TAP_INT(partition, 12);
	TAP_OK(devname_split("nvme0n1p2", disk, sizeof(disk), &partition));
	TAP_STR(disk, "nvme0n1");
	TAP_INT(partition, 2);
	TAP_OK(devname_split("mmcblk1", disk, sizeof(disk), &partition));
	TAP_INT(partition, 0);
	TAP_OK(devname_split("cciss/c0d1p3", disk, sizeof(disk), &partition));
	TAP_STR(disk, "cciss/c0d1");
	TAP_OK(!devname_split("sda01", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("sda1p1", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("nvme0n1p", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("nvme0", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("sda99999999999", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("md0", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("1", disk, sizeof(disk), &partition));
	TAP_OK(!devname_split("p1", disk, sizeof(disk), &partition));
	TAP_INT(devname_order("sda"), 0);
	TAP_INT(devname_order("xvdc"), 2);
	TAP_INT(devname_order("sdaa"), 26);
	TAP_INT(devname_order("nvme3n1"), 3);
	TAP_INT(devname_order("nvme0n2"), -1);
	TAP_INT(devname_order("mmcblk1"), 1);
	TAP_INT(devname_order("md0"), -1);
}

static void test_numbers(void)
{
	static const struct {
		uint32_t major, minor;
		const char *name;
	} known[] = {
		{8, 0, "sda"},     {8, 17, "sdb1"},   {65, 1, "sdq1"},       {128, 0, "sddy"},
		{3, 1, "hda1"},    {3, 65, "hdb1"},   {22, 2, "hdc2"},       {202, 1, "xvda1"},
		{202, 16, "xvdb"}, {9, 127, "md127"}, {179, 1, "mmcblk0p1"}, {179, 8, "mmcblk1"},
		{71, 240, "sddx"},
	};
	char out[32];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		TAP_OK(devname_from_number(known[i].major, known[i].minor, out, sizeof(out)));
		TAP_STR(out, known[i].name);
	}
	TAP_OK(!devname_from_number(254, 1, out, sizeof(out)));
	TAP_OK(!devname_from_number(259, 1, out, sizeof(out)));
	TAP_OK(!devname_from_number(8, 256, out, sizeof(out)));
}

static void test_spec(void)
{
	static const struct {
		const char *text;
		enum spec_kind kind;
		const char *value;
	} cases[] = {
		{"UUID=ABCD-12", SPEC_UUID, "ABCD-12"},
		{"UUID=\"ABCD-12\"", SPEC_UUID, "ABCD-12"},
		{"LABEL='my root'", SPEC_LABEL, "my root"},
		{"block:UUID=1", SPEC_UUID, "1"},
		{"/dev/disk/by-label/my\\x20root", SPEC_LABEL, "my\\x20root"},
		{"/dev/disk/by-partuuid/11-02", SPEC_PARTUUID, "11-02"},
		{"ID=ata-X-part1", SPEC_DEVICE, "disk/by-id/ata-X-part1"},
		{"/dev/disk/by-id/dm-name-vg-root", SPEC_DEVICE, "mapper/vg-root"},
		{"/dev/disk/by-id/lvm-pv-uuid-AbC", SPEC_UUID, "AbC"},
		{"/dev/vg/root", SPEC_DEVICE, "mapper/vg-root"},
		{"/dev/my-vg/the-lv", SPEC_DEVICE, "mapper/my--vg-the--lv"},
		{"/dev/mapper/my--vg-the--lv", SPEC_DEVICE, "mapper/my--vg-the--lv"},
		{"/dev/cciss/c0d0p1", SPEC_DEVICE, "cciss/c0d0p1"},
		{"/dev/md/data", SPEC_DEVICE, "md/data"},
		{"0801", SPEC_DEVICE, "sda1"},
		{"302", SPEC_DEVICE, "hda2"},
		{"8:17", SPEC_DEVICE, "sdb1"},
		{"/dev/block/8:17", SPEC_DEVICE, "sdb1"},
		{"8:17:1", SPEC_OTHER, ""},
		{"8:", SPEC_OTHER, ""},
		{"cafe", SPEC_OTHER, ""},
		{"UUID=", SPEC_OTHER, ""},
		{"UUID=\"\"", SPEC_OTHER, ""},
		{"LABEL=\"", SPEC_OTHER, ""},
		{"uuid=1", SPEC_OTHER, ""},
		{"/dev/", SPEC_OTHER, ""},
		{"proc", SPEC_OTHER, ""},
		{"server:/export", SPEC_OTHER, ""},
		{"//server/share", SPEC_OTHER, ""},
		{"PARTUUID=1/PARTNROFF=x", SPEC_OTHER, ""},
		{"PARTUUID=1/PARTNROFF=1 ", SPEC_OTHER, ""},
		{"PARTUUID=1/2", SPEC_OTHER, ""},
		{"PARTUUID=1/PARTNROFF=-1", SPEC_PARTUUID, "1"},
	};
	struct spec s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spec_parse(cases[i].text, &s);
		TAP_INT(s.kind, cases[i].kind);
		TAP_STR(s.value, cases[i].value);
	}
	TAP_INT(s.offset, -1);
}

/* What is too long names nothing, rather than something shorter. */
static void test_long(void)
{
	char text[400] = "LABEL=";
	struct spec s;

	memset(text + 6, 'a', 255);
	spec_parse(text, &s);
	TAP_INT(s.kind, SPEC_LABEL);
	text[6 + 255] = 'a';
	spec_parse(text, &s);
	TAP_INT(s.kind, SPEC_OTHER);
	memset(text, '-', 300);
	memcpy(text, "/dev/v/", 7);
	spec_parse(text, &s);
	TAP_INT(s.kind, SPEC_OTHER);
	memset(text, 0, sizeof(text));
	memset(text, '-', 200);
	memcpy(text, "/dev/v/", 7);
	spec_parse(text, &s);
	TAP_STR(s.value, text + 5);
}

static void test_udev(void)
{
	char out[32];

	TAP_OK(udev_decode("my\\x20root\\x2f", out, sizeof(out)));
	TAP_STR(out, "my root/");
	TAP_OK(udev_decode("a\\x2", out, sizeof(out)));
	TAP_STR(out, "a\\x2");
	TAP_OK(!udev_decode("a\\x00b", out, sizeof(out)));
	TAP_OK(!udev_decode("0123456789012345678901234567890123", out, sizeof(out)));
	TAP_OK(udev_id_is("ata-WDC_WD10-WD123456", "WD123456"));
	TAP_OK(udev_id_is("ata-MODEL_SN_01_2", " SN 01  2 "));
	TAP_OK(!udev_id_is("ata-MODEL_91234", "1234"));
	TAP_OK(!udev_id_is("ata-MODEL_12345", "1234"));
	TAP_OK(udev_id_is("nvme-MODEL_1234_1", "1234"));
	TAP_OK(udev_id_is("usb-Maker_Stick_1234-0:0", "1234"));
	TAP_OK(udev_id_is("virtio-disk0", "disk0"));
	TAP_OK(!udev_id_is("ata-MODEL_123", "123"));
	TAP_OK(!udev_id_is("ata-MODEL", ""));
	TAP_OK(udev_id_is("wwn-0x5000c50012345678", "naa.5000c50012345678"));
	TAP_OK(udev_id_is("scsi-35000c50012345678", "naa.5000c50012345678"));
	TAP_OK(!udev_id_is("scsi-35000c500123456789", "naa.5000c50012345678"));
	TAP_OK(!udev_id_is("wwn-0x", "naa."));
	TAP_OK(udev_id_is("nvme-eui.0025385b71b0a1c2", "eui.0025385b71b0a1c2"));
	TAP_OK(udev_id_is("ata-QEMU_HARDDISK_QM00001", "t10.ATA     QEMU HARDDISK     QM00001"));
}

static const char two_disks[] = "/dev/sda\tWD-111111\n/dev/nvme0n1\tS3RIAL99\n";
static const char volumes[] =
	"-\t/dev/sda\t0\tgap\t\t\t/dev/vda\n"
	"/dev/vda1\t/dev/sda\t1\text4\tc0ffee00-aaaa\troot\t/dev/vda\t0badcafe-01\n"
	"/dev/vda2\t/dev/sda\t2\tvfat\tABCD-1234\tmy label\t/dev/vda\t0badcafe-02\tESP part\n"
	"/dev/vdb\t/dev/nvme0n1\t0\txfs\t5a5a-bbbb\troot\t/dev/vdb\t\t\tmapper/vg-data\n";

static void test_identities(void)
{
	load(two_disks, volumes);
	TAP_INT(set.disk_count, 2);
	TAP_INT(set.volume_count, 3);
	TAP_INT(find("UUID=c0ffee00-aaaa"), 0);
	TAP_INT(find("UUID=C0FFEE00-AAAA"), 0);
	TAP_INT(find("/dev/disk/by-uuid/abcd-1234"), 1);
	TAP_INT(find("UUID=5a5a"), -1);
	TAP_INT(find("LABEL=my label"), 1);
	TAP_INT(find("LABEL=My label"), -1);
	TAP_INT(find("/dev/disk/by-label/my\\x20label"), 1);
	TAP_INT(find("LABEL=root"), -3);
	TAP_INT(find("PARTUUID=0BADCAFE-02"), 1);
	TAP_INT(find("PARTUUID=0badcafe-01/PARTNROFF=1"), 1);
	TAP_INT(find("PARTUUID=0badcafe-02/PARTNROFF=-1"), 0);
	TAP_INT(find("PARTUUID=0badcafe-02/PARTNROFF=-2"), -1);
	TAP_INT(find("PARTUUID=0badcafe-03"), -1);
	TAP_INT(find("PARTLABEL=\"ESP\\x20part\""), 1);
	TAP_INT(find("PARTLABEL=ESP"), -1);
	TAP_INT(find("tmpfs"), -2);
	TAP_OK(names_find(&set, "UUID=5a5a-bbbb").stays);
	TAP_OK(!names_find(&set, "/dev/sda1").stays);
}

static void test_devices(void)
{
	load(two_disks, volumes);
	TAP_INT(find("/dev/sda2"), 1);
	TAP_INT(find("0802"), 1);
	TAP_INT(find("/dev/sda"), 100);
	TAP_INT(find("/dev/nvme0n1"), 2);
	TAP_INT(find("/dev/nvme0n1p1"), -1);
	TAP_INT(find("/dev/sdb1"), -1);
	TAP_INT(find("/dev/hda1"), -1);
	TAP_INT(find("/dev/mapper/vg-data"), 2);
	TAP_INT(find("/dev/vg/data"), 2);
	TAP_INT(find("/dev/vg/other"), -2);
	TAP_INT(find("/dev/md0"), -2);
	TAP_INT(find("/dev/disk/by-id/ata-WDC_WD-111111-part2"), 1);
	TAP_INT(find("/dev/disk/by-id/ata-WDC_WD-111111"), 100);
	TAP_INT(find("/dev/disk/by-id/nvme-X_S3RIAL99"), 2);
	TAP_INT(find("/dev/disk/by-id/ata-WDC_WD-222222-part2"), -1);
	TAP_INT(find("/dev/disk/by-id/md-name-host:0"), -2);
	/* What an earlier run wrote. */
	TAP_INT(find("/dev/vda1"), -2);
	TAP_INT(find("/dev/vda9"), -1);
}

/* Multipath, fake RAID, md: disks with other names. */
static void test_mapped_disks(void)
{
	load("/dev/md126\t\tmd/raid0\n/dev/dm-3\t\tmapper/mpatha\tmapper/isw_x_Vol0\n",
	     "\t/dev/md126\t1\text4\taa\t\t\n\t/dev/dm-3\t2\text4\tbb\t\t\n");
	TAP_INT(find("/dev/md126p1"), 0);
	TAP_INT(find("/dev/md/raid0p1"), 0);
	TAP_INT(find("/dev/md1261"), -2);
	TAP_INT(find("/dev/mapper/mpatha-part2"), 1);
	TAP_INT(find("/dev/mapper/mpatha2"), 1);
	TAP_INT(find("/dev/mapper/mpathap2"), 1);
	TAP_INT(find("/dev/mapper/isw_x_Vol0p2"), 1);
	TAP_INT(find("/dev/mapper/isw_x_Vol02"), -2);
	TAP_INT(find("/dev/mapper/mpathb2"), -2);
	TAP_OK(!names_find(&set, "/dev/mapper/mpatha2").stays);
	load("sda\n", "-\t\t0\text4\taa\t\t\t\t\tmapper/vg-root\tdm-1\n");
	TAP_INT(set.disk_count, 1);
	TAP_INT(find("/dev/vg/root"), 0);
	TAP_INT(find("/dev/dm-1"), 0);
	TAP_OK(names_find(&set, "/dev/vg/root").stays);
}

/* An image's own system called its disk something that nobody knows. */
static void test_by_order(void)
{
	load("first.img\n/dev/loop0\n",
	     "\tfirst.img\t1\text4\taa\t\t\n\t/dev/loop0\t1\txfs\tbb\t\t\n");
	TAP_INT(find("/dev/sda1"), 0);
	TAP_INT(find("/dev/hda1"), 0);
	TAP_INT(find("/dev/nvme0n1p1"), 0);
	TAP_INT(find("/dev/vdb1"), 1);
	TAP_INT(find("/dev/loop0p1"), 1);
	TAP_INT(find("/dev/mmcblk1p1"), 1);
	TAP_INT(find("/dev/sdc1"), -1);
}

static void test_ambiguous(void)
{
	struct names_found f;

	/* A clone, and the two halves of a btrfs. */
	load("sda\tSER0001\nsdb\tSER0001\n", "\tsda\t1\text4\taa\t\t\n\tsdb\t1\text4\taa\t\t\n"
					     "\tsda\t2\tbtrfs\tbb\t\t\n\tsdb\t2\tbtrfs\tbb\t\t\n");
	f = names_find(&set, "UUID=aa");
	TAP_INT(f.answer, NAMES_AMBIGUOUS);
	TAP_INT(f.volume, 0);
	TAP_INT(f.other, 1);
	TAP_INT(find("UUID=bb"), 2);
	TAP_INT(find("/dev/disk/by-id/ata-SER0001-part1"), -3);
	TAP_INT(find("/dev/sdb1"), 1);
}

/* What lies inside of LVM, RAID or encryption is not in the list. */
static void test_containers(void)
{
	load("sda\n", "\tsda\t1\text4\taa\troot\t\n\tsda\t2\tLVM2_member\tbb\t\t\n");
	TAP_INT(find("UUID=cc"), -2);
	TAP_INT(find("LABEL=home"), -2);
	TAP_INT(find("UUID=aa"), 0);
	TAP_INT(find("/dev/disk/by-id/lvm-pv-uuid-bb"), 1);
	load("", "");
	TAP_INT(find("/dev/sda1"), -2);
	TAP_INT(find("UUID=aa"), -2);
}

static void test_learn(void)
{
	load("sda\n", "\tsda\t1\text4\taa\troot\t\n\tsda\t2\tvfat\tbb\t\t\n");
	TAP_INT(find("/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part2"), -1);
	TAP_OK(names_learn(&set, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1", 0));
	TAP_INT(find("/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part2"), 1);
	TAP_INT(find("/dev/disk/by-path/pci-0000:00:1f.2-ata-1"), 100);
	TAP_OK(!names_learn(&set, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1", 0));
	/* Another partition's number: only this one name is known by that. */
	TAP_OK(names_learn(&set, "/dev/disk/by-id/ata-Y-part7", 0));
	TAP_INT(find("/dev/disk/by-id/ata-Y-part7"), 0);
	TAP_INT(find("/dev/disk/by-id/ata-Y-part2"), -1);
	TAP_OK(names_learn(&set, "/dev/mapper/mpathc-part1", 0));
	TAP_INT(find("/dev/mapper/mpathc-part2"), 1);
	TAP_OK(!names_learn(&set, "/dev/hda1", 0));
	TAP_OK(!names_learn(&set, "UUID=zz", 0));
	TAP_OK(!names_learn(&set, "/dev/disk/by-id/a\tb-part1", 0));
}

static void test_stable(void)
{
	char out[300];

	load("sda\nsdb\n", "/dev/vda1\tsda\t1\text4\taa\t\t\n/dev/vda2\tsda\t2\t\t\t\t\n"
			   "/dev/sdb1\tsda\t3\t\t\t\t\n-\tsda\t4\text4\tx $(reboot)\t\t\n");
	TAP_STR(names_stable(&set, 0, out, sizeof(out)), "UUID=aa");
	TAP_STR(names_stable(&set, 1, out, sizeof(out)), "/dev/vda2");
	TAP_STR(names_stable(&set, 2, out, sizeof(out)), "");
	TAP_STR(names_stable(&set, 3, out, sizeof(out)), "");
}

static void test_text(void)
{
	char *disks = NULL, *lines = NULL;
	size_t disks_len, lines_len;
	FILE *d = open_memstream(&disks, &disks_len), *v = open_memstream(&lines, &lines_len);

	load("/dev/sda\tWD-111111\tdisk/by-path/x\nold one.img\n",
	     "/dev/vda1\t/dev/sda\t1\text4\tc0ffee00\troot\t/dev/vda\t0b-01\tp\n"
	     "-\told one.img\t0\txfs\t\t\t/dev/vdb\t\t\tmapper/vg-data\n");
	names_text_write_disks(&set, d);
	names_text_write_volumes(&set, v);
	fclose(d);
	fclose(v);
	TAP_STR(disks, "/dev/sda\tWD-111111\tdisk/by-path/x\nold one.img\t\n");
	TAP_STR(lines, "/dev/vda1\t/dev/sda\t1\text4\tc0ffee00\troot\t/dev/vda\t0b-01\tp\n"
		       "-\told one.img\t0\txfs\t\t\t/dev/vdb\t\t\tmapper/vg-data\n");
	free(disks);
	free(lines);
	/* Lines that are none. */
	load("\n\t\t\n", "x\n\t\t\t\t\t\t\n-\tsda\tone\text4\taa\t\t\n-\tsda\t999\text4\taa\t\t\n");
	TAP_INT(set.disk_count, 0);
	TAP_INT(set.volume_count, 0);
}

static void test_limits(void)
{
	char *text = calloc(1, 32 * (NAMES_MAX_VOLUMES + 2)), none[] = "";
	struct names n;

	for (unsigned i = 0; i <= NAMES_MAX_VOLUMES; i++)
		strcat(text, "-\tsda\t1\text4\taa\n");
	TAP_OK(names_text_read(none, text, &n) < 0);
	names_release(&n);
	free(text);
}

int main(void)
{
	TAP_RUN(test_devname);
	TAP_RUN(test_numbers);
	TAP_RUN(test_spec);
	TAP_RUN(test_long);
	TAP_RUN(test_udev);
	TAP_RUN(test_identities);
	TAP_RUN(test_devices);
	TAP_RUN(test_mapped_disks);
	TAP_RUN(test_by_order);
	TAP_RUN(test_ambiguous);
	TAP_RUN(test_containers);
	TAP_RUN(test_learn);
	TAP_RUN(test_stable);
	TAP_RUN(test_text);
	TAP_RUN(test_limits);
	names_release(&set);
	return tap_done();
}
