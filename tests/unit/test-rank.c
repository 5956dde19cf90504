/* test-rank.c - which boot configuration a machine starts with */
#include "find/rank.h"
#include "tap.h"

static const struct rank_machine test_pc = {"pc", "x86_64"}, test_efi = {"efi", "x86_64"},
				 test_arm = {"pc", "aarch64"}, test_z = {"pc", "s390x"};

/* @a comes before @b, and nothing else follows from turning them round. */
#define TEST_FIRST(m, a, b) \
	do { \
		const struct rank_candidate a_ = a, b_ = b; \
		TAP_OK(rank_compare(m, &a_, &b_) < 0); \
		TAP_OK(rank_compare(m, &b_, &a_) > 0); \
		TAP_OK(rank_compare(m, &a_, &a_) == 0); \
	} while (0)
#define C(...) \
	{ \
		__VA_ARGS__ \
	}

static void test_kinds(void)
{
	TEST_FIRST(&test_pc, C(.kind = RANK_GRUB, .number = 9), C(.kind = RANK_LEGACY));
	TEST_FIRST(&test_pc, C(.kind = RANK_LEGACY, .number = 9), C(.kind = RANK_SYSLINUX));
	TEST_FIRST(&test_pc, C(.kind = RANK_SYSLINUX, .number = 9), C(.kind = RANK_BLS));
	TEST_FIRST(&test_efi, C(.kind = RANK_BLS, .number = 9), C(.kind = RANK_LEGACY));
	TEST_FIRST(&test_efi, C(.kind = RANK_GRUB, .tree = 9), C(.kind = RANK_BLS));
	TEST_FIRST(&test_arm, C(.kind = RANK_SYSLINUX, .tree = 9), C(.kind = RANK_GRUB));
	TEST_FIRST(&test_z, C(.kind = RANK_BLS, .tree = 9), C(.kind = RANK_GRUB));
}

/* A loader that is installed comes before a configuration that was left. */
static void test_installed(void)
{
	TEST_FIRST(&test_pc, C(.kind = RANK_SYSLINUX, .installed = true), C(.kind = RANK_GRUB));
	TEST_FIRST(&test_pc, C(.kind = RANK_BLS, .disk = 3, .installed = true),
		   C(.kind = RANK_GRUB));
	TEST_FIRST(&test_pc, C(.kind = RANK_GRUB, .installed = true),
		   C(.kind = RANK_LEGACY, .installed = true));
}

/* The boot sector, or BOOTX64.EFI, decides on its disk; the first disk first. */
static void test_boot_code(void)
{
	TEST_FIRST(&test_pc, C(.kind = RANK_LEGACY, .boot_code = true),
		   C(.kind = RANK_GRUB, .installed = true));
	TEST_FIRST(&test_efi, C(.kind = RANK_BLS, .boot_code = true),
		   C(.kind = RANK_GRUB, .installed = true, .on_esp = true));
	TEST_FIRST(&test_pc, C(.kind = RANK_SYSLINUX, .installed = true),
		   C(.kind = RANK_GRUB, .disk = 1, .boot_code = true));
	TEST_FIRST(&test_pc, C(.kind = RANK_GRUB, .disk = 1, .boot_code = true),
		   C(.kind = RANK_GRUB));
}

static void test_places(void)
{
	TEST_FIRST(&test_efi, C(.kind = RANK_GRUB, .on_esp = true, .tree = 2, .number = 5),
		   C(.kind = RANK_GRUB));
	TEST_FIRST(&test_pc, C(.kind = RANK_GRUB, .tree = 2), C(.kind = RANK_GRUB, .on_esp = true));
	TEST_FIRST(&test_pc, C(.kind = RANK_GRUB, .number = 7), C(.kind = RANK_GRUB, .tree = 1));
	TEST_FIRST(&test_pc, C(.kind = RANK_GRUB, .number = 1), C(.kind = RANK_GRUB, .number = 2));
}

static void test_boot_sector(void)
{
	unsigned char s[512] = {0xeb, 0x63, 0x90};

	TAP_INT(rank_boot_sector(s), RANK_NONE);
	memcpy(s + 0x180, "GRUB \0Geom\0Hard Disk", 20);
	TAP_INT(rank_boot_sector(s), RANK_NONE);
	s[510] = 0x55;
	s[511] = 0xaa;
	TAP_INT(rank_boot_sector(s), RANK_GRUB);
	s[1] = 0x48;
	TAP_INT(rank_boot_sector(s), RANK_LEGACY);
	s[1] = 0x58;
	TAP_INT(rank_boot_sector(s), RANK_NONE);
	memcpy(s + 3, "EXTLINUX", 8);
	TAP_INT(rank_boot_sector(s), RANK_SYSLINUX);
	memcpy(s + 3, "SYSLINUX", 8);
	TAP_INT(rank_boot_sector(s), RANK_SYSLINUX);
}

static void test_efi_program(void)
{
	static char p[8192] = "MZ";

	TAP_INT(rank_efi_program(p, sizeof(p)), RANK_NONE);
	memcpy(p + 4000, ".linux", 6);
	TAP_INT(rank_efi_program(p, sizeof(p)), RANK_NONE);
	memcpy(p + 5000, "g\0r\0u\0b\0x\0006\0004\0", 14);
	TAP_INT(rank_efi_program(p, sizeof(p)), RANK_GRUB);
	memcpy(p + 6000, "#### LoaderInfo: systemd-boot 252 ####", 38);
	TAP_INT(rank_efi_program(p, sizeof(p)), RANK_BLS);
	memset(p + 2, 0, sizeof(p) - 2);
	memcpy(p + 0x1a0, ".linux", 6);
	TAP_INT(rank_efi_program(p, sizeof(p)), RANK_BLS);
	TAP_INT(rank_efi_program(p + 1, 0), RANK_NONE);
	TAP_INT(rank_efi_program("ELF", 3), RANK_NONE);
}

int main(void)
{
	TAP_RUN(test_kinds);
	TAP_RUN(test_installed);
	TAP_RUN(test_boot_code);
	TAP_RUN(test_places);
	TAP_RUN(test_boot_sector);
	TAP_RUN(test_efi_program);
	return tap_done();
}
