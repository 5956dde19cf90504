/* test-entry-lines.c - boot entries as lines for programs */
#include "bootconf/entry.h"
#include "find/entry_lines.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/strv.h"

#include <string.h>

static struct boot_entry *test_add(struct boot_list *l, const char *id, const char *title,
				   const char *kernel)
{
	struct boot_entry *e = boot_list_add(l);

	TAP_OK(e != NULL);
	e->id = strdup(id);
	e->title = strdup(title);
	e->source = strdup("root:/boot/grub/grub.cfg");
	e->reader = "grub";
	TAP_INT(boot_file_set(&e->kernel, "root", kernel), 0);
	return e;
}

static void test_fields(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	CLEANUP(strv_release) struct strv versions = {0};
	struct boot_entry *e = test_add(&l, "first", "Rescue", "/boot/vmlinuz");

	e->cmdline = strdup("root=LABEL=a  ro\tquiet");
	e = test_add(&l, "second", "Debian GNU/Linux", "/boot/vmlinuz-6.1.0-56-amd64");
	e->is_default = true;
	TAP_INT(boot_entry_add_initrd(e, "root", "/boot/microcode.img"), 0);
	TAP_INT(boot_entry_add_initrd(e, "vda2", "/initrd.img"), 0);
	TAP_INT(strv_add(&versions, ""), 0);
	TAP_INT(strv_add(&versions, "6.1.0-56-amd64"), 0);

	CLEANUP_FREE char *none = entry_lines(&l, NULL);
	TAP_STR(none, "no\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/vmlinuz\t\t\t"
		      "root=LABEL=a  ro\\011quiet\tfirst\tRescue\n"
		      "yes\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/vmlinuz-6.1.0-56-amd64\t\t"
		      "root:/boot/microcode.img vda2:/initrd.img\t\tsecond\tDebian GNU/Linux\n");
	CLEANUP_FREE char *all = entry_lines(&l, &versions);
	TAP_OK(all && strstr(all, "vmlinuz-6.1.0-56-amd64\t6.1.0-56-amd64\troot:/boot/micro"));
	CLEANUP_FREE char *one = entry_lines_one(&l, &l.v[1], "6.1.0-56-amd64");
	TAP_OK(one && all && !strcmp(one, strchr(all, '\n') + 1));
	CLEANUP_FREE char *first = entry_lines_one(&l, &l.v[0], NULL);
	TAP_OK(first && none && !strncmp(first, none, strlen(first)) && !strncmp(first, "no\t", 3));
}

/* Nothing that a configuration says can look like another field or line. */
static void test_hostile(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	struct boot_entry *e = test_add(&l, "a\tb", "new\nline \\040 \x1b[2J\x7f", "/a b\t#1+2:c");

	free(e->source);
	e->source = strdup("root:/a b");
	TAP_INT(boot_file_set(&e->kernel, "a:b c", "/a b\t#1+2:c"), 0);
	e->kernel.offset = 512;
	e->kernel.size = 4096;
	TAP_INT(boot_entry_add_initrd(e, NULL, "/i"), 0);
	e->initrds[0].newc = strdup("/x: y");
	CLEANUP_FREE char *text = entry_lines(&l, NULL);
	TAP_STR(text, "yes\tgrub\troot:/a\\040b\ta\\072b\\040c:/a\\040b\\011\\0431+2:c#512+4096\t\t"
		      "newc:/x\\072\\040y:?:/i\t\ta\\011b\t"
		      "new\\012line \\134040 \\033[2J\\177\n");
}

static void test_empty(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	CLEANUP_FREE char *text = entry_lines(&l, NULL);

	TAP_STR(text, "");
	TAP_OK(boot_list_add(&l) != NULL);
	CLEANUP_FREE char *bare = entry_lines(&l, NULL);
	TAP_STR(bare, "yes\t\t\t\t\t\t\t\t\n");
}

int main(void)
{
	TAP_RUN(test_fields);
	TAP_RUN(test_hostile);
	TAP_RUN(test_empty);
	return tap_done();
}
