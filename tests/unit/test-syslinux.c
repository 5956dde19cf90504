/* test-syslinux.c - the rules of extlinux.conf, one by one, on files in memory */
#include "bootconf/syslinux.h"
#include "reader-files.h"
#include "tap.h"

static const struct reader_device test_devices[] = {
	{"vda1", "", "", "", ""},
	{"vda2", "", "", "", ""},
};

static int test_run(const char *machine, const char *text, struct boot_list *l)
{
	const struct rf_file files[] = {
		RF("/boot/extlinux/extlinux.conf", text),
		RF("/boot/extlinux/rel", "k"),
		RF("/boot/k", "k"),
		RF("/boot/k2", "k"),
		RF("/boot/kernel8.img", "k"),
		RF("/boot/fit", "k"),
		RF("/boot/board.dtb", "d"),
		RF("/boot/i", "i"),
		RF("/boot/i2", "i"),
		RF("/boot/only", "k"),
		RF("/boot/extlinux/more", "label more\n kernel /k2\n append more\n"),
		RF("/boot/extlinux/append", "append included\n"),
		RF(NULL, NULL),
	};
	struct reader_facts facts = rf_facts(test_devices, 2, files);

	facts.machine = machine;
	*l = (struct boot_list){0};
	return syslinux_evaluate(&facts, 0, "/boot/extlinux/extlinux.conf", l);
}

static void test_config(const char *text, struct boot_list *l)
{
	TAP_INT(test_run("x86_64", text, l), 0);
}

static const char *test_field(const struct boot_list *l, size_t i, char field)
{
	if (i >= l->n)
		return NULL;
	switch (field) {
	case 'i':
		return l->v[i].id;
	case 't':
		return l->v[i].title;
	case 'k':
		return l->v[i].kernel.path;
	case 'd':
		return l->v[i].devicetree.path;
	default:
		return l->v[i].cmdline;
	}
}

/* One field of the first entry. */
static void test_first(const char *text, char field, const char *want)
{
	struct boot_list l;

	test_config(text, &l);
	TAP_STR(test_field(&l, 0, field), want);
	boot_list_release(&l);
}

/* The id of the default. */
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

static void test_append(void)
{
	test_first("append all\nlabel a\n kernel /boot/k\n", 'c', "all");
	test_first("append all\nlabel a\n kernel /boot/k\n append own\n", 'c', "own");
	test_first("append all\nlabel a\n kernel /boot/k\n append -\n", 'c', "");
	test_first("label a\n kernel /boot/k x y\n append z\n", 'c', "x y z");
	test_first("label a\n kernel /boot/k\n append a  b \t\r\n", 'c', "a  b");
	test_first("include append\nlabel a\n kernel /boot/k\n", 'c', "included");
}

static void test_kernel(void)
{
	struct boot_list l;

	test_first("label /boot/k\n", 'k', "/boot/k");
	test_first("LABEL a\nLiNuX\t/boot/k\n", 'k', "/boot/k");
	test_first("label a\nlinux ../k\n", 'k', "/boot/k");
	test_first("label a\nlinux rel\n", 'k', "/boot/extlinux/rel");
	test_first("label a\nlinux ::/boot/k\n", 'k', "/boot/k");
	test_first("label a\nlinux /../../boot//./k\n", 'k', "/boot/k");
	/* What was /boot itself. */
	test_first("label a\nlinux /only\n", 'k', "/boot/only");
	/* An ending says something to SYSLINUX, not to U-Boot, and not to LINUX. */
	test_config("label a\nkernel /boot/kernel8.img\n", &l);
	TAP_INT(l.n, 0);
	boot_list_release(&l);
	TAP_INT(test_run("aarch64", "label a\nkernel /boot/kernel8.img\n", &l), 0);
	TAP_INT(l.n, 1);
	boot_list_release(&l);
	test_first("label a\nlinux /boot/kernel8.img\n", 'k', "/boot/kernel8.img");
	test_warns("label a\nkernel menu.c32\n", ":1: the entry 'a' is left out: it starts no");
	test_warns("label a\nlocalboot 0\n", "(localboot)");
	test_warns("label a\nlinux /boot/fit#conf\n", "FIT image");
	test_warns("\nlabel a\nlinux /none\n", "extlinux.conf:2: the entry 'a' is left out: /none");
}

