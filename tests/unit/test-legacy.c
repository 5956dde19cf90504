/* test-legacy.c - the rules of menu.lst, one by one, on files in memory */
#include "bootconf/legacy.h"
#include "reader-files.h"
#include "tap.h"

static const struct reader_device test_devices[] = {
	{"vda1", "AAAA-1111", "", "", "hd0,msdos1"},
	{"sdb2", "", "", "", ""},
};

#define KERNELS \
	RF("/boot/k", "k"), RF("/boot/k2", "k"), RF("/boot/i", "i"), RF("1:/k3", "k"), \
		RF("1:/i3", "i"), RF("1:/boot/k", "k")

static int test_run(const struct rf_file *files, struct boot_list *l)
{
	const struct reader_facts facts = rf_facts(test_devices, 2, files);

	*l = (struct boot_list){0};
	return legacy_evaluate(&facts, 0, "/boot/grub/menu.lst", l);
}

static void test_config(const char *text, struct boot_list *l)
{
	const struct rf_file files[] = {
		RF("/boot/grub/menu.lst", text),
		RF("/boot/grub/default", "1\n#\n"),
		RF("/boot/grub/device.map", "(fd0) /dev/fd0\n(hd1)\t/dev/sdb\n"),
		RF("/boot/grub/other.lst", "title other\nkernel /boot/k other\n"),
		KERNELS,
		RF(NULL, NULL),
	};

	TAP_INT(test_run(files, l), 0);
}

/* "DEVICE:kernel cmdline" of the first entry; "" for none. */
static void test_first(const char *text, const char *want)
{
	struct boot_list l;
	char got[512] = "";

	test_config(text, &l);
	if (l.n)
		snprintf(got, sizeof(got), "%s:%s %s", l.v[0].kernel.device, l.v[0].kernel.path,
			 l.v[0].cmdline);
	TAP_STR(got, want);
	boot_list_release(&l);
}

static void test_default(const char *text, const char *want)
{
	struct boot_list l;

	test_config(text, &l);
	TAP_STR(rf_default(&l), want);
	boot_list_release(&l);
}

static void test_warns(const char *text, const char *want)
{
	struct boot_list l;

	test_config(text, &l);
	TAP_OK(rf_warns(&l, want));
	boot_list_release(&l);
}

static void test_lines(void)
{
	test_first("title a\nkernel /boot/k a b\n", "vda1:/boot/k a b");
	test_first("title=a\nkernel=/boot/k a=b\n", "vda1:/boot/k a=b");
	test_first("\t title a\n\tkernel\t/boot/k\ta\r\n", "vda1:/boot/k a");
	test_first("title a\nkernel /boot/k a\\\nb\n", "vda1:/boot/k a b");
	test_first("# x \\\ntitle gone\nkernel /boot/k2\ntitle a\nkernel /boot/k a\n",
		   "vda1:/boot/k a");
	test_first("title a\n#kernel /boot/k2\nkernel /boot/k a # b\n", "vda1:/boot/k a # b");
	test_first("title a\nkernel /boot/k", "vda1:/boot/k ");
	test_first("kernel /boot/k\n", "");
	test_first("", "");
}

static void test_kernels(void)
{
	test_first("title a\nkernel --no-mem-option --type=linux /boot/k x --y\n",
		   "vda1:/boot/k x --y");
	test_first("title a\nkernel --type=netbsd /boot/k\n", "");
	test_first("title a\nkernel /boot/k 1\nkernel /boot/k2 2\n", "vda1:/boot/k2 2");
	test_first("title a\nkernel /boot/k\nmodule /boot/k2\n", "");
	test_first("title a\nkernel /boot/k\nmodulenounzip /boot/k2\n", "");
	test_first("title a\nchainloader +1\n", "");
	test_first("title a\nkernel /boot/k\ninitrd /none\n", "");
	test_warns("title a\n\nkernel /none\n",
		   "vda1:/boot/grub/menu.lst:3: the entry 'a' is left out: /none does not exist");
	test_warns("title a\nkernel /boot/k\nmodule /boot/k2\n", "(module)");
	test_warns("title a\nfoo\n", "menu.lst:2: unknown command 'foo'");
	test_warns("title a\nkernel /boot/k\ninitrd /boot/i /boot/i\n", "only the first file");
}

static void test_devices_named(void)
{
	/* /boot was a partition: its files are behind /boot now. */
	test_first("title a\nroot (hd0,0)\nkernel /k\n", "vda1:/boot/k ");
	test_first("title a\nkernel (hd0,0)/boot/k\n", "vda1:/boot/k ");
	/* By device.map. */
	test_first("title a\nroot (hd1,1)\nkernel /k3\n", "sdb2:/k3 ");
	test_first("title a\nkernel (hd1,1)/k3\n", "sdb2:/k3 ");
	/* Nobody claims it: where the configuration is, then who has the file. */
	test_first("title a\nroot (hd0)\nkernel /boot/k\n", "vda1:/boot/k ");
	test_first("title a\nroot (hd7,4)\nkernel /k3\n", "sdb2:/k3 ");
	/* Claimed, so nobody else's file is taken. */
	test_first("title a\nroot (hd0,0)\nkernel /k3\n", "");
	test_first("title a\nkernel (fd0)/boot/k\n", "");
	test_first("title a\nrootnoverify (hd1,1)\nkernel /k3\n", "sdb2:/k3 ");
	test_first("title a\nroot (hd1,1)\nroot\nkernel /k3\n", "sdb2:/k3 ");
	test_first("title a\nuuid aaaa-1111\nkernel /boot/k\n", "vda1:/boot/k ");
	test_first("title a\nuuid bbbb\nkernel /boot/k\n", "");
	test_first("title a\nfind --set-root /i3\nkernel /k3\n", "sdb2:/k3 ");
	test_first("title a\nroot (hd0,256)\nkernel /k3\n", "sdb2:/k3 ");
}

