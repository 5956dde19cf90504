/* test-grub.c - the GRUB script language and the menu, on files in memory */
#include "bootconf/grub/grub.h"
#include "reader-files.h"
#include "tap.h"

#include <errno.h>

static const struct reader_device test_devices[] = {
	{"vda1", "AAAA-1111", "root", "", "hd0,gpt1"},
	{"vda2", "bbbb-2222", "boot", "", "hd0,gpt2"},
};

static int test_run_on(const struct rf_file *files, const struct reader_device *devices, size_t n,
		       struct boot_list *l)
{
	const struct reader_facts facts = rf_facts(devices, n, files);

	*l = (struct boot_list){0};
	return grub_evaluate(&facts, 0, "/boot/grub/grub.cfg", l);
}

/* A configuration on the first device, which has the kernels /k and /k2 and
 * the initrds /i and /i2. */
static void test_config(const char *text, struct boot_list *l)
{
	const struct rf_file files[] = {
		RF("/boot/grub/grub.cfg", text),
		RF("/k", "k"),
		RF("/k2", "k"),
		RF("/i", "i"),
		RF("/i2", "i"),
		RF("/empty", ""),
		RF("/sourced", "set from=sourced\nexport exported\nexported=1\n"),
		RF("/menu", "menuentry inner { linux /k $exported$hidden }\n"),
		RF("/boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=two\nnext_entry=\n"
					 "odd=a\\\\b\n########"),
		RF("1:/k3", "k"),
		RF(NULL, NULL),
	};

	TAP_INT(test_run_on(files, test_devices, 2, l), 0);
}

/* The command line of `linux /k ARGS` behind a preamble. */
static void test_line(const char *preamble, const char *args, const char *want)
{
	struct boot_list l;
	char text[2048];

	snprintf(text, sizeof(text), "%s\nmenuentry m {\nlinux /k %s\n}\n", preamble, args);
	test_config(text, &l);
	TAP_INT(l.n, 1);
	if (l.n == 1)
		TAP_STR(l.v[0].cmdline, want);
	if (l.n == 1 && strcmp(l.v[0].cmdline, want) != 0)
		for (size_t i = 0; i < l.warnings.n; i++)
			printf("# %s\n", l.warnings.v[i]);
	boot_list_release(&l);
}

static void test_quoting(void)
{
	test_line("", "a 'b c' \"d e\"", "a \"b c\" \"d e\"");
	test_line("", "a\\ b", "\"a b\"");
	test_line("", "x='1'\"2\"3", "x=123");
	test_line("", "'$no' \"\\$no\" \\$no", "$no $no $no");
	test_line("", "\"a\\b\"", "a\\\\b");
	test_line("", "a\\\nb", "ab");
	test_line("", "'it'\\''s'", "it\\'s");
	test_line("", "a#b # comment", "a#b");
	test_line("", "$\"translated\"", "translated");
	test_line("", "root=UUID=1 ro  quiet\r", "root=UUID=1 ro quiet");
}

static void test_variables(void)
{
	test_line("set v='1 2'", "$v \"$v\" ${v}x", "1 2 \"1 2\" 1 2x");
	test_line("e=", "a $e b x=$e \"$e\" c", "a b x=  c");
	test_line("set a=b c", "$a", "b");
	test_line("v=1\nunset v", "-$v-", "--");
	test_line("v=$?", "$v", "0");
	test_line("", "$ a$ \"$\"", "$ a$ $");
}

static void test_conditions(void)
{
	static const char *const pairs[][2] = {
		{"[ a = a ]", "1"},
		{"[ a = b ]", "0"},
		{"[ a != b ]", "1"},
		{"test a '<' b", "1"},
		{"[ 10 -gt 9 ]", "1"},
		{"[ 10 -le 9 ]", "0"},
		{"[ -z \"\" ]", "1"},
		{"[ -n \"\" ]", "0"},
		{"[ ]", "1"},
		{"[ \"\" ]", "0"},
		{"[ x ]", "1"},
		{"[ ! x ]", "0"},
		{"! [ x ]", "0"},
		{"[ -e /k ]", "1"},
		{"[ -f /k ]", "1"},
		{"[ -d /boot ]", "1"},
		{"[ -f /boot ]", "0"},
		{"[ -s /empty ]", "0"},
		{"[ -s /k ]", "1"},
		{"[ -e /nothing ]", "0"},
		{"[ -e (hd0,gpt2)/k3 ]", "1"},
		{"[ a = b -o c = c ]", "1"},
		{"[ a = b -a c = c ]", "0"},
		{"[ ( a = b -o c = c ) -a d = d ]", "1"},
		{"[ ! ( a = b ) ]", "1"},
		{"[ vmlinuz-11 -pgt vmlinuz-2 ]", "1"},
		{"[ a = a", "0"},
		{"false", "0"},
		{"true", "1"},
		{"keystatus --shift", "0"},
		{"loadfont unicode", "1"},
		{"no_such_command", "0"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "if %s; then r=1; else r=0; fi", pairs[i][0]);
		printf("# %s\n", pairs[i][0]);
		test_line(text, "$r", pairs[i][1]);
	}
}

