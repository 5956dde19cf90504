/* test-entries.c - boot entries in the migrated root's own paths */
#include "receive/entries.h"
#include "tap.h"
#include "util/cleanup.h"

static struct find_tree tree[3] = {{.name = "root"}, {.name = "vda2"}, {.name = "vda1"}};
static const struct find_trees trees = {.v = tree, .n = 3};
static const char *const mounts[] = {"", "/boot", "/boot/efi"};

static void test_translate(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	struct boot_entry *e = boot_list_add(&l);

	TAP_INT(boot_file_set(&e->kernel, "vda2", "/vmlinuz-6.1"), 0);
	TAP_INT(boot_entry_add_initrd(e, "vda1", "/EFI/Linux/a.efi"), 0);
	e->initrds[0].offset = 4096;
	TAP_INT(boot_entry_add_initrd(e, "root", "/boot/initrd.img"), 0);
	TAP_INT(boot_entry_add_initrd(e, "vda", "/x"), 0);
	TAP_INT(boot_entry_add_initrd(e, NULL, "/y"), 0);
	e->source = strdup("vda2:/grub/grub.cfg");
	TAP_INT(entries_translate(&trees, mounts, e), 0);
	TAP_STR(e->kernel.device, "root");
	TAP_STR(e->kernel.path, "/boot/vmlinuz-6.1");
	TAP_STR(e->initrds[0].path, "/boot/efi/EFI/Linux/a.efi");
	TAP_INT(e->initrds[0].offset, 4096);
	TAP_STR(e->initrds[1].path, "/boot/initrd.img");
	/* What is not known stays as it is. */
	TAP_STR(e->initrds[2].device, "vda");
	TAP_STR(e->initrds[2].path, "/x");
	TAP_STR(e->initrds[3].path, "/y");
	TAP_STR(e->source, "root:/boot/grub/grub.cfg");
}

static void test_nothing(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	struct boot_entry *e = boot_list_add(&l);

	TAP_INT(entries_translate(&trees, mounts, e), 0);
	e->source = strdup("kernels");
	TAP_INT(entries_translate(&trees, mounts, e), 0);
	TAP_STR(e->source, "kernels");
}

int main(void)
{
	TAP_RUN(test_translate);
	TAP_RUN(test_nothing);
	return tap_done();
}
