/* test-bls.c - boot loader entries: their text, their names, GRUB's dialects */
#include "bootconf/bls.h"
#include "bootconf/bls_conf.h"
#include "bootconf/bls_name.h"
#include "bootconf/grub/grub.h"
#include "bootconf/uki.h"
#include "pe-image.h"
#include "reader-files.h"
#include "tap.h"
#include "util/cleanup.h"

#include <errno.h>

static const struct reader_device devices[] = {
	{"vda1", "1234-ABCD", "ESP", "", "hd0,gpt1"},
	{"vda2", "bbbb-2222", "boot", "", "hd0,gpt2"},
};

static void test_conf(void)
{
	CLEANUP(bls_conf_release) struct bls_conf c = {0};
	char *text = strdup("# a comment\n\n  title \t A title  \r\nkey\noptions a\noptions  b \n");

	TAP_INT(bls_conf_parse(text, BLS_UAPI, &c), 0);
	TAP_INT(c.n, 3);
	TAP_STR(bls_conf_last(&c, "title"), "A title");
	TAP_STR(bls_conf_last(&c, "options"), "b");
	TAP_STR(bls_conf_next(&c, "options", 0)->value, "a");
	TAP_INT(bls_conf_next(&c, "options", 0)->line, 5);
	TAP_OK(!bls_conf_last(&c, "key"));
}

/* GRUB stops at an empty line. */
static void test_conf_grub(void)
{
	CLEANUP(bls_conf_release) struct bls_conf c = {0};
	char *text = strdup("title A\n# x\nlinux /k\n\noptions lost\n");

	TAP_INT(bls_conf_parse(text, BLS_GRUB, &c), 0);
	TAP_INT(c.n, 2);
	TAP_OK(!bls_conf_last(&c, "options"));
}

static void test_conf_bound(void)
{
	struct bls_conf c = {0};
	char *text = calloc(1, 5000 * 4 + 1);

	for (unsigned i = 0; i < 5000; i++)
		memcpy(text + i * 4, "a b\n", 4);
	TAP_INT(bls_conf_parse(text, BLS_UAPI, &c), -E2BIG);
	TAP_OK(!c.text && !c.v);
}

static void check_name(const char *file, const char *id, long left, unsigned long done)
{
	struct bls_name n;

	TAP_OK(bls_name_parse(file, ".conf", &n));
	TAP_STR(n.id, id);
	TAP_INT(n.counted ? (long)n.left : -1, left);
	TAP_INT(n.done, done);
	bls_name_release(&n);
}

static void test_names(void)
{
	struct bls_name n;

	check_name("a.conf", "a.conf", -1, 0);
	check_name("a+3.conf", "a.conf", 3, 0);
	check_name("a+0-3.conf", "a.conf", 0, 3);
	check_name("a+3-0.CONF", "a.conf", 3, 0);
	check_name("a-3.conf", "a-3.conf", -1, 0);
	check_name("a+b.conf", "a+b.conf", -1, 0);
	check_name("a+.conf", "a+.conf", -1, 0);
	check_name("a+1-.conf", "a+1-.conf", -1, 0);
	check_name("a+1-2-3.conf", "a+1-2-3.conf", -1, 0);
	check_name("+3.conf", "+3.conf", -1, 0);
	check_name("+3-1.conf", "+3-1.conf", -1, 0);
	check_name("a+99999999999999.conf", "a+99999999999999.conf", -1, 0);
	check_name("a+1+2.conf", "a+1.conf", 2, 0);
	TAP_OK(!bls_name_parse(".conf", ".conf", &n));
	TAP_OK(!bls_name_parse("a.txt", ".conf", &n));
}

static void check_osrel(const char *text, const char *want)
{
	char *got = uki_osrel_get(text, "NAME");

	if (want)
		TAP_STR(got, want);
	else
		TAP_OK(!got);
	free(got);
}

static void test_osrel(void)
{
	check_osrel("NAME=a\n", "a");
	check_osrel("ID=x\nNAME=\"a b\"\n", "a b");
	check_osrel("NAME='a\\b'", "a\\b");
	check_osrel("NAME=\"a \\\"b\\\" \\$c\"", "a \"b\" $c");
	check_osrel("  NAME=a b \r\n", "a b");
	check_osrel("#NAME=a\nXNAME=b\nNAMEX=c\n", NULL);
	check_osrel("NAME=\n", "");
	check_osrel("NAME=\"open", "open");
	check_osrel("\n\n\nNAME=a", "a");
	check_osrel("", NULL);
}