static void test_compound(void)
{
	test_line("if false; then r=1; elif true; then r=2; else r=3; fi", "$r", "2");
	test_line("if false; then r=1; elif false; then r=2; else r=3; fi", "$r", "3");
	test_line("if false; then r=1; else if true; then r=4; fi; s=5; fi", "$r$s", "45");
	test_line("for i in a 'b c' d; do r=\"$r<$i>\"; done", "$r", "<a><b c><d>");
	test_line("while [ \"$n\" != xxx ]; do n=x$n; done", "$n", "xxx");
	test_line("until [ \"$n\" = xx ]; do n=x$n; done", "$n", "xx");
	test_line("for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; r=$r$i; done", "$r", "13");
	test_line("for i in 1 2; do for j in a b; do r=$r$i$j; break 2; done; done", "$r", "1a");
	test_line("if true; then\n# nothing but a comment\nr=1\nfi", "$r", "1");
}

static void test_functions(void)
{
	test_line("function f { r=\"$1-$2-$#\"; }\nf a 'b c'", "\"$r\"", "\"a-b c-2\"");
	test_line("function f { return 3; r=no; }\nf; r=$?", "$r", "3");
	test_line("function f { shift; r=$1; }\nf a b", "$r", "b");
	test_line("function f { setparams x y; r=$2; }\nf", "$r", "y");
	test_line("function f { for i in \"$@\"; do r=\"$r<$i>\"; done; }\nf 'a b' c", "\"$r\"",
		  "\"<a b><c>\"");
	test_line("function f { r=\"$*\"; }\nf 'a b' c", "$r", "a b c");
	test_line("function load_video { r=ours; }\nload_video", "$r", "ours");
	test_line("function echo { r=ours; }\necho x", "$r", "ours");
	test_line("eval 'r=1;' s=2", "$r$s", "12");
}

static void test_commands(void)
{
	test_line("regexp --set 1:v --set=2:w '^([a-z]+)-([0-9.]+)$' vmlinuz-6.1", "$v $w",
		  "vmlinuz 6.1");
	test_line("if regexp '(a){1000}{1000}' a; then r=1; else r=0; fi", "$r", "0");
	test_line("source /sourced", "$from", "sourced");
	test_line(". (hd0,1)//sourced", "$from", "sourced");
	test_line("load_env", "$saved_entry $odd", "two a\\\\b");
	test_line("load_env odd", "x${saved_entry}x", "xx");
	test_line("load_env; saved_entry=3; save_env saved_entry; unset saved_entry; load_env",
		  "$saved_entry", "3");
	test_line("c=1; increment c; increment c; decrement c", "$c", "2");
	test_line("probe --set=u --fs-uuid (hd0,gpt2)", "$u", "bbbb-2222");
	test_line("probe -s l -l $root", "$l", "root");
	test_line("hwmatch x 3; r=$match", "$r", "0");
	test_line("save_env -f /none x; r=$?", "$r", "1");
}

/* What was seen of grub-emu: devices and files are matched, in unquoted words
 * and variables only, and what matches nothing stays. */
