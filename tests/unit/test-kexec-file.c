/* test-kexec-file.c - what the kernel is handed: unpacked, joined, taken apart */
#include "find/tree.h"
#include "initramfs/initramfs.h"
#include "kexec/kexec_file.h"
#include "kexec/kexec_join.h"
#include "tap.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/run.h"
#include "util/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#define IMAGE_BYTES 300000u

static char dir[] = "/tmp/p2v-test-kexec-file.XXXXXX";
static uint8_t bytes[IMAGE_BYTES]; /* an arm64 Image */
static struct find_trees trees;
static const struct kexec_files files = {find_trees_open, &trees};

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static const char *path_of(const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static void put_file(const char *name, const void *data, size_t len)
{
	CLEANUP_FD int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	TAP_INT(io_write_full(fd, data, len), 0);
}

/* Runs a compressor on the file "image"; its output is "image.SUFFIX". */
static void compress(const char *const argv[])
{
	CLEANUP(run_result_release) struct run_result res = {0};

	TAP_INT(run_program(argv, NULL, &res), 0);
	TAP_INT(res.status, 0);
}

static char *read_all(const char *name, size_t *len)
{
	char *text = NULL;

	TAP_INT(io_read_file(AT_FDCWD, path_of(name), 1 << 20, &text, len), 0);
	return text;
}

static void open_whole(const char *name, struct kexec_file *f)
{
	struct boot_file b = {.device = (char *)"root", .path = (char *)name};
	struct err_text why = {""};

	TAP_INT(kexec_file_open(&files, &b, f, &why), 0);
}

/* The file @name is the Image, packed somehow. */
static void unwraps(const char *name)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
	CLEANUP_FREE uint8_t *got = malloc(IMAGE_BYTES);
	struct err_text why = {""};
	struct image image;

	open_whole(name, &f);
	TAP_INT(kexec_file_unwrap(&f, &image, &why), 0);
	TAP_STR(why.text, "");
	TAP_INT(image.kind, IMAGE_ARM64);
	TAP_INT(f.size, IMAGE_BYTES);
	TAP_INT(io_pread_full(f.fd, got, IMAGE_BYTES, 0), 0);
	TAP_OK(!memcmp(got, bytes, IMAGE_BYTES));
	TAP_INT(kexec_file_make_whole(&f, &why), 0);
}

/* @from becomes the payload of an EFI zboot image with something behind it. */
static void put_zboot(const char *from, const char *compression)
{
	size_t len;
	CLEANUP_FREE char *packed = read_all(from, &len);
	CLEANUP_FREE uint8_t *out = calloc(1, len + 4096);

	memcpy(out, "MZ\0\0zimg", 8);
	buf_put_u32(out + 8, 512);
	buf_put_u32(out + 12, (uint32_t)len);
	strcpy((char *)out + 24, compression);
	memcpy(out + 512, packed, len);
	memset(out + 512 + len, 0xcc, 1000);
	put_file("zboot", out, len + 4096);
}

static void test_compressed(void)
{
	const char *in = path_of("image");
	const char *gzip[] = {"gzip", "-k", in, NULL}, *zstd[] = {"zstd", "-q", "-k", in, NULL};
	const char *xz[] = {"xz", "-k", "--check=crc32", in, NULL};
	const char *lz4[] = {"lz4", "-q", "-l", "-k", in, path_of("image.lz4"), NULL};

	put_file("image", bytes, sizeof(bytes));
	compress(gzip);
	compress(zstd);
	compress(xz);
	compress(lz4);
	unwraps("/image");
	unwraps("/image.gz");
	unwraps("/image.zst");
	unwraps("/image.xz");
	unwraps("/image.lz4");
	put_zboot("image.gz", "gzip");
	unwraps("/zboot");
	put_zboot("image.zst", "zstd22");
	unwraps("/zboot");
	put_zboot("image.xz", "xzkern");
	unwraps("/zboot");
	put_zboot("image.lz4", "lz4");
	unwraps("/zboot");
}

static void test_padded_gzip(void)
{
	size_t len;
	CLEANUP_FREE char *packed = read_all("image.gz", &len);
	CLEANUP_FREE char *padded = calloc(1, len + 5000);

	memcpy(padded, packed, len);
	put_file("padded", padded, len + 5000);
	unwraps("/padded");
}

static void fails_to_unwrap(const char *name, const char *words)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
	struct err_text why = {""};
	struct image image;

	open_whole(name, &f);
	TAP_OK(kexec_file_unwrap(&f, &image, &why) < 0);
	TAP_HAS(why.text, words);
}

