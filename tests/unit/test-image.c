/* test-image.c - which files are kernels, and for whom */
#include "bootconf/image.h"
#include "tap.h"

#include <errno.h>

static uint8_t head[IMAGE_HEAD];

static void put(size_t at, uint64_t v, size_t width)
{
	while (width--) {
		head[at++] = (uint8_t)v;
		v >>= 8;
	}
}

/* A bzImage of protocol 2.15 with a 64-bit entry and room for 2047 bytes. */
static void put_bzimage(void)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "MZ", 2);
	put(0x1fe, 0xaa55, 2);
	memcpy(head + 0x202, "HdrS", 4);
	put(0x206, 0x20f, 2);
	put(0x236, 0x7f, 2);
	put(0x238, 2047, 4);
	put(0x260, 60u << 20, 4);
}

static void put_arm64(void)
{
	memset(head, 0, sizeof(head));
	put(16, 40u << 20, 8);
	put(24, 0xa, 8); /* little-endian, 4 KiB pages */
	memcpy(head + 56, "ARM\x64", 4);
}

static void put_zboot(const char *compression, uint64_t offset, uint64_t size)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "MZ\0\0zimg", 8);
	put(8, offset, 4);
	put(12, size, 4);
	memcpy(head + 24, compression, strlen(compression));
}

static void put_section(unsigned n, const char *name, uint64_t used, uint64_t raw, uint64_t at)
{
	size_t base = 0x80 + 24 + 240 + (size_t)n * 40;

	memcpy(head + base, name, strlen(name));
	put(base + 8, used, 4);
	put(base + 16, raw, 4);
	put(base + 20, at, 4);
	put(0x86, n + 1, 2);
}

/* A PE file of three sections: text, then those of a unified kernel image. */
static void put_uki(void)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "MZ", 2);
	put(0x3c, 0x80, 4);
	memcpy(head + 0x80, "PE\0\0", 4);
	put(0x84, 0x8664, 2);
	put(0x80 + 20, 240, 2);
	put_section(0, ".text", 100, 512, 1024);
	put_section(1, ".linux", 5000, 5120, 2048);
	put_section(2, ".initrd", 700, 1024, 7168);
	put_section(3, ".cmdline", 20, 512, 8192);
	put_section(4, ".linux", 4, 512, 8192);
}

static struct image image;
static struct err_text why;

static int decode(uint64_t size)
{
	size_t len = size < sizeof(head) ? (size_t)size : sizeof(head);

	why.text[0] = '\0';
	return image_decode(head, len, size, &image, &why);
}

static void test_bzimage(void)
{
	put_bzimage();
	TAP_INT(decode(8u << 20), 0);
	TAP_INT(image.kind, IMAGE_BZIMAGE);
	TAP_STR(image.machine, "x86_64");
	TAP_INT(image.protocol, 0x20f);
	TAP_INT(image.line_max, 2016);
	TAP_INT(image.memory, 60 << 20);
	TAP_OK(!image.old_call);
	TAP_OK(!image_is_wrapped(&image));
	TAP_INT(decode(0x250), -ENOEXEC);
	TAP_HAS(why.text, "cut off");
}

/* kexec_file_load wants the 64-bit entry above 4 GiB; kexec_load does not. */
static void test_older_bzimages(void)
{
	put_bzimage();
	put(0x236, 0, 2);
	TAP_INT(decode(8u << 20), 0);
	TAP_STR(image.machine, "i686");
	TAP_OK(image.old_call);
	TAP_INT(image_check(&image, "x86_64", 10, NULL), 0);
	put_bzimage();
	put(0x206, 0x20b, 2);
	TAP_INT(decode(8u << 20), 0);
	TAP_OK(image.old_call);
	put(0x206, 0x205, 2);
	TAP_INT(decode(8u << 20), 0);
	TAP_INT(image.line_max, 255 - 31);
	TAP_INT(image.memory, 0);
}