static void test_initrds_of(const char *text, const char *want)
{
	struct boot_list l;
	char all[256] = "";

	test_config(text, &l);
	TAP_INT(l.n, 1);
	for (size_t i = 0; l.n && i < l.v[0].initrd_count; i++) {
		strcat(all, i ? " " : "");
		strcat(all, l.v[0].initrds[i].path);
	}
	TAP_STR(all, want);
	boot_list_release(&l);
}

static void test_initrd(void)
{
	struct boot_list l;

	test_initrds_of("label a\nlinux /boot/k\ninitrd /boot/i\n", "/boot/i");
	test_initrds_of("label a\nlinux /boot/k\ninitrd /boot/i, ../i2\n", "/boot/i /boot/i2");
	test_initrds_of("label a\nlinux /boot/k\ninitrd /boot/i\ninitrd /boot/i2\n",
			"/boot/i /boot/i2");
	test_initrds_of("label a\nlinux /boot/k\nappend x initrd=/boot/i,/boot/i2 y\n",
			"/boot/i /boot/i2");
	test_initrds_of("label a\nlinux /boot/k\nappend initrd=/none initrd=../i2\n", "/boot/i2");
	test_initrds_of("label a\nlinux /boot/k\nappend initrd=/none\ninitrd /boot/i\n", "/boot/i");
	test_initrds_of("label a\nlinux /boot/k\nappend noinitrd=/none\n", "");
	test_config("label a\nlinux /boot/k\ninitrd /none\n", &l);
	TAP_INT(l.n, 0);
	boot_list_release(&l);
}

static void test_defaults(void)
{
#define TWO "label a\nlinux /boot/k\nlabel b\nlinux /boot/k2\nappend own\n"
	test_default(TWO, "a");
	test_default("default b\n" TWO, "b");
	test_default(TWO "menu default\n", "b");
	test_default("default a\n" TWO "menu default\n", "a");
	test_default("default a\nontimeout b\n" TWO, "b");
	test_default("default nobody\n" TWO "menu default\n", "b");
	test_default("default vesamenu.c32\n" TWO "menu default\n", "b");
	test_default("default /boot/k x\n" TWO, "/boot/k");
	test_default("default x\nlabel x\nlocalboot 0\n" TWO, "a");
	test_default("default h\n" TWO "label h\nlinux /boot/k\nmenu hide\n", "h");
	test_default(TWO "menu begin\nlabel c\nmenu default\nlinux /boot/k\nmenu end\n", "a");
	test_warns("default nobody\n" TWO, "the default 'nobody' is neither a label");
	test_warns("default x\nlabel x\nlocalboot 0\n" TWO, "is used instead");
#undef TWO
	test_first("default a single\nlabel a\nlinux /boot/k\nappend ro\n", 'c', "ro single");
	test_first("append g\ndefault /boot/k x y\n", 'c', "g x y");
}