static void test_wildcards(void)
{
	test_line("", "/k* x*y", "/k /k2 x*y");
	test_line("", "/? /nope*", "/i /k /nope*");
	test_line("", "'/k*' \"/k*\" /k\\*", "/k* /k* /k*");
	test_line("v='/k*'", "$v", "/k /k2");
	test_line("v='/k*'", "\"$v\"", "/k*");
	test_line("", "(hd0,gpt1)/i* (*gpt2)/k*", "(hd0,gpt1)/i (hd0,gpt1)/i2 (hd0,gpt2)/k3");
	test_line("", "(hd?,gpt*)", "(hd0,gpt1) (hd0,gpt2)");
	test_line("", "/boot/*/grub*", "/boot/grub/grub.cfg /boot/grub/grubenv");
	test_line("for k in (*)/k?; do r=$r$k; done", "$r", "(hd0,gpt1)/k2(hd0,gpt2)/k3");
}

static void test_newc(void)
{
	struct boot_list l;

	test_config("menuentry a {\nlinux /k\ninitrd /i newc:/etc/x:/i2\n}\n"
		    "menuentry b {\nlinux /k\ninitrd newc:x\n}\n"
		    "menuentry c {\nlinux /k\ninitrd newc:x:/none\n}\n",
		    &l);
	TAP_INT(l.n, 1);
	if (l.n == 1) {
		TAP_INT(l.v[0].initrd_count, 2);
		TAP_OK(!l.v[0].initrds[0].newc);
		TAP_STR(l.v[0].initrds[1].newc, "etc/x");
		TAP_STR(l.v[0].initrds[1].path, "/i2");
	}
	boot_list_release(&l);
}

/* What an entry would have saved, joined. */
static void test_save_is(const struct boot_list *l, size_t i, const char *name, const char *want)
{
	char got[256] = "";

	TAP_OK(i < l->n);
	if (i >= l->n)
		return;
	for (size_t k = 0; k < l->v[i].save.set.n; k++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", k ? " " : "",
			 l->v[i].save.set.v[k]);
	TAP_STR(got, want);
	TAP_STR(l->v[i].save.block.path, "/boot/grub/grubenv");
	TAP_STR(l->v[i].save.name, name);
}

static void test_saves(void)
{
	struct boot_list l;

	test_config("load_env\nset next_entry=\nsave_env next_entry\n"
		    "function savedefault { saved_entry=\"$chosen\"; save_env saved_entry; }\n"
		    "menuentry a --id 'i>d' { savedefault; linux /k }\n"
		    "submenu s {\nset n=1; save_env n\n"
		    "menuentry b { savedefault; unset n; save_env n; linux /k2 }\n"
		    "menuentry c { linux /k $n }\n}\n"
		    "menuentry d { linux /k d }\n",
		    &l);
	TAP_INT(l.n, 4);
	test_save_is(&l, 0, "i>>d", "next_entry= saved_entry=i>>d");
	test_save_is(&l, 1, "s>b", "n next_entry= saved_entry=s>b");
	test_save_is(&l, 2, "s>c", "n=1 next_entry=");
	test_save_is(&l, 3, "d", "next_entry=");
	boot_list_release(&l);
}

/* Fedora counts down how often a new kernel may fail. */
static void test_boot_counter(void)
{
	struct boot_list l;

	test_config("boot_counter=2\nsave_env boot_counter\nload_env\n"
		    "if [ \"${boot_counter}\" ]; then\n"
		    "  if [ \"${boot_counter}\" = 0 ]; then set default=1; "
		    "else decrement boot_counter; fi\nsave_env boot_counter\nfi\n"
		    "menuentry a { linux /k }\n",
		    &l);
	test_save_is(&l, 0, "a", "boot_counter=1");
	boot_list_release(&l);
}

static void test_timeout(void)
{
	struct boot_list l;

	test_config("set timeout=7\nmenuentry a { linux /k }\n", &l);
	TAP_OK(l.has_timeout && l.timeout == 7);
	boot_list_release(&l);
	test_config("set timeout=-1\nmenuentry a { linux /k }\n", &l);
	TAP_OK(!l.has_timeout);
	boot_list_release(&l);
}

/* --env comes before what the disk says, also behind a configfile. */
static void test_user_env(void)
{
	const struct rf_file files[] = {
		RF("/boot/grub/grub.cfg", "configfile /second"),
		RF("/second", "load_env\nset default=$saved_entry\n"
			      "menuentry two { linux /k }\nmenuentry three { linux /k $mine }\n"),
		RF("/k", "k"),
		RF("/boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=two\n####"),
		RF(NULL, NULL),
	};
	struct reader_facts facts = rf_facts(test_devices, 1, files);
	struct boot_list l = {0};
	struct strv env = {0};

	TAP_OK(!strv_add(&env, "saved_entry=three") && !strv_add(&env, "mine=a=b"));
	facts.env = &env;
	TAP_INT(grub_evaluate(&facts, 0, "/boot/grub/grub.cfg", &l), 0);
	TAP_INT(l.n, 2);
	if (l.n == 2) {
		TAP_OK(l.v[1].is_default);
		TAP_STR(l.v[1].cmdline, "a=b");
	}
	boot_list_release(&l);
	strv_release(&env);
}