static void test_defaults(void)
{
#define THREE \
	"title a\nkernel /boot/k\ntitle b\nkernel /boot/k\ntitle win\nchainloader +1\n" \
	"title c\nkernel /boot/k\ntitle gone\nkernel /none\n"
	test_default(THREE, "a");
	test_default("default 1\n" THREE, "b");
	test_default("default=3\n" THREE, "c");
	test_default("default 0x3\n" THREE, "c");
	test_default("default saved\n" THREE, "b");
	test_default("default 9\n" THREE, "a");
	test_default("default 9\nfallback 3\n" THREE, "c");
	test_default("default 4\nfallback 77 4 3 1\n" THREE, "c");
	test_default("default 4\n" THREE, "a");
	test_default("default 2\n" THREE, "a");
	test_warns("default 4\n" THREE, "the default entry 4 cannot be booted");
	/* A title that runs nothing is none. */
	test_default("default 1\ntitle x\n" THREE, "b");
	test_default("default 1\ntitle x\nroot\n" THREE, "a");
#undef THREE
}

static void test_saved(void)
{
	static const char *const rows[][2] = {
		{"1\n", "b"},     {"0:2\n", "c"}, {"", "a"},   {"x", "a"},
		{"default", "a"}, {"2", "c"},     {"77", "a"}, {"\n\n1", "a"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rf_file files[] = {
			RF("/boot/grub/menu.lst",
			   "default saved\ntitle a\nkernel /boot/k\ntitle b\nkernel /boot/k\n"
			   "title c\nkernel /boot/k\n"),
			RF("/boot/grub/default", rows[i][0]),
			KERNELS,
			RF(NULL, NULL),
		};
		struct boot_list l;

		TAP_INT(test_run(files, &l), 0);
		TAP_STR(boot_list_default(&l)->id, rows[i][1]);
		boot_list_release(&l);
	}
}

static void test_configfile(void)
{
	struct boot_list l;

	test_config("default 1\ntimeout 7\ntitle a\nkernel /boot/k\n"
		    "title sub\nconfigfile /boot/grub/other.lst\n"
		    "title self\nconfigfile /boot/grub/menu.lst\ntitle a\nkernel /boot/k2\n",
		    &l);
	TAP_INT(l.n, 3);
	TAP_INT(l.has_timeout, true);
	TAP_INT(l.timeout, 7);
	if (l.n == 3) {
		TAP_STR(l.v[1].title, "sub>other");
		TAP_STR(l.v[1].source, "vda1:/boot/grub/other.lst");
		TAP_OK(l.v[1].is_default);
		TAP_STR(l.v[2].id, "a#2");
	}
	boot_list_release(&l);
}

/* Ids stay short and unique, and are not cut inside a character. */
static void test_long_titles(void)
{
	char text[2048] = "", title[512] = "";
	struct boot_list l;

	memset(title, 'x', 199);
	strcat(title, "\xc3\xa4 and more");
	for (int i = 0; i < 3; i++) {
		strcat(strcat(text, "title "), title);
		strcat(text, "\nkernel /boot/k\n");
	}
	test_config(text, &l);
	TAP_INT(l.n, 3);
	if (l.n == 3) {
		TAP_STR(l.v[0].title, title);
		TAP_INT(strlen(l.v[0].id), 199);
		TAP_STR(l.v[1].id + 199, "#2");
		TAP_STR(l.v[2].id + 199, "#3");
	}
	boot_list_release(&l);
}

static void test_bad(void)
{
	const struct rf_file none[] = {RF(NULL, NULL)};
	struct boot_list l;

	TAP_INT(test_run(none, &l), -ENOENT);
	TAP_INT(l.warnings.n, 1);
	boot_list_release(&l);
	test_config("timeout x\ntitle\nkernel /boot/k\n", &l);
	TAP_INT(l.n, 1);
	TAP_INT(l.has_timeout, false);
	if (l.n)
		TAP_STR(l.v[0].title, "(untitled)");
	boot_list_release(&l);
}

int main(void)
{
	TAP_RUN(test_lines);
	TAP_RUN(test_kernels);
	TAP_RUN(test_devices_named);
	TAP_RUN(test_defaults);
	TAP_RUN(test_saved);
	TAP_RUN(test_configfile);
	TAP_RUN(test_long_titles);
	TAP_RUN(test_bad);
	return tap_done();
}