static void run(reader_fn *reader, const char *path, const struct rf_file *files,
		struct boot_list *l)
{
	struct reader_facts facts = rf_facts(devices, 2, files);

	facts.platform = "efi";
	*l = (struct boot_list){0};
	TAP_INT(reader(&facts, 0, path, l), 0);
}

/* The ids in menu order, the default with a star. */
static void check_order(const struct boot_list *l, const char *want)
{
	char got[512] = "";

	for (size_t i = 0; i < l->n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s%s", i ? " " : "",
			 l->v[i].is_default ? "*" : "", l->v[i].id);
	TAP_STR(got, want);
}

static void test_timeout(void)
{
	static const struct {
		const char *text;
		bool has;
		unsigned timeout;
	} rows[] = {{"timeout 7\n", true, 7},
		    {"timeout menu-force\n", false, 0},
		    {"timeout menu-hidden\n", true, 0},
		    {"timeout 0\n", true, 0},
		    {"timeout soon\n", false, 0},
		    {"", false, 0},
		    {"timeout 4000000000\n", true, 3600}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rf_file files[] = {RF("/loader/loader.conf", rows[i].text),
						RF("/loader/entries/a.conf", "linux /k\n"),
						RF("/k", "k"), RF(NULL, NULL)};
		struct boot_list l;

		run(bls_evaluate, "/loader", files, &l);
		TAP_INT(l.has_timeout, rows[i].has);
		TAP_INT(l.timeout, rows[i].timeout);
		check_order(&l, "*a.conf");
		TAP_STR(l.n ? l.v[0].title : "", "a.conf");
		boot_list_release(&l);
	}
}

