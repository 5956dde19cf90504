/* direct.c - see direct.h */
#include "boot/direct.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

/* Paths are relative to where the user is, those of an entry absolute. */
static char *direct_path(const char *file)
{
	char *path = realpath(file, NULL);

	if (!path)
		log_error("%s: %m", file);
	return path;
}

static int direct_set(struct boot_file *f, const char *file)
{
	CLEANUP_FREE char *path = direct_path(file);

	return path ? boot_file_set(f, "root", path) : -ENOENT;
}

int direct_entry(const struct direct_files *files, struct find_trees *trees, struct boot_entry *out)
{
	int r = find_trees_add(trees, "/", "root", "", "", "");

	if (!r)
		r = direct_set(&out->kernel, files->kernel);
	for (size_t i = 0; i < files->initrds->n && !r; i++) {
		CLEANUP_FREE char *path = direct_path(files->initrds->v[i]);

		r = path ? boot_entry_add_initrd(out, "root", path) : -ENOENT;
	}
	if (!r && files->dtb)
		r = direct_set(&out->devicetree, files->dtb);
	if (r < 0)
		return r;
	out->id = strdup("direct");
	out->title = strdup(files->kernel);
	out->source = strdup("the command line");
	out->cmdline = strdup(files->cmdline);
	return out->id && out->title && out->source && out->cmdline ? 0 : -ENOMEM;
}