static void test_arm64(void)
{
	put_arm64();
	TAP_INT(decode(32u << 20), 0);
	TAP_INT(image.kind, IMAGE_ARM64);
	TAP_INT(image.page, 4096);
	TAP_INT(image.memory, 40 << 20);
	TAP_INT(image_check(&image, "aarch64", 2047, NULL), 0);
	why.text[0] = '\0';
	TAP_INT(image_check(&image, "aarch64", 2048, &why), -E2BIG);
	TAP_HAS(why.text, "2048 bytes, this kernel takes 2047");
	put(24, 0xb, 8);
	TAP_INT(decode(32u << 20), 0);
	TAP_INT(image_check(&image, "aarch64", 1, &why), -ENOEXEC);
	put_arm64();
	put(16, 0, 8);
	TAP_INT(decode(32u << 20), 0);
	why.text[0] = '\0';
	TAP_INT(image_check(&image, "aarch64", 1, &why), -ENOEXEC);
	TAP_HAS(why.text, "3.17");
}

static void test_zboot(void)
{
	put_zboot("zstd22", 0x1000, 5000);
	TAP_INT(decode(0x1000 + 5000), 0);
	TAP_INT(image.kind, IMAGE_ZBOOT);
	TAP_STR(image.compression, "zstd");
	TAP_INT(image.payload.offset, 0x1000);
	TAP_INT(image.payload.size, 5000);
	TAP_OK(image_is_wrapped(&image));
	TAP_INT(decode(0x1000 + 4999), -ENOEXEC);
	TAP_HAS(why.text, "cut off");
	put_zboot("brotli", 0x1000, 5000);
	TAP_INT(decode(1 << 20), -ENOEXEC);
	put_zboot("gzip", 0xffffffff, 0xffffffff);
	TAP_INT(decode(1 << 20), -ENOEXEC);
	put_zboot("gzip", 0, 100);
	TAP_INT(decode(1 << 20), -ENOEXEC);
}

static void test_uki(void)
{
	put_uki();
	TAP_INT(decode(8704), 0);
	TAP_INT(image.kind, IMAGE_UKI);
	TAP_INT(image.payload.offset, 2048);
	TAP_INT(image.payload.size, 5000);
	TAP_INT(image.initrd.offset, 7168);
	TAP_INT(image.initrd.size, 700);
	TAP_INT(image.cmdline.size, 20);
	TAP_INT(image.ucode.size, 0);
	TAP_INT(decode(7500), -ENOEXEC);
	TAP_HAS(why.text, ".initrd");
	put_section(1, ".linuy", 5000, 5120, 2048);
	put(0x86, 2, 2);
	TAP_INT(decode(8704), 0);
	TAP_INT(image.kind, IMAGE_PE);
	TAP_INT(image_check(&image, "x86_64", 1, &why), -ENOEXEC);
	/* more sections than the head holds */
	put_uki();
	put(0x86, 65535, 2);
	TAP_INT(decode(8704), 0);
	TAP_INT(image.kind, IMAGE_UKI);
}

static void test_compressed(void)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "\x1f\x8b\x08", 3);
	TAP_INT(decode(1 << 20), 0);
	TAP_INT(image.kind, IMAGE_COMPRESSED);
	TAP_STR(image.compression, "gzip");
	TAP_INT(image.payload.size, 1 << 20);
	memcpy(head, "\x28\xb5\x2f\xfd", 4);
	TAP_INT(decode(1 << 20), 0);
	TAP_STR(image.compression, "zstd");
}

/* @words of the refusal on @machine. */
static void refused(const char *machine, const char *words)
{
	TAP_INT(decode(1 << 20), 0);
	why.text[0] = '\0';
	TAP_INT(image_check(&image, machine, 1, &why), -ENOEXEC);
	TAP_HAS(why.text, words);
}

static void test_wrong_machine(void)
{
	put_bzimage();
	refused("aarch64", "a bzImage for x86_64, this machine is aarch64");
	refused("i686", "64-bit");
	put_arm64();
	refused("x86_64", "an arm64 Image for aarch64, this machine is x86_64");
	/* what nobody here knows is the kernel's to judge */
	TAP_INT(image_check(&image, "s390x", 1, NULL), 0);
}

