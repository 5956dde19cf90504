/* test-initramfs.c - images made by cpio and the compressors: their segments,
 * what they hold, where something can be appended; and images made by an enemy */
#include "initramfs/initramfs_content.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static char dir[] = "/tmp/p2v-test-initramfs.XXXXXX";

/* A piece of shell in the scratch folder, with ARCHIVE FOLDER at hand: a newc
 * archive of the folder on stdout. */
static void make(const char *script)
{
	CLEANUP(run_result_release) struct run_result res = {0};
	CLEANUP_FREE char *text = NULL;
	const char *argv[] = {"sh", "-c", NULL, NULL};

	if (asprintf(&text,
		     "set -eu; cd '%s'\n"
		     "archive() { (cd \"$1\" && find . ! -name . | sort | cpio -o -H newc "
		     "--quiet); }\n"
		     "%s",
		     dir, script) < 0)
		abort();
	argv[2] = text;
	TAP_INT(run_program(argv, NULL, &res), 0);
	TAP_INT(res.status, 0);
	if (res.status)
		printf("# %s\n", res.err);
}

static int open_image(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

static uint64_t size_of(const char *name)
{
	CLEANUP_FD int fd = open_image(name);
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : (uint64_t)st.st_size;
}

/* What initramfs_content_read() says of a file; the caller releases @c. */
static int read_content(const char *name, struct initramfs_content *c, struct err_text *why)
{
	CLEANUP_FD int fd = open_image(name);

	*why = (struct err_text){""};
	initramfs_content_release(c);
	return initramfs_content_read(fd, NULL, NULL, c, why);
}

static const struct initramfs_module *find_module(const struct initramfs_modules *list,
						  const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].path, path))
			return &list->v[i];
	return NULL;
}

static void test_segments(void)
{
	static const char *const formats[][2] = {
		{"none", "cat"},
		{"gzip", "gzip -9"},
		{"xz", "xz -C crc32"},
		{"zstd", "zstd -q -19"},
		{"lz4", "lz4 -l -q"},
		{"bzip2", "bzip2"},
		{"lzma", "xz --format=lzma"},
	};

	make("mkdir -p early/kernel/x86/microcode main/conf more\n"
	     "head -c 3000 /dev/urandom >early/kernel/x86/microcode/GenuineIntel.bin\n"
	     "head -c 70000 /dev/urandom >main/init; echo ahci >main/conf/modules\n"
	     "echo more >more/file; archive early >early.cpio; archive more >more.cpio\n");
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
		const struct initramfs_segment *s;
		struct err_text why;
		char script[300];
		uint64_t early, packed, total;

		snprintf(script, sizeof(script),
			 "archive main | %s >main.packed\n"
			 "cat early.cpio main.packed >front; truncate -s %%512 front\n"
			 "head -c 512 /dev/zero >>front; cat front more.cpio >image",
			 formats[i][1]);
		make(script);
		early = size_of("early.cpio");
		packed = size_of("main.packed");
		total = size_of("image");
		TAP_INT(read_content("image", &c, &why), 0);
		TAP_STR(why.text, "");
		TAP_INT(c.segment_count, 3);
		if (c.segment_count != 3)
			continue;
		s = c.segments;
		TAP_INT(c.size, total);
		TAP_OK(s[0].early && !s[1].early && !s[2].early);
		TAP_STR(s[0].compression, "none");
		TAP_STR(s[1].compression, formats[i][0]);
		TAP_INT(s[0].offset, 0);
		/* cpio fills up its last block with zeros, which are no part of it. */
		TAP_INT(s[1].offset, early);
		TAP_OK(s[0].length + s[0].zeros == early && s[0].zeros);
		TAP_INT(s[1].offset + s[1].length + s[1].zeros, total - size_of("more.cpio"));
		TAP_OK(i ? s[1].length == packed : s[1].length <= packed);
		TAP_OK(s[1].zeros >= 512 && s[1].unpacked > 70000);
		TAP_INT(s[0].members, 4);
		TAP_INT(s[1].members, 3);
		TAP_INT(s[2].members, 1);
		TAP_STR(c.append_compression, formats[i][0]);
		TAP_STR(c.generator, "initramfs-tools");
	}
}