static void test_search(void)
{
	test_line("search --no-floppy --fs-uuid --set=r BBBB-2222", "$r", "hd0,gpt2");
	test_line("search --label --set=r boot", "$r", "hd0,gpt2");
	test_line("search --file --set=r /k3", "$r", "hd0,gpt2");
	test_line("search -f /k3 -s; r=$root; search --set --label root", "$r", "hd0,gpt2");
	test_line("search.fs_uuid bbbb-2222 r hd0,gpt2", "$r", "hd0,gpt2");
	test_line("search.file /k3 r", "$r", "hd0,gpt2");
	test_line("r=old; search --fs-uuid --set=r none; s=$?", "$r $s", "old 1");
	test_line("search --fs-uuid --set=r --hint-bios=hd0,gpt1 --hint hd0,gpt2 aaaa-1111", "$r",
		  "hd0,gpt1");
}

static void test_presets(void)
{
	test_line("", "$root $prefix", "hd0,gpt1 (hd0,gpt1)/boot/grub");
	test_line("", "$config_file", "(hd0,gpt1)/boot/grub/grub.cfg");
	test_line("", "$grub_platform $grub_cpu $feature_menuentry_id", "pc i386 y");
}

static void test_entry(void)
{
	struct boot_list l;

	test_config("menuentry 'A title' --class x --users '' --id=one \"$x\" 2 {\n"
		    "set root='hd0,gpt2'\nlinux /k3 root=/dev/vda1 t=\"$1\" n=$3\n"
		    "initrd (hd0,1)/i /nothing (hd0,1)/i2\n}\n"
		    "menuentry 'B'{\nlinux16 /k\ninitrd16 /i /i2\ndevicetree /i\n}\n"
		    "menuentry C { linux /missing }\n"
		    "menuentry D { chainloader +1 }\n"
		    "menuentry E { linux /k2; initrd /i; initrd /i2; linux /k x }\n",
		    &l);
	TAP_INT(l.n, 2);
	if (l.n == 2) {
		TAP_STR(l.v[0].id, "B");
		TAP_STR(l.v[0].kernel.path, "/k");
		TAP_INT(l.v[0].initrd_count, 2);
		TAP_STR(l.v[0].initrds[1].path, "/i2");
		TAP_STR(l.v[0].devicetree.path, "/i");
		TAP_STR(l.v[0].source, "vda1:/boot/grub/grub.cfg");
		TAP_STR(l.v[1].kernel.path, "/k");
		TAP_STR(l.v[1].cmdline, "x");
		TAP_INT(l.v[1].initrd_count, 0);
	}
	TAP_INT(l.warnings.n, 5); /* A: initrd, left out; C: the same; the default */
	boot_list_release(&l);
}

/* Bodies run on the variables at the end of the configuration, and do not see
 * each other's. */
static void test_deferred(void)
{
	struct boot_list l;

	test_config("v=early\nmenuentry \"t $v\" { linux /k $v $w; w=leak; v=changed }\n"
		    "menuentry b { linux /k $v $w c=$chosen }\nv=late\n",
		    &l);
	TAP_INT(l.n, 2);
	if (l.n == 2) {
		TAP_STR(l.v[0].title, "t early");
		TAP_STR(l.v[0].cmdline, "late");
		TAP_STR(l.v[1].cmdline, "late c=b");
	}
	boot_list_release(&l);
}