static void test_damaged(void)
{
	size_t len;
	CLEANUP_FREE char *packed = read_all("image.gz", &len);

	put_file("cut", packed, len / 2);
	fails_to_unwrap("/cut", "cannot be unpacked");
	memset(packed + len / 2, 0x55, 100);
	put_file("bad", packed, len);
	fails_to_unwrap("/bad", "gzip");
	put_zboot("image.gz", "lzo");
	put_file("image.lzo", "\x89LZO", 4);
	put_zboot("image.lzo", "lzo");
	fails_to_unwrap("/zboot", "lzo");
}

/* A part of a file, and a part behind its end. */
static void test_parts(void)
{
	struct boot_file b = {
		.device = (char *)"root", .path = (char *)"/text", .offset = 4, .size = 5};
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1}, g = {.fd = -1};
	struct err_text why = {""};
	char got[6] = "";

	put_file("text", "the middle part", 15);
	TAP_INT(kexec_file_open(&files, &b, &f, &why), 0);
	TAP_INT(kexec_file_make_whole(&f, &why), 0);
	TAP_OK(f.in_memory);
	TAP_INT(f.size, 5);
	TAP_INT(io_pread_full(f.fd, got, 5, 0), 0);
	TAP_STR(got, "middl");
	TAP_OK((fcntl(f.fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	b.size = 12;
	TAP_INT(kexec_file_open(&files, &b, &g, &why), -ENODATA);
	TAP_HAS(why.text, "cut off");
	b.offset = UINT64_MAX;
	TAP_INT(kexec_file_open(&files, &b, &g, NULL), -ENODATA);
	b.device = (char *)"elsewhere";
	why.text[0] = '\0';
	TAP_INT(kexec_file_open(&files, &b, &g, &why), -ENODEV);
	TAP_HAS(why.text, "elsewhere");
}

/* The kernel refuses a file that is open for writing, so it gets a copy. */
static void test_open_for_writing(void)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1}, g = {.fd = -1};
	CLEANUP_FD int writer = -1;

	open_whole("/image", &f);
	TAP_INT(kexec_file_make_whole(&f, NULL), 0);
	TAP_OK(!f.in_memory);
	writer = open(path_of("image"), O_WRONLY | O_CLOEXEC);
	open_whole("/image", &g);
	TAP_INT(kexec_file_make_whole(&g, NULL), 0);
	TAP_OK(g.in_memory);
	TAP_INT(g.size, IMAGE_BYTES);
}

static int add_name(void *ctx, struct initramfs_member *m)
{
	return strv_add(ctx, m->name);
}

static void put_archive(const char *name, const char *member)
{
	char text[400];
	int n = snprintf(text, sizeof(text),
			 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s%c", 1,
			 0100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, (unsigned)strlen(member) + 1, 0,
			 member, 0);

	while (n % 4)
		text[n++] = '\0';
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		      "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08XTRAILER!!!", 0, 0,
		      0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0);
	for (n++; n % 4; n++)
		text[n] = '\0';
	put_file(name, text, (size_t)n);
}

/* Plain microcode, an lz4 archive that has no end mark, and a wrapped file, in that
 * order, each where the kernel looks for it. */
static void test_join(void)
{
	const char *lz4[] = {"lz4", "-q", "-l", "-f", path_of("main"), path_of("main.lz4"), NULL};
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
	CLEANUP(boot_entry_release) struct boot_entry e = {0};
	CLEANUP(strv_release) struct strv names = {0};
	const struct initramfs_visitor visitor = {.member = add_name, .ctx = &names};
	struct err_text why = {""};
	uint64_t size;
	bool joined;

	put_archive("ucode", "kernel/x86/microcode/x.bin");
	put_archive("main", "init");
	compress(lz4);
	TAP_INT(boot_entry_add_initrd(&e, "root", "/ucode"), 0);
	TAP_INT(boot_entry_add_initrd(&e, "root", "/main.lz4"), 0);
	TAP_INT(boot_entry_add_initrd(&e, "root", "/text"), 0);
	e.initrds[2].newc = strdup("/etc/deep/text");
	TAP_INT(kexec_join_size(&files, &e, &size, &joined, &why), 0);
	TAP_OK(joined);
	TAP_INT(kexec_join_initrds(&files, &e, &f, &why), 0);
	TAP_STR(why.text, "");
	TAP_INT(f.size % 4, 0);
	TAP_INT(initramfs_walk(f.fd, &visitor, &why), 0);
	TAP_STR(why.text, "");
	TAP_INT(names.n, 5);
	if (names.n < 5)
		return;
	TAP_STR(names.v[0], "kernel/x86/microcode/x.bin");
	TAP_STR(names.v[1], "init");
	TAP_STR(names.v[2], "etc");
	TAP_STR(names.v[3], "etc/deep");
	TAP_STR(names.v[4], "etc/deep/text");
}