static void test_default(void)
{
	static const char *const rows[][2] = {
		{"default b.conf", "c.conf *b.conf a.conf"},
		{"default B", "c.conf *b.conf a.conf"},
		{"default [ab]*", "c.conf *b.conf a.conf"},
		{"default auto-windows", "*c.conf b.conf a.conf"},
		{"default @saved", "*c.conf b.conf a.conf"},
		{"default nothing\ndefault a*", "c.conf b.conf *a.conf"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rf_file files[] = {RF("/loader/loader.conf", rows[i][0]),
						RF("/loader/entries/a.conf", "linux /k\n"),
						RF("/loader/entries/b.conf", "linux k\n"),
						RF("/loader/entries/c.conf", "linux //k\n"),
						RF("/k", "k"),
						RF(NULL, NULL)};
		struct boot_list l;

		run(bls_evaluate, "/loader", files, &l);
		check_order(&l, rows[i][1]);
		boot_list_release(&l);
	}
}

/* The same id on both partitions; another disk's are not merged. */
static void test_partitions(void)
{
	static const struct rf_file files[] = {
		RF("/loader/entries/a.conf", "title One\nlinux /k\n"),
		RF("1:/loader/entries/a.conf", "title Two\nlinux /k\n"), RF("/k", "k"),
		RF("1:/k", "k"), RF(NULL, NULL)};
	struct reader_device other[] = {devices[0], devices[1]};
	struct reader_facts facts = rf_facts(other, 2, files);
	struct boot_list l;

	run(bls_evaluate, "/loader", files, &l);
	check_order(&l, "*a.conf a.conf#2");
	boot_list_release(&l);
	other[1].grub = "hd1,gpt2";
	l = (struct boot_list){0};
	TAP_INT(bls_evaluate(&facts, 0, "/loader", &l), 0);
	check_order(&l, "*a.conf");
	boot_list_release(&l);
	TAP_INT(bls_evaluate(&facts, 0, "/none/loader", &l), -ENOENT);
	boot_list_release(&l);
}

/* Runs grub.cfg = @script beside these entries. */
static void check_grub(const char *script, const char *want)
{
	const struct rf_file files[] = {
		RF("/grub/grub.cfg", script),
		RF("/loader/entries/m-6.9-1.conf", "title New\nlinux /k\noptions new\n"),
		RF("/loader/entries/m-6.10-1.conf", "title Newest\nlinux /k\ninitrd /d/i\n"),
		RF("/loader/entries/m-0-rescue.conf", "title Rescue\nlinux /k\noptions $a b\n"),
		RF("/loader/entries/empty.conf", "title None\n"),
		RF("/other/x.conf", "title X\nlinux /k\noptions \"q w\" ${late}\noptions lost\n"),
		RF("/other/y.conf", "title Y\n\nlinux /k\n"),
		RF("/k", "k"),
		RF("/d/i", "i"),
		RF("/d/e1", "i"),
		RF("/d/e2", "i"),
		RF("/e1", "i"),
		RF("/e2", "i"),
		RF(NULL, NULL),
	};
	struct boot_list l;
	char got[512] = "";

	run(grub_evaluate, "/grub/grub.cfg", files, &l);
	for (size_t i = 0; i < l.n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s%s[%s]%zu",
			 i ? " " : "", l.v[i].is_default ? "*" : "", l.v[i].id, l.v[i].cmdline,
			 l.v[i].initrd_count);
	TAP_STR(got, want);
	if (strcmp(got, want) != 0)
		for (size_t i = 0; i < l.warnings.n; i++)
			printf("# %s\n", l.warnings.v[i]);
	boot_list_release(&l);
}

static void test_blscfg(void)
{
	check_grub("blscfg", "*m-6.10-1[]1 m-6.9-1[new]0 m-0-rescue[b]0");
	check_grub("set default=m-6.9-1\nblscfg", "m-6.10-1[]1 *m-6.9-1[new]0 m-0-rescue[b]0");
	check_grub("a=1; default_kernelopts=\"dk $a\"\nblscfg",
		   "*m-6.10-1[dk 1]1 m-6.9-1[new]0 m-0-rescue[1 b]0");
	check_grub("early_initrd='e1 e2'\nblscfg", "*m-6.10-1[]3 m-6.9-1[new]2 m-0-rescue[b]2");
	check_grub("default=2\nblscfg default", "*m-0-rescue[b]0");
	check_grub("default=2\nblscfg non-default", "*m-6.10-1[]1 m-6.9-1[new]0");
	check_grub("blscfg m-6.9-1", "*m-6.9-1[new]0");
	check_grub("blsdir=/other; late=l\nblscfg", "*x[\"q w\" l]0");
	check_grub("blscfg (hd0,gpt1)/other", "*x[\"q w\"]0");
	/* GRUB 2.14 */
	check_grub("blscfg --path /other", "*x[\"q w\"]0");
	check_grub("blscfg --path=/nothing --enable-fallback -e m-6.9-1", "*m-6.9-1[new]0");
	check_grub("blscfg -p /other/x.conf", "*x[\"q w\"]0");
	check_grub("blscfg --dance", "");
	check_grub("menuentry first { linux /k }\nblscfg\n",
		   "*first[]0 m-6.10-1[]1 m-6.9-1[new]0 m-0-rescue[b]0");
}

/* A damaged image among GRUB's is told, and the others stay. */
static void test_grub_uki(void)
{
	static const struct pe_image_section sections[] = {
		{.name = ".linux", .data = "k"}, {.name = ".cmdline", .data = "quiet"}, {NULL}};
	size_t len;
	uint8_t *image = pe_image(PE_MACHINE_AMD64, sections, &len);
	const struct rf_file files[] = {RF("/EFI/x/grub.cfg",
					   "uki\nmenuentry m { chainloader /EFI/Linux/b.efi @7 }\n"
					   "menuentry n { chainloader +1 }"),
					{"/EFI/Linux/a-9.efi", image, len - 512},
					{"/EFI/Linux/b-9.efi", image, len},
					{"/EFI/Linux/b-10.efi", image, len},
					{"/EFI/Linux/b.efi", image, len},
					RF(NULL, NULL)};
	struct boot_list l;

	run(grub_evaluate, "/EFI/x/grub.cfg", files, &l);
	check_order(&l, "*b-10.efi b-9.efi b.efi");
	TAP_INT(l.n && l.v[0].kernel.size, 1);
	TAP_OK(l.warnings.n > 0);
	TAP_HAS(l.warnings.n ? l.warnings.v[0] : "", "a-9.efi is left out: the section .cmdline");
	boot_list_release(&l);
	free(image);
}

int main(void)
{
	TAP_RUN(test_conf);
	TAP_RUN(test_conf_grub);
	TAP_RUN(test_conf_bound);
	TAP_RUN(test_names);
	TAP_RUN(test_osrel);
	TAP_RUN(test_timeout);
	TAP_RUN(test_default);
	TAP_RUN(test_partitions);
	TAP_RUN(test_blscfg);
	TAP_RUN(test_grub_uki);
	return tap_done();
}