static void test_content(void)
{
	CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
	const struct initramfs_module *m;
	struct err_text why;

	make("rm -rf tree new; m=tree/usr/lib/modules/6.1.0-9-amd64\n"
	     "mkdir -p $m/kernel/drivers/block $m/kernel/fs tree/usr/lib/modules/5.10/misc\n"
	     "ln -s usr/lib tree/lib; ln -s usr/bin tree/bin; mkdir -p tree/usr/bin\n"
	     "echo x >$m/kernel/drivers/block/virtio_blk.ko; echo x >$m/kernel/fs/dm-mod.ko.xz\n"
	     "echo x >$m/kernel/fs/notes.ko.d.txt; echo x >$m/kernel/fs/.ko; mkdir $m/kernel/a.ko\n"
	     "echo kernel/fs/ext4/ext4.ko >$m/modules.builtin\n"
	     "n=new/usr/lib/modules/6.1.0-9-amd64; mkdir -p $n/kernel/drivers/block\n"
	     "echo y >$n/kernel/drivers/block/virtio_blk.ko; echo y "
	     ">$n/kernel/drivers/block/nbd.ko\n"
	     "printf 'kernel/drivers/block/loop.ko\\nkernel/fs/isofs/isofs.ko\\n' "
	     ">$n/modules.builtin\n"
	     "ln -s usr/bin new/sbin; mkdir new/bin\n"
	     "{ archive tree | zstd -q; archive new; } >image");
	TAP_INT(read_content("image", &c, &why), 0);
	TAP_STR(c.generator, "unknown");
	TAP_INT(c.versions.n, 2);
	TAP_STR(c.versions.v[0], "5.10");
	TAP_STR(c.versions.v[1], "6.1.0-9-amd64");
	TAP_INT(c.modules.n, 3); /* virtio_blk is there twice */
	m = find_module(&c.modules, "kernel/fs/dm-mod.ko.xz");
	TAP_OK(m && !strcmp(m->name, "dm_mod") && !strcmp(m->version, "6.1.0-9-amd64"));
	TAP_OK(find_module(&c.modules, "kernel/drivers/block/nbd.ko"));
	/* The later list of built-in modules takes the place of the first. */
	TAP_INT(c.builtin.n, 2);
	m = find_module(&c.builtin, "kernel/drivers/block/loop.ko");
	TAP_OK(m && !strcmp(m->name, "loop"));
	TAP_STR(c.lib, "usr/lib");
	/* The second archive's folder took the place of the link "bin". */
	TAP_INT(c.link_count, 2);
	TAP_STR(c.append_compression, "zstd");
}

static void test_generators(void)
{
	static const char *const signs[][2] = {
		{"conf/initramfs.conf", "initramfs-tools"},
		{"scripts/functions", "initramfs-tools"},
		{"usr/lib/dracut/hooks/x", "dracut"},
		{"lib/dracut/hooks/x", "dracut"},
		{"bin/nash", "mkinitrd"},
		{"run_all.sh", "mkinitrd"},
		{"config", "unknown"},
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
		struct err_text why;
		char script[200];

		snprintf(script, sizeof(script),
			 "rm -rf g; mkdir -p g/$(dirname %s); echo >g/%s; archive g >image",
			 signs[i][0], signs[i][0]);
		make(script);
		TAP_INT(read_content("image", &c, &why), 0);
		TAP_STR(c.generator, signs[i][1]);
		TAP_STR(c.append_compression, "none");
	}
	make("echo >g/init_functions; archive g >image");
	{
		CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
		struct err_text why;

		TAP_INT(read_content("image", &c, &why), 0);
		TAP_STR(c.generator, "mkinitcpio");
	}
}