static void test_no_kernels(void)
{
	memset(head, 0, sizeof(head));
	refused("x86_64", "not a Linux kernel");
	memcpy(head, "\x27\x05\x19\x56", 4);
	refused("aarch64", "uImage");
	memcpy(head, "\xd0\x0d\xfe\xed", 4);
	refused("aarch64", "FIT");
	memcpy(head, "\x7f\x45\x4c\x46", 4);
	put(18, 62, 2);
	refused("x86_64", "ELF");
	TAP_INT(decode(63), -ENOEXEC);
	TAP_HAS(why.text, "too short");
}

static void test_line(void)
{
	put_bzimage();
	TAP_INT(decode(8u << 20), 0);
	TAP_INT(image_check(&image, "x86_64", 2016, NULL), 0);
	TAP_INT(image_check(&image, "x86_64", 2017, &why), -E2BIG);
	TAP_HAS(why.text, "2017");
	TAP_HAS(why.text, "2016");
	TAP_INT(image_check(&image, "s390x", 1 << 20, NULL), -E2BIG);
}

static void test_where_version_is(void)
{
	put_bzimage();
	TAP_INT(decode(8u << 20), 0);
	TAP_INT(image.version.size, 0);
	put(0x1f1, 39, 1);
	put(0x20e, 0x3000, 2);
	TAP_INT(decode(8u << 20), 0);
	TAP_INT(image.version.offset, 0x3200);
	TAP_INT(image.version.size, IMAGE_VERSION);
	TAP_INT(decode(0x3210), 0);
	TAP_INT(image.version.size, 16);
	TAP_INT(decode(0x3200), 0);
	TAP_INT(image.version.size, 0);
	/* Behind the set-up code. */
	put(0x20e, 39 * 512, 2);
	TAP_INT(decode(8u << 20), 0);
	TAP_INT(image.version.size, 0);
	put_uki();
	put_section(0, ".uname", 10, 512, 7168);
	put(0x86, 3, 2);
	TAP_INT(decode(8704), 0);
	TAP_INT(image.version.offset, 7168);
	TAP_INT(image.version.size, 10);
}

static bool version_is(const char *text, const char *want)
{
	char out[IMAGE_VERSION];

	return image_version(text, strlen(text), out, sizeof(out)) && !strcmp(out, want);
}

static void test_version(void)
{
	char out[16], banner[300];

	TAP_OK(version_is("6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1", "6.1.0-56-amd64"));
	TAP_OK(version_is("5.4.17_1+x~rc2", "5.4.17_1+x~rc2"));
	TAP_OK(!version_is("", ""));
	TAP_OK(!version_is("../../etc", "../../etc"));
	TAP_OK(!version_is("6.1/../x (", "6.1"));
	TAP_OK(!version_is("6.1$(reboot)", "6.1"));
	TAP_OK(!image_version("12345678901234567", 17, out, sizeof(out)));
	TAP_STR(out, "");
	strcpy(banner, "Linux version %s (%s)\n Linux version 6.6.1-arm64 (gcc) Linux version 7");
	TAP_OK(image_banner(banner, strlen(banner), out, sizeof(out)));
	TAP_STR(out, "6.6.1-arm64");
	/* Cut off by the end of what was read: another block will have it. */
	TAP_OK(!image_banner("xLinux version 6.6.1-ar", 23, out, sizeof(out)));
	TAP_OK(!image_banner("Linux version", 13, out, sizeof(out)));
	TAP_OK(!image_banner("", 0, out, sizeof(out)));
}

int main(void)
{
	TAP_RUN(test_bzimage);
	TAP_RUN(test_older_bzimages);
	TAP_RUN(test_arm64);
	TAP_RUN(test_zboot);
	TAP_RUN(test_uki);
	TAP_RUN(test_compressed);
	TAP_RUN(test_wrong_machine);
	TAP_RUN(test_no_kernels);
	TAP_RUN(test_line);
	TAP_RUN(test_where_version_is);
	TAP_RUN(test_version);
	return tap_done();
}