static void test_submenus(void)
{
	struct boot_list l;

	test_config("hidden=1\nseen=2\nexport seen\n"
		    "submenu 'S' --id s {\n  menuentry x --id x1 { linux /k $hidden$seen $1 }\n"
		    "  submenu T { menuentry y { linux /k2 } }\n}\n"
		    "menuentry x { linux /k }\n"
		    "menuentry other { exported=3; export exported; configfile /menu }\n",
		    &l);
	TAP_INT(l.n, 4);
	if (l.n == 4) {
		TAP_STR(l.v[0].title, "S>x");
		TAP_STR(l.v[0].id, "x1");
		TAP_STR(l.v[0].cmdline, "2 x");
		TAP_STR(l.v[1].title, "S>T>y");
		TAP_STR(l.v[2].id, "x");
		TAP_STR(l.v[3].title, "other>inner");
		TAP_STR(l.v[3].cmdline, "3");
		TAP_STR(l.v[3].source, "vda1:/menu");
	}
	boot_list_release(&l);
}

static void test_ids_are_unique(void)
{
	struct boot_list l;

	test_config("menuentry a { linux /k }\nmenuentry a { linux /k }\nmenuentry a { linux /k }\n"
		    "submenu s { menuentry a { linux /k } }\n",
		    &l);
	TAP_INT(l.n, 4);
	for (size_t i = 0; i < l.n; i++)
		for (size_t j = 0; j < i; j++)
			TAP_OK(strcmp(l.v[i].id, l.v[j].id) != 0);
	boot_list_release(&l);
}

/* Which entry is marked; the menu is the same each time. */
static void test_default_is(const char *setting, const char *want)
{
	struct boot_list l;
	char text[1024];
	size_t marked = 0;

	snprintf(text, sizeof(text),
		 "%s\n"
		 "menuentry One --id one { linux /k }\n"
		 "menuentry Win --id win { chainloader +1 }\n"
		 "submenu Sub --id sub {\n"
		 "  menuentry Three --id three { linux /k }\n"
		 "  menuentry 'F>our' --id four { linux /k }\n}\n"
		 "menuentry Gone --id gone { linux /gone }\n"
		 "menuentry Two --id two { linux /k }\n",
		 setting);
	test_config(text, &l);
	TAP_INT(l.n, 4);
	for (size_t i = 0; i < l.n; i++)
		marked += l.v[i].is_default;
	TAP_INT(marked, 1);
	printf("# %s\n", setting);
	if (l.n)
		TAP_STR(boot_list_default(&l)->id, want);
	boot_list_release(&l);
}

static void test_default(void)
{
	test_default_is("", "one");
	test_default_is("default=0", "one");
	test_default_is("default=4", "two");
	test_default_is("default=two", "two");
	test_default_is("default=Two", "two");
	test_default_is("default=nothing", "one");
	test_default_is("default=99", "one");
	test_default_is("default=1", "one");
	test_default_is("default=win fallback=4", "one");
	test_default_is("default=win; set fallback='gone 4'", "two");
	test_default_is("default=gone; fallback=sub", "three");
	test_default_is("default=2", "three");
	test_default_is("set default='2>1'", "four");
	test_default_is("set default='sub>four'", "four");
	test_default_is("set default='Sub>F>>our'", "four");
	test_default_is("set default='sub>nothing'", "three");
	test_default_is("load_env; set default=\"${saved_entry}\"", "two");
}

static void test_other_configuration(void)
{
	static const struct rf_file files[] = {
		RF("/boot/grub/grub.cfg", "search.fs_uuid bbbb-2222 root hd0,gpt2\n"
					  "set prefix=($root)'/grub'\nconfigfile $prefix/grub.cfg\n"
					  "menuentry never { linux /k }\n"),
		RF("1:/grub/grub.cfg", "menuentry boot { linux /k3 p=$prefix }\n"),
		RF("1:/k3", "k"),
		RF("/k", "k"),
		RF(NULL, NULL),
	};
	struct boot_list l;

	TAP_INT(test_run_on(files, test_devices, 2, &l), 0);
	TAP_INT(l.n, 1);
	if (l.n == 1) {
		TAP_STR(l.v[0].id, "boot");
		TAP_STR(l.v[0].kernel.device, "vda2");
		TAP_STR(l.v[0].cmdline, "p=(hd0,gpt2)/grub");
		TAP_OK(l.v[0].is_default);
	}
	boot_list_release(&l);
}

/* A single directory of which nothing is known stands for every device that
 * the script names; a /boot that was a partition is now below it. */