/* Where its modules lie: a link, a folder, or a folder that is only below usr. */
static void test_lib(void)
{
	static const char *const trees[][2] = {
		{"mkdir -p l/usr/lib; ln -s usr/lib l/lib", "usr/lib"},
		{"mkdir -p l/usr/lib; ln -s /usr/lib/ l/lib", "usr/lib"},
		{"mkdir -p l/lib; echo >l/lib/x", "lib"},
		{"mkdir -p l/usr/lib; echo >l/usr/lib/x", "usr/lib"},
		{"mkdir -p l/usr/lib l/lib; echo >l/usr/lib/x; echo >l/lib/x", "lib"},
		{"mkdir -p l; ln -s ../outside l/lib", "lib"},
		{"mkdir -p l/bin", "lib"},
	};

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
		struct err_text why;
		char script[200];

		snprintf(script, sizeof(script), "rm -rf l; %s; archive l >image", trees[i][0]);
		make(script);
		TAP_INT(read_content("image", &c, &why), 0);
		TAP_STR(c.lib, trees[i][1]);
	}
}

static unsigned append_zeros(const char *script)
{
	CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
	struct err_text why;

	make(script);
	TAP_INT(read_content("image", &c, &why), 0);
	return c.append_zeros;
}

static void test_append(void)
{
	make("rm -rf t; mkdir t; echo x >t/x; archive t | head -c 400 >t.cpio\n"
	     "lz4 -l -q <t.cpio >t.lz4; size=$(stat -c %s t.lz4); gzip <t.cpio >t.gz");
	TAP_INT(append_zeros("cp t.cpio image; truncate -s 401 image"), 3);
	TAP_INT(append_zeros("cp t.cpio image; truncate -s 403 image"), 1);
	TAP_INT(append_zeros("cp t.cpio image; truncate -s 404 image"), 0);
	/* Four zeros at least must follow lz4; those that do already count. */
	for (unsigned zeros = 0; zeros < 9; zeros++) {
		uint64_t size = size_of("t.lz4") + zeros;
		char script[100];
		unsigned add;

		snprintf(script, sizeof(script), "cp t.lz4 image; truncate -s +%u image", zeros);
		add = append_zeros(script);
		TAP_INT((size + add) % 4, 0);
		TAP_OK(zeros + add >= 4 && zeros + add < 4 + 4 + (zeros > 4 ? zeros - 4 : 0));
	}
	/* Behind something else, lz4 does not matter any more. */
	TAP_INT(append_zeros("{ cat t.lz4; head -c 8 /dev/zero; } >image; truncate -s %4 image\n"
			     "cat t.cpio >>image; truncate -s %4 image"),
		0);
	/* The kernel is known to read what the main archive is packed with. */
	{
		CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
		struct err_text why;

		make("cat t.gz t.cpio >image");
		TAP_INT(read_content("image", &c, &why), 0);
		TAP_STR(c.append_compression, "gzip");
	}
}

/* Wherever it is cut, it is noticed, and what came before is told. */
static void test_damage(void)
{
	static const char *const packers[] = {"cat", "gzip", "xz", "zstd -q", "lz4 -l -q", "bzip2"};

	make("rm -rf d; mkdir d; head -c 20000 /dev/urandom >d/data; archive d >d.cpio");
	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		for (unsigned cut = 1; cut <= 16001; cut += 4000) {
			CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
			struct err_text why;
			char script[200];

			snprintf(script, sizeof(script),
				 "%s <d.cpio >p\n"
				 "{ cat t.cpio; head -c -%u p; } >image",
				 packers[i], i ? cut : cut + 512);
			make(script);
			TAP_OK(read_content("image", &c, &why) < 0);
			TAP_HAS(why.text, "in the segment at byte ");
			TAP_INT(c.segment_count, 2);
			TAP_OK(c.segment_count == 2 && !c.segments[0].damaged &&
			       c.segments[1].damaged && !c.segments[1].length);
		}
	}
	{
		CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
		struct err_text why;

		make("echo rubbish, and more of it >image");
		TAP_INT(read_content("image", &c, &why), -EINVAL);
		TAP_HAS(why.text, "at byte 0: neither an archive nor");
		make(": >image");
		TAP_INT(read_content("image", &c, &why), -EINVAL);
		TAP_HAS(why.text, "it is empty");
		make("head -c 5000 /dev/zero >image");
		TAP_INT(read_content("image", &c, &why), -EINVAL);
		TAP_HAS(why.text, "it is empty");
	}
}

