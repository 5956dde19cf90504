/* boot-save.c - for tests: what starting an entry of a disk would save
 *
 * boot-save DEVICE ID [default]
 */
#include "find/find.h"
#include "find/save.h"
#include "find/scan.h"
#include "util/log.h"

#include <stdio.h>
#include <string.h>

static int save_entry(const struct strv *devices, const char *id, bool make_default)
{
	struct find_trees trees = {0};
	struct boot_list list = {0};
	struct err_text why = {""};
	const struct boot_entry *e;
	int r = scan_disks(&trees, devices, &list.warnings);

	if (!r)
		r = find_entries(&trees, NULL, &list);
	e = boot_list_find(&list, id);
	if (!r && e)
		r = save_commit(&trees, e, make_default, &why);
	if (r || !e)
		printf("# %s\n", e ? why.text : "no such entry");
	boot_list_release(&list);
	find_trees_release(&trees);
	return r || !e;
}

int main(int argc, char **argv)
{
	struct strv devices = {0};
	int status;

	log_init("boot-save");
	if (argc < 3 || strv_add(&devices, argv[1]) < 0)
		return 1;
	status = save_entry(&devices, argv[2], argc > 3 && !strcmp(argv[3], "default"));
	strv_release(&devices);
	return status;
}