/* One initrd is handed over as it lies there; a missing one is named. */
static void test_single(void)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
	CLEANUP(boot_entry_release) struct boot_entry e = {0};
	struct err_text why = {""};
	uint64_t size;
	bool joined;

	TAP_INT(kexec_join_initrds(&files, &e, &f, &why), 0);
	TAP_INT(f.fd, -1);
	TAP_INT(boot_entry_add_initrd(&e, "root", "/ucode"), 0);
	TAP_INT(kexec_join_size(&files, &e, &size, &joined, &why), 0);
	TAP_OK(!joined);
	TAP_INT(kexec_join_initrds(&files, &e, &f, &why), 0);
	TAP_OK(f.fd >= 0 && !f.in_memory);
	TAP_INT(boot_entry_add_initrd(&e, "root", "/missing"), 0);
	kexec_file_release(&f);
	TAP_INT(kexec_join_initrds(&files, &e, &f, &why), -ENOENT);
	TAP_HAS(why.text, "root:/missing");
}

/* A PE file with .linux, .initrd and .cmdline at 1024, 2048 and 3072. */
static void put_uki(void)
{
	static uint8_t uki[4096];
	static const char *const names[] = {".linux", ".initrd", ".cmdline"};
	static const char *const data[] = {"LINUX", "INITRD", "root=/dev/vda1 quiet\n"};

	memcpy(uki, "MZ", 2);
	uki[0x3c] = 0x80;
	memcpy(uki + 0x80, "PE\0\0", 4);
	buf_put_u16(uki + 0x84, 0x8664);
	buf_put_u16(uki + 0x86, 3);
	for (size_t i = 0; i < 3; i++) {
		uint8_t *s = uki + 0x80 + 24 + i * 40;
		uint32_t at = (uint32_t)(1024 * (i + 1));

		memcpy(s, names[i], strlen(names[i]));
		buf_put_u32(s + 8, (uint32_t)strlen(data[i]));
		buf_put_u32(s + 16, 512);
		buf_put_u32(s + 20, at);
		memcpy(uki + at, data[i], strlen(data[i]));
	}
	put_file("uki", uki, sizeof(uki));
}

static void test_uki(void)
{
	CLEANUP(boot_entry_release) struct boot_entry e = {0}, plain = {0};
	struct err_text why = {""};

	put_uki();
	TAP_INT(boot_file_set(&e.kernel, "root", "/uki"), 0);
	TAP_INT(boot_entry_add_initrd(&e, "root", "/ucode"), 0);
	e.initrds[0].newc = strdup("x");
	TAP_INT(kexec_file_expand_uki(&files, &e, &why), 0);
	TAP_INT(e.kernel.offset, 1024);
	TAP_INT(e.kernel.size, 5);
	TAP_INT(e.initrd_count, 2);
	TAP_STR(e.initrds[0].path, "/uki");
	TAP_INT(e.initrds[0].offset, 2048);
	TAP_INT(e.initrds[0].size, 6);
	TAP_STR(e.initrds[1].path, "/ucode");
	TAP_STR(e.initrds[1].newc, "x");
	TAP_STR(e.cmdline, "root=/dev/vda1 quiet");
	/* What the entry says comes first. */
	TAP_INT(boot_file_set(&plain.kernel, "root", "/uki"), 0);
	plain.cmdline = strdup("mine");
	TAP_INT(kexec_file_expand_uki(&files, &plain, &why), 0);
	TAP_STR(plain.cmdline, "mine");
}

int main(void)
{
	if (!mkdtemp(dir) || find_trees_add(&trees, dir, "root", "", "", "") < 0)
		return 1;
	for (size_t i = 0; i < IMAGE_BYTES; i++)
		bytes[i] = (uint8_t)(i * i >> 7);
	buf_put_u64(bytes + 16, IMAGE_BYTES);
	buf_put_u64(bytes + 24, 2);
	memcpy(bytes + 56, "ARM\x64", 4);
	TAP_RUN(test_compressed);
	TAP_RUN(test_padded_gzip);
	TAP_RUN(test_damaged);
	TAP_RUN(test_parts);
	TAP_RUN(test_open_for_writing);
	TAP_RUN(test_join);
	TAP_RUN(test_single);
	TAP_RUN(test_uki);
	find_trees_release(&trees);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
