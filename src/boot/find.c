/* find.c - see find.h: which configuration counts, and what if there is none */
#include "boot/find.h"
#include "bootconf/grub.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#define FIND_MAX_NAMES 4096u /* of a directory that are looked at */

/* Where GRUB's configuration is, on a file system that holds /boot or is it. */
static const char *const find_grub_paths[] = {
	"/boot/grub/grub.cfg",
	"/boot/grub2/grub.cfg",
	"/grub/grub.cfg",
	"/grub2/grub.cfg",
};

/* Directories of an EFI system partition, itself a tree or mounted in one. */
static const char *const find_efi_dirs[] = {"/EFI", "/efi", "/boot/efi/EFI", "/efi/EFI"};

struct find {
	const struct boot_trees *trees;
	struct reader_device *devices; /* owned; as the trees */
	struct reader_facts facts;
	struct boot_list *list;
};

static int find_read(void *ctx, size_t device, const char *path, size_t max, char **out,
		     size_t *len)
{
	const struct find *f = ctx;

	return boot_tree_read(&f->trees->v[device], path, max, out, len);
}

static enum reader_kind find_stat(void *ctx, size_t device, const char *path, uint64_t *size)
{
	const struct find *f = ctx;
	struct stat st;

	if (boot_tree_stat(&f->trees->v[device], path, &st) < 0)
		return READER_NONE;
	if (size)
		*size = (uint64_t)st.st_size;
	if (S_ISDIR(st.st_mode))
		return READER_DIRECTORY;
	return S_ISREG(st.st_mode) ? READER_REGULAR : READER_NONE;
}

static int find_read_at(void *ctx, size_t device, const char *path, uint64_t offset, size_t size,
			void **out)
{
	const struct find *f = ctx;
	CLEANUP_FD int fd = boot_tree_open(&f->trees->v[device], path);
	CLEANUP_FREE char *data = NULL;
	int r;

	if (fd < 0)
		return fd;
	data = malloc(size + 1);
	if (!data)
		return -ENOMEM;
	r = io_pread_full(fd, data, size, offset);
	if (r < 0)
		return r;
	data[size] = '\0';
	*out = data;
	data = NULL;
	return 0;
}

static int find_compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int find_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	const struct find *f = ctx;
	int fd = boot_tree_openat(&f->trees->v[device], path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;
	int r = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	while (!r && names->n < FIND_MAX_NAMES && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			r = strv_add(names, d->d_name);
	closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), find_compare_names);
	return r;
}

static void find_release(struct find *f)
{
	free(f->devices);
}

static const char *find_machine(void)
{
	static struct utsname name;

	return uname(&name) == 0 ? name.machine : "";
}

static int find_init(struct find *f, const struct boot_find_options *o)
{
	const char *platform = o ? o->platform : NULL;

	if (!platform)
		platform = access("/sys/firmware/efi", F_OK) == 0 ? "efi" : "pc";
	f->devices = calloc(f->trees->n + 1, sizeof(*f->devices));
	if (!f->devices)
		return -ENOMEM;
	for (size_t i = 0; i < f->trees->n; i++) {
		const struct boot_tree *t = &f->trees->v[i];

		f->devices[i] = (struct reader_device){.name = t->name,
						       .uuid = t->uuid,
						       .label = t->label,
						       .partuuid = "",
						       .grub = t->grub};
	}
	f->facts = (struct reader_facts){
		.devices = f->devices,
		.n = f->trees->n,
		.platform = platform,
		.machine = find_machine(),
		.read = find_read,
		.read_at = find_read_at,
		.stat = find_stat,
		.list = find_list,
		.ctx = f,
	};
	return 0;
}

/* One configuration; 1: it gave entries. */
static int find_try(struct find *f, size_t tree, const char *path)
{
	size_t before = f->list->n;
	int r = grub_evaluate(&f->facts, tree, path, f->list);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || f->list->n > before)
		return f->list->n > before;
	strv_addf(&f->list->warnings, "%s:%s: has no entry that can be booted",
		  f->trees->v[tree].name, path);
	return 0;
}

static int find_try_if_there(struct find *f, size_t tree, const char *path)
{
	return find_stat(f, tree, path, NULL) == READER_REGULAR ? find_try(f, tree, path) : 0;
}

static int find_efi(struct find *f, size_t tree)
{
	int r = 0;

	for (size_t d = 0; d < sizeof(find_efi_dirs) / sizeof(find_efi_dirs[0]) && !r; d++) {
		CLEANUP(strv_release) struct strv vendors = {0};

		find_list(f, tree, find_efi_dirs[d], &vendors);
		for (size_t i = 0; i < vendors.n && !r; i++) {
			CLEANUP_FREE char *path = NULL;

			if (asprintf(&path, "%s/%s/grub.cfg", find_efi_dirs[d], vendors.v[i]) < 0) {
				path = NULL;
				return -ENOMEM;
			}
			r = find_try_if_there(f, tree, path);
		}
	}
	return r;
}

