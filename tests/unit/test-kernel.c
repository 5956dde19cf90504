/* test-kernel.c - the version of a kernel, from files as systems have them */
#include "find/kernel.h"
#include "image.h"
#include "tap.h"
#include "util/cleanup.h"

#include <string.h>

#define MIB (1u << 20)

static const char banner[] = "Linux version 6.12.9+deb13-arm64 (debian-kernel) (gcc) #1 SMP";

static uint8_t kernel[4 * MIB];
static struct find_trees trees;

static void put(size_t at, uint64_t v, size_t width)
{
	while (width--) {
		kernel[at++] = (uint8_t)v;
		v >>= 8;
	}
}

static void save(const char *name, size_t len)
{
	FILE *f = fopen(image_path(name), "we");

	TAP_OK(f && fwrite(kernel, 1, len, f) == len);
	if (f)
		TAP_INT(fclose(f), 0);
}

static void put_bzimage(size_t at)
{
	memcpy(kernel + at, "MZ", 2);
	put(at + 0x1f1, 39, 1);
	put(at + 0x1fe, 0xaa55, 2);
	memcpy(kernel + at + 0x202, "HdrS", 4);
	put(at + 0x206, 0x20f, 2);
	put(at + 0x20e, 0x3000, 2);
	strcpy((char *)kernel + at + 0x3200, "6.1.0-56-amd64 (debian-kernel@lists) #1 SMP");
}

static void put_arm64(size_t at)
{
	memset(kernel, 0, sizeof(kernel));
	put(16, 4 * MIB, 8);
	memcpy(kernel + 56, "ARM\x64", 4);
	/* The text with which the kernel prints it, which is no version. */
	strcpy((char *)kernel + 4096, "%s Linux version %s (%s)\n");
	strcpy((char *)kernel + at, banner);
}

static const char *version(const char *name, uint64_t offset, uint64_t size)
{
	static char out[128];
	char device[] = "root", path[80];
	struct boot_file file = {.device = device, .path = path, .offset = offset, .size = size};

	snprintf(path, sizeof(path), "/%s", name);
	return kernel_version(&trees, &file, out, sizeof(out));
}

static void test_bzimage(void)
{
	put_bzimage(0);
	save("vmlinuz-old", MIB);
	/* A name that says something else. */
	TAP_STR(version("vmlinuz-old", 0, 0), "6.1.0-56-amd64");
	put_bzimage(2 * MIB);
	kernel[0] = 0;
	save("uki.efi", 4 * MIB);
	TAP_STR(version("uki.efi", 2 * MIB, MIB), "6.1.0-56-amd64");
	TAP_STR(version("uki.efi", 2 * MIB, 3 * MIB), "");
	TAP_STR(version("uki.efi", 9 * MIB, 0), "");
	TAP_STR(version("none", 0, 0), "");
}

/* Also where it lies across the blocks that are read. */
static void test_search(void)
{
	static const size_t places[] = {8192,     MIB - 300, MIB - 256, MIB - 200,
					MIB - 10, MIB,       3 * MIB};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		put_arm64(places[i]);
		save("Image", sizeof(kernel));
		TAP_STR(version("Image", 0, 0), "6.12.9+deb13-arm64");
	}
	put_arm64(8192);
	memset(kernel + 8192, 0, 100);
	save("Image", sizeof(kernel));
	TAP_STR(version("Image", 0, 0), "");
}

static void test_compressed(void)
{
	uint8_t *packed;
	char *text = NULL;
	size_t len = 0;

	put_arm64(3 * MIB);
	save("Image", sizeof(kernel));
	IMAGE_RUN("gzip", "-kf", image_path("Image"));
	TAP_STR(version("Image.gz", 0, 0), "6.12.9+deb13-arm64");
	IMAGE_RUN("zstd", "-qf", image_path("Image"));
	TAP_STR(version("Image.zst", 0, 0), "6.12.9+deb13-arm64");
	/* An EFI zboot image of it. */
	TAP_INT(io_read_file(AT_FDCWD, image_path("Image.gz"), MIB, &text, &len), 0);
	packed = (uint8_t *)text;
	memset(kernel, 0, sizeof(kernel));
	memcpy(kernel, "MZ\0\0zimg", 8);
	put(8, 4096, 4);
	put(12, len, 4);
	memcpy(kernel + 24, "gzip", 4);
	memcpy(kernel + 4096, packed, len);
	save("vmlinuz.efi", 4096 + len);
	TAP_STR(version("vmlinuz.efi", 0, 0), "6.12.9+deb13-arm64");
	/* Cut off, and damaged. */
	save("vmlinuz.efi", 4096 + len / 2);
	TAP_STR(version("vmlinuz.efi", 0, 0), "");
	memset(kernel + 4096 + len / 2, 0x55, len / 2);
	save("vmlinuz.efi", 4096 + len);
	TAP_STR(version("vmlinuz.efi", 0, 0), "");
	free(text);
}

/* A unified image says itself what it has. */
static void test_uki(void)
{
	memset(kernel, 0, sizeof(kernel));
	memcpy(kernel, "MZ", 2);
	put(0x3c, 0x80, 4);
	memcpy(kernel + 0x80, "PE\0\0", 4);
	put(0x84, 0x8664, 2);
	put(0x86, 2, 2);
	memcpy(kernel + 0x98, ".uname", 6);
	put(0x98 + 8, 15, 4);
	put(0x98 + 16, 512, 4);
	put(0x98 + 20, 1024, 4);
	memcpy(kernel + 0xc0, ".linux", 6);
	put(0xc0 + 8, 4096, 4);
	put(0xc0 + 16, 4096, 4);
	put(0xc0 + 20, 2048, 4);
	memcpy(kernel + 1024, "6.12.9-arch1-1\n", 15);
	save("arch.efi", 8192);
	TAP_STR(version("arch.efi", 0, 0), "6.12.9-arch1-1");
	TAP_STR(version("arch.efi", 2048, 4096), "6.12.9-arch1-1");
	TAP_STR(version("arch.efi", 2560, 512), "");
}

static void test_list(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	CLEANUP(strv_release) struct strv versions = {0};
	static const char *const files[] = {"/vmlinuz-old", "/none", "/vmlinuz-old"};

	for (size_t i = 0; i < 3; i++)
		TAP_INT(boot_file_set(&boot_list_add(&l)->kernel, "root", files[i]), 0);
	TAP_INT(kernel_versions(&trees, &l, &versions), 0);
	TAP_INT(versions.n, 3);
	TAP_STR(versions.v[0], "6.1.0-56-amd64");
	TAP_STR(versions.v[1], "");
	TAP_STR(versions.v[2], "6.1.0-56-amd64");
}

int main(void)
{
	image_begin();
	if (find_trees_add(&trees, image_dir, "root", "", "", ""))
		return 1;
	TAP_RUN(test_bzimage);
	TAP_RUN(test_search);
	TAP_RUN(test_compressed);
	TAP_RUN(test_uki);
	TAP_RUN(test_list);
	find_trees_release(&trees);
	return image_end();
}