/* One member of an archive that no tool would make; NULL: the trailer. */
static void put_member(FILE *f, const char *name, unsigned mode, const char *data, size_t size)
{
	static const char zeros[4];
	size_t len = strlen(name) + 1;

	fprintf(f, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 1u, mode, 0u, 0u,
		1u, 0u, size, 0u, 0u, 0u, 0u, len, 0u);
	fwrite(name, 1, len, f);
	fwrite(zeros, 1, (4 - (110 + len) % 4) % 4, f);
	fwrite(data, 1, size, f);
	fwrite(zeros, 1, (4 - size % 4) % 4, f);
}

static FILE *begin_image(void)
{
	return fdopen(open_image("hostile"), "w");
}

static int end_image(FILE *f, struct initramfs_content *c, struct err_text *why)
{
	long end;

	put_member(f, "TRAILER!!!", 0, "", 0);
	end = ftell(f);
	fclose(f);
	{
		CLEANUP_FD int fd = open_image("hostile");

		if (ftruncate(fd, end) < 0)
			return -errno;
	}
	return read_content("hostile", c, why);
}

/* Names that a program could stumble over are not told. */
static void test_hostile_names(void)
{
	static const char *const names[] = {
		"lib/modules/6.1/../../../etc/x.ko",
		"lib/modules/6.1/a b.ko",
		"lib/modules/6.1/a\tb.ko",
		"lib/modules/6.1/a\nb.ko",
		"lib/modules/6.1/$(reboot).ko",
		"lib/modules/6.1/kernel//x.ko",
		"lib/modules/6.1//x.ko",
		"lib/modules/6.1/-rf/.ko",
		"lib/modules/../6.1/x.ko",
		"lib/modules/6 1/x.ko",
		"lib/modules/6.1;/x.ko",
		"lib/modules/-/\xff.ko",
	};
	CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
	static char longest[600];
	struct err_text why;
	FILE *f = begin_image();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_member(f, names[i], S_IFREG | 0644, "x", 1);
	memset(longest, 'a', sizeof(longest) - 1);
	memcpy(longest, "lib/modules/6.1/", 16);
	memcpy(longest + 580, ".ko", 4);
	put_member(f, longest, S_IFREG | 0644, "x", 1);
	put_member(f, "lib/modules/6.1/modules.builtin", S_IFREG | 0644,
		   "../x.ko\nkernel/x.ko\n\n/y.ko\nz.ko; reboot\n", 41);
	put_member(f, "/./lib/modules/6.1/good.ko", S_IFREG | 0644, "x", 1);
	put_member(f, "lib64", S_IFLNK | 0777, "a\tb\nc", 5);
	TAP_INT(end_image(f, &c, &why), 0);
	TAP_INT(c.modules.n, 1);
	TAP_OK(c.modules.n == 1 && !strcmp(c.modules.v[0].path, "good.ko"));
	TAP_INT(c.builtin.n, 1);
	TAP_OK(c.builtin.n == 1 && !strcmp(c.builtin.v[0].path, "kernel/x.ko"));
	TAP_INT(c.versions.n, 2); /* 6.1 and "-", which is a folder like others */
	TAP_INT(c.link_count, 1);
}