static int find_grub(struct find *f)
{
	int r = 0;

	for (size_t t = 0; t < f->trees->n && !r; t++)
		for (size_t i = 0; i < sizeof(find_grub_paths) / sizeof(find_grub_paths[0]) && !r;
		     i++)
			r = find_try_if_there(f, t, find_grub_paths[i]);
	for (size_t t = 0; t < f->trees->n && !r; t++)
		r = find_efi(f, t);
	return r;
}

/* The last resort: kernels in /boot, and the initrd of the same version. */
static int find_compare_versions(const void *a, const void *b)
{
	return strverscmp(*(char *const *)b, *(char *const *)a);
}

/* NULL when @name is no kernel's name, else its version (perhaps ""). */
static const char *find_version(const char *name)
{
	static const char *const prefixes[] = {"vmlinuz-", "vmlinux-", "kernel-", "bzImage-"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return name + strlen(prefixes[i]);
	return NULL;
}

static int find_pair_initrd(struct find *f, size_t tree, const char *version, struct boot_entry *e)
{
	static const char *const forms[][2] = {{"/boot/initrd.img-", ""},
					       {"/boot/initramfs-", ".img"},
					       {"/boot/initrd-", ""},
					       {"/boot/initrd-", ".img"},
					       {"/boot/initramfs-", ""}};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		CLEANUP_FREE char *path = NULL;

		if (asprintf(&path, "%s%s%s", forms[i][0], version, forms[i][1]) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		if (find_stat(f, tree, path, NULL) == READER_REGULAR)
			return boot_entry_add_initrd(e, f->trees->v[tree].name, path);
	}
	return 0;
}

static int find_pair(struct find *f, size_t tree, const char *kernel)
{
	const struct boot_tree *t = &f->trees->v[tree];
	struct boot_entry *e;
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "/boot/%s", kernel) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (find_stat(f, tree, path, NULL) != READER_REGULAR)
		return 0;
	e = boot_list_add(f->list);
	if (!e || boot_file_set(&e->kernel, t->name, path) < 0 ||
	    asprintf(&e->id, "%s:%s", t->name, kernel) < 0 ||
	    asprintf(&e->title, "Linux %s on %s (no boot configuration found)",
		     find_version(kernel), t->name) < 0 ||
	    asprintf(&e->source, "%s:/boot", t->name) < 0 ||
	    asprintf(&e->cmdline, "root=UUID=%s ro", t->uuid) < 0)
		return -ENOMEM;
	return find_pair_initrd(f, tree, find_version(kernel), e);
}

/* Only a tree whose UUID is known: a guessed root= could start a stranger. */
static int find_kernels(struct find *f)
{
	for (size_t t = 0; t < f->trees->n; t++) {
		CLEANUP(strv_release) struct strv names = {0};
		int r = 0;

		if (!f->trees->v[t].uuid[0] || find_stat(f, t, "/etc", NULL) != READER_DIRECTORY)
			continue;
		find_list(f, t, "/boot", &names);
		if (names.n)
			qsort(names.v, names.n, sizeof(*names.v), find_compare_versions);
		for (size_t i = 0; i < names.n && !r; i++)
			if (find_version(names.v[i]))
				r = find_pair(f, t, names.v[i]);
		if (r < 0)
			return r;
	}
	if (!f->list->n)
		return 0;
	f->list->v[0].is_default = true;
	return strv_add(&f->list->warnings, "no boot configuration was found: kernels of /boot are "
					    "offered with a command line that is a guess");
}

static int find_nothing(struct find *f)
{
	char where[256] = "";

	for (size_t i = 0; i < f->trees->n; i++) {
		size_t len = strlen(where);

		snprintf(where + len, sizeof(where) - len, "%s%s", i ? " " : "",
			 f->trees->v[i].name);
	}
	return strv_addf(&f->list->warnings,
			 "nothing to boot was found on: %s; looked for grub.cfg in /boot/grub, "
			 "/boot/grub2, /grub, /grub2 and EFI/*, and for /boot/vmlinuz-*",
			 *where ? where : "no file system at all");
}

static int find_config(struct find *f, const char *config)
{
	if (!f->trees->n)
		return -EINVAL;
	if (*config == '/')
		return find_try(f, 0, config);
	strv_addf(&f->list->warnings, "%s: the path of a configuration begins with /", config);
	return -EINVAL;
}

int boot_find(const struct boot_trees *trees, const struct boot_find_options *options,
	      struct boot_list *list)
{
	CLEANUP(find_release) struct find f = {.trees = trees, .list = list};
	int r = find_init(&f, options);

	if (r < 0)
		return r;
	if (options && options->config) {
		r = find_config(&f, options->config);
		return r < 0 ? r : 0;
	}
	r = find_grub(&f);
	if (!r)
		r = find_kernels(&f);
	if (r >= 0 && !list->n)
		r = find_nothing(&f);
	return r < 0 ? r : 0;
}
