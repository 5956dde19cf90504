/* test-pair.c - what a system's files say about its root, where no boot configuration does */
#include "find/candidate.h"
#include "find/pair.h"
#include "find/pair_text.h"
#include "tap.h"
#include "util/cleanup.h"

static void test_versions(void)
{
	TAP_STR(pair_text_version("vmlinuz-6.1.0-9-amd64"), "6.1.0-9-amd64");
	TAP_STR(pair_text_version("vmlinuz-linux"), "linux");
	TAP_STR(pair_text_version("vmlinuz"), "");
	TAP_STR(pair_text_version("bzImage"), "");
	TAP_STR(pair_text_version("Image-5.4"), "5.4");
	TAP_OK(!pair_text_version("vmlinuz-"));
	TAP_OK(!pair_text_version("vmlinuz.old.bak"));
	TAP_OK(!pair_text_version("initrd.img-6.1"));
	TAP_OK(!pair_text_version("System.map-6.1"));
}

static void test_root_is(const char *fstab, bool names, const char *want)
{
	CLEANUP_FREE char *root = pair_text_fstab_root(fstab, names);

	if (want)
		TAP_STR(root, want);
	else
		TAP_OK(!root);
}

static void test_fstab(void)
{
	test_root_is("# UUID=1 / ext4 rw 0 0\nUUID=2\t/boot ext4 rw 0 0\n UUID=3 / ext4 rw 0 1\n",
		     false, "root=UUID=3");
	test_root_is("LABEL=a / btrfs rw,subvol=@root,x 0 0", false,
		     "root=LABEL=a rootflags=subvol=@root");
	test_root_is("UUID=1 / ext4 subvol=x 0 0", false, "root=UUID=1");
	test_root_is("/dev/sda1 / ext4 rw 0 0", false, NULL);
	test_root_is("/dev/sda1 / ext4 rw 0 0", true, "root=/dev/sda1");
	test_root_is("tmpfs / tmpfs rw 0 0", true, NULL);
	test_root_is("", true, NULL);
	TAP_OK(pair_text_fstab_boot("UUID=ab-CD /boot ext4 rw 0 0", "AB-cd"));
	TAP_OK(!pair_text_fstab_boot("UUID= /boot ext4 rw 0 0", ""));
	TAP_OK(!pair_text_fstab_boot("UUID=1 /boot/efi vfat rw 0 0", "1"));
}

static void test_value_is(const char *text, const char *want)
{
	CLEANUP_FREE char *value = pair_text_shell_value(text, "V");

	if (want)
		TAP_STR(value, want);
	else
		TAP_OK(!value);
}

static void test_shell_values(void)
{
	test_value_is("V=a", "a");
	test_value_is("# V=no\nVV=no\nV=\"a 'b' c\" # d\n", "a 'b' c");
	test_value_is("V=1\nV=2\n", "2");
	test_value_is("V='a'\"b\"c d", "abc");
	test_value_is("V=", "");
	test_value_is("V=$(date)", NULL);
	test_value_is("V=\"`id`\"", NULL);
	test_value_is("V='$x'", "$x");
	test_value_is("W=1", NULL);
}

static void test_guess(void)
{
	TAP_INT(candidate_guess("/x/grub.cfg", READER_REGULAR, "label x"), RANK_GRUB);
	TAP_INT(candidate_guess("/x/menu.lst", READER_REGULAR, ""), RANK_LEGACY);
	TAP_INT(candidate_guess("/x/extlinux.conf", READER_REGULAR, NULL), RANK_SYSLINUX);
	TAP_INT(candidate_guess("/x/syslinux.cfg", READER_REGULAR, NULL), RANK_SYSLINUX);
	TAP_INT(candidate_guess("/loader", READER_DIRECTORY, NULL), RANK_BLS);
	TAP_INT(candidate_guess("/EFI/Linux/a.EFI", READER_REGULAR, NULL), RANK_BLS);
	TAP_INT(candidate_guess("/x", READER_REGULAR, "set timeout=1\nmenuentry a {\n"), RANK_GRUB);
	TAP_INT(candidate_guess("/x", READER_REGULAR, "default 0\ntitle A\nkernel /k\n"),
		RANK_LEGACY);
	TAP_INT(candidate_guess("/x", READER_REGULAR, "title A\nlinux /k\n"), RANK_BLS);
	TAP_INT(candidate_guess("/x", READER_REGULAR, "DEFAULT a\nLABEL a\n"), RANK_SYSLINUX);
}

int main(void)
{
	TAP_RUN(test_versions);
	TAP_RUN(test_fstab);
	TAP_RUN(test_shell_values);
	TAP_RUN(test_guess);
	return tap_done();
}