static void test_menus(void)
{
	struct boot_list l;

	test_config("menu begin tag\nmenu title Title\nlabel a\nlinux /boot/k\nmenu begin\n"
		    "menu label ^Inner\nlabel b\nmenu label b^ee\nlinux /boot/k\nmenu end\n"
		    "label c\nlinux /boot/k\nmenu end\nlabel d\nlinux /boot/k\n"
		    "include more Further menu\nlabel d\nlinux /boot/k\nmenu separator\n"
		    "menu include more\nlabel back\nmenu exit\nlinux /boot/k\nlabel no\n"
		    "linux /boot/k\nmenu disable\nlabel hidden\nmenu hide\nlinux /boot/k\n",
		    &l);
	TAP_INT(l.n, 7);
	TAP_STR(test_field(&l, 0, 't'), "tag>a");
	TAP_STR(test_field(&l, 1, 't'), "tag>Inner>bee");
	TAP_STR(test_field(&l, 2, 't'), "tag>c");
	TAP_STR(test_field(&l, 3, 't'), "d");
	TAP_STR(test_field(&l, 4, 't'), "Further menu>more");
	TAP_STR(test_field(&l, 5, 'i'), "d#2");
	TAP_STR(test_field(&l, 6, 'i'), "more#2");
	TAP_STR(test_field(&l, 6, 't'), "more");
	boot_list_release(&l);
	test_first("text help\nlabel x\nlinux /boot/k\nENDTEXT\nlabel y\nlinux /boot/k\n", 'i',
		   "y");
}

static void test_depth(void)
{
	char text[4096] = "";
	struct boot_list l;

	for (int i = 0; i < 40; i++)
		strcat(text, "menu begin m\n");
	for (int i = 0; i < 40; i++)
		strcat(text, "menu end\n");
	strcat(text, "label a\nlinux /boot/k\n");
	test_config(text, &l);
	TAP_STR(test_field(&l, 0, 't'), "a");
	boot_list_release(&l);
	test_warns(text, "nested too deeply");
}

static void test_timeout(void)
{
	static const struct {
		const char *text;
		bool has;
		unsigned seconds;
	} rows[] = {{"timeout 50\n", true, 5}, {"timeout 1\n", true, 1},
		    {"timeout 0\n", false, 0}, {"timeout -1\n", false, 0},
		    {"timeout x\n", false, 0}, {"totaltimeout 9\n", false, 0},
		    {"prompt 1\n", false, 0},  {"timeout 99999999999999999999\n", true, 214748364},
		    {"TIMEOUT 51\n", true, 6}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct boot_list l;

		test_config(rows[i].text, &l);
		TAP_INT(l.has_timeout, rows[i].has);
		TAP_INT(l.timeout, rows[i].seconds);
		TAP_INT(l.warnings.n, 0);
		boot_list_release(&l);
	}
}

static void test_devicetree(void)
{
	test_first("label a\nlinux /boot/k\nfdt ../board.dtb\n", 'd', "/boot/board.dtb");
	test_first("label a\nlinux /boot/k\ndevicetree /boot/board.dtb\n", 'd', "/boot/board.dtb");
	test_warns("label a\nlinux /boot/k\nfdt /none\n", "listed without a device tree");
	test_warns("label a\nlinux /boot/k\nfdtdir /boot\n", "'fdtdir' is not followed");
	test_warns("label a\nlinux /boot/k\nfdtoverlays /boot/x\n", "'fdtoverlays'");
}

static void test_bad(void)
{
	char *big = malloc(20000);
	struct boot_list l;

	test_warns("include extlinux.conf\n", "includes itself");
	test_warns("include none\n", "vda1:/boot/extlinux/none: cannot be read");
	test_warns("dance\n", "extlinux.conf:1: unknown keyword 'dance'");
	memset(big, 'x', 19999);
	big[19999] = '\0';
	memcpy(big, "label ", 6);
	test_warns(big, "too long");
	free(big);
	/* Keywords without a label are nothing. */
	test_config("linux /boot/k\ninitrd /boot/i\nfdt x\nmenu label x\nmenu end\nlabel\n", &l);
	TAP_INT(l.n, 0);
	boot_list_release(&l);
}

int main(void)
{
	TAP_RUN(test_append);
	TAP_RUN(test_kernel);
	TAP_RUN(test_initrd);
	TAP_RUN(test_defaults);
	TAP_RUN(test_menus);
	TAP_RUN(test_depth);
	TAP_RUN(test_timeout);
	TAP_RUN(test_devicetree);
	TAP_RUN(test_bad);
	return tap_done();
}