/* Sizes and counts have bounds. */
static void test_bounds(void)
{
	CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
	CLEANUP(initramfs_content_release) struct initramfs_content d = {0};
	CLEANUP(initramfs_content_release) struct initramfs_content e = {0};
	struct err_text why;
	FILE *f = begin_image();

	for (unsigned i = 0; i <= INITRAMFS_MAX_SEGMENTS; i++)
		put_member(f, "TRAILER!!!", 0, "", 0);
	TAP_INT(end_image(f, &c, &why), -EFBIG);
	TAP_HAS(why.text, "more than 4096 segments");
	f = begin_image();
	for (unsigned i = 0; i <= INITRAMFS_CONTENT_MAX_KERNELS; i++) {
		char name[64];

		snprintf(name, sizeof(name), "lib/modules/6.%u/x.ko", i);
		put_member(f, name, S_IFREG | 0644, "", 0);
	}
	TAP_INT(end_image(f, &d, &why), -EFBIG);
	TAP_HAS(why.text, "more than 64 kernels");
	f = begin_image();
	for (size_t i = 0; i <= INITRAMFS_MAX_MEMBERS; i++)
		put_member(f, "x", S_IFREG | 0644, "", 0);
	TAP_INT(end_image(f, &e, &why), -EFBIG);
	TAP_HAS(why.text, "more files than");
}

/* A few kilobytes that unpack to more than a machine's memory, in two segments. */
static void test_bomb(void)
{
	CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
	struct err_text why;

	make("{ printf 070701000000010000%s0000000000000000000000010000000080000000 81A4\n"
	     "  printf 0000000000000000000000000000000000000002%08d 0; printf 'a\\0'\n"
	     "  head -c 2147483648 /dev/zero; printf '070701%088d0000000B%08d' 0 0\n"
	     "  printf 'TRAILER!!!\\0\\0\\0\\0'; } | zstd -q -1 >bomb; cat bomb bomb >image");
	TAP_INT(read_content("image", &c, &why), -EFBIG);
	TAP_HAS(why.text, "more than 4 GiB");
	TAP_INT(c.segment_count, 2);
	TAP_OK(c.segment_count == 2 && !c.segments[0].damaged && c.segments[1].damaged);
}

/* A file's content, and when it has none. */
static void test_read(void)
{
	CLEANUP(initramfs_file_release) struct initramfs_file file = {0};
	struct err_text why = {""};

	make("rm -rf r s; mkdir r s; echo first >r/init; echo second, larger >s/init\n"
	     "echo linked >r/one; ln r/one r/two; ln -s target r/link; { archive r | gzip; archive "
	     "s; } >image");
	{
		CLEANUP_FD int fd = open_image("image");

		TAP_INT(initramfs_read(fd, "/init", 100, &file, &why), 0);
		TAP_STR((char *)file.data, "second, larger\n");
		TAP_INT(file.size, 15);
		initramfs_file_release(&file);
		TAP_INT(initramfs_read(fd, "./init", 10, &file, &why), -EFBIG);
		TAP_HAS(why.text, "init is larger than 10 bytes");
		why = (struct err_text){""};
		TAP_INT(initramfs_read(fd, "one", 100, &file, &why), -EMLINK);
		TAP_HAS(why.text, "hard links");
		why = (struct err_text){""};
		/* A link's target is known to the walk in any case. */
		TAP_INT(initramfs_read(fd, "link", 5, &file, &why), -EFBIG);
		why = (struct err_text){""};
		TAP_INT(initramfs_read(fd, "link", 6, &file, &why), 0);
		TAP_OK(S_ISLNK(file.mode) && !strcmp((char *)file.data, "target"));
		initramfs_file_release(&file);
		TAP_INT(initramfs_read(fd, "none", 100, &file, &why), -ENOENT);
		TAP_OK(!file.data);
	}
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	TAP_RUN(test_segments);
	TAP_RUN(test_content);
	TAP_RUN(test_generators);
	TAP_RUN(test_lib);
	TAP_RUN(test_append);
	TAP_RUN(test_damage);
	TAP_RUN(test_hostile_names);
	TAP_RUN(test_bounds);
	TAP_RUN(test_bomb);
	TAP_RUN(test_read);
	make("rm -rf -- * && rmdir \"$PWD\"");
	return tap_done();
}