static void test_unknown_devices(void)
{
	static const struct reader_device root[] = {{"root", "", "", "", ""}};
	static const struct rf_file files[] = {
		RF("/boot/grub/grub.cfg",
		   "set root='hd5,msdos7'\nsearch --fs-uuid --set=root unknown\n"
		   "menuentry a { linux /boot/k }\nmenuentry b { linux /k; initrd ($root)/i }\n"
		   "menuentry c { linux (loop)/boot/k }\n"),
		RF("/boot/k", "k"),
		RF("/boot/i", "i"),
		RF(NULL, NULL),
	};
	struct boot_list l;

	TAP_INT(test_run_on(files, root, 1, &l), 0);
	TAP_INT(l.n, 2);
	if (l.n == 2) {
		TAP_STR(l.v[0].kernel.path, "/boot/k");
		TAP_STR(l.v[1].kernel.path, "/boot/k");
		TAP_STR(l.v[1].initrds[0].path, "/boot/i");
		TAP_STR(l.v[1].initrds[0].device, "root");
	}
	boot_list_release(&l);
}

/* What cannot be understood costs its own statement only. */
static void test_broken(void)
{
	static const char *const broken[] = {
		"menuentry {",   "}",       "fi",         "if true then\nfi", "a && b",
		"for x y; do",   "{ x }",   "function {", "while true; do",   "echo | cat",
		"menuentry b a", "submenu", "case x in",
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct boot_list l;
		char text[512];

		/* The closing lines let a cut statement end where it can. */
		snprintf(text, sizeof(text),
			 "menuentry first { linux /k }\n%s\n}\ndone\n"
			 "menuentry last { linux /k }\n",
			 broken[i]);
		test_config(text, &l);
		printf("# %s\n", broken[i]);
		TAP_OK(l.n == 2);
		TAP_OK(l.warnings.n > 0);
		if (l.warnings.n)
			TAP_HAS(l.warnings.v[0], "vda1:/boot/grub/grub.cfg:");
		boot_list_release(&l);
	}
}

static void test_bounds(void)
{
	static const char *const hostile[] = {
		"while true; do true; done",
		"a=x; while true; do a=$a$a; done",
		"function f { f; }\nf",
		"function f { f | f; }\nsource /boot/grub/grub.cfg",
		"configfile /boot/grub/grub.cfg",
		"a=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do a=\"$a$a\"; "
		"done",
		"for a in 1 2 3; do for b in $a $a $a; do eval \"while true; do x=$b; done\"; "
		"done; done",
	};

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct boot_list l;
		char text[512];

		snprintf(text, sizeof(text), "menuentry a { %s\n}\nmenuentry b { linux /k }\n",
			 hostile[i][0] == 'f' && hostile[i][1] == 'u' ? "true" : hostile[i]);
		test_config(text, &l);
		printf("# %s\n", hostile[i]);
		TAP_OK(l.n >= 1 && l.n < 20);
		boot_list_release(&l);
		snprintf(text, sizeof(text), "menuentry b { linux /k }\n%s\n", hostile[i]);
		test_config(text, &l);
		TAP_OK(l.n >= 1);
		boot_list_release(&l);
	}
}

static void test_warnings_name_the_place(void)
{
	struct boot_list l;

	test_config("\n\nno_such_thing 1\nno_such_thing 2\nmenuentry a { linux /k }\n", &l);
	TAP_INT(l.warnings.n, 1);
	if (l.warnings.n)
		TAP_HAS(l.warnings.v[0],
			"vda1:/boot/grub/grub.cfg:3: unknown command no_such_thing");
	boot_list_release(&l);
}

int main(void)
{
	TAP_RUN(test_quoting);
	TAP_RUN(test_variables);
	TAP_RUN(test_conditions);
	TAP_RUN(test_compound);
	TAP_RUN(test_functions);
	TAP_RUN(test_commands);
	TAP_RUN(test_wildcards);
	TAP_RUN(test_newc);
	TAP_RUN(test_saves);
	TAP_RUN(test_boot_counter);
	TAP_RUN(test_timeout);
	TAP_RUN(test_user_env);
	TAP_RUN(test_search);
	TAP_RUN(test_presets);
	TAP_RUN(test_entry);
	TAP_RUN(test_deferred);
	TAP_RUN(test_submenus);
	TAP_RUN(test_ids_are_unique);
	TAP_RUN(test_default);
	TAP_RUN(test_other_configuration);
	TAP_RUN(test_unknown_devices);
	TAP_RUN(test_broken);
	TAP_RUN(test_bounds);
	TAP_RUN(test_warnings_name_the_place);
	return tap_done();
}
