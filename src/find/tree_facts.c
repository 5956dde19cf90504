/* tree_facts.c - see tree_facts.h */
#include "find/tree_facts.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#define TREE_MAX_NAMES 4096u /* of a directory that are looked at */

static int tree_read(void *ctx, size_t device, const char *path, size_t max, char **out,
		     size_t *len)
{
	const struct tree_facts *f = ctx;

	return find_tree_read(&f->trees->v[device], path, max, out, len);
}

static int tree_read_at(void *ctx, size_t device, const char *path, uint64_t offset, size_t size,
			void **out)
{
	const struct tree_facts *f = ctx;
	CLEANUP_FD int fd = find_tree_open(&f->trees->v[device], path);
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
	*out = STEAL(data);
	return 0;
}

static enum reader_kind tree_stat(void *ctx, size_t device, const char *path, uint64_t *size)
{
	const struct tree_facts *f = ctx;
	struct stat st;

	if (find_tree_stat(&f->trees->v[device], path, &st) < 0)
		return READER_NONE;
	if (size)
		*size = (uint64_t)st.st_size;
	if (S_ISDIR(st.st_mode))
		return READER_DIRECTORY;
	return S_ISREG(st.st_mode) ? READER_REGULAR : READER_NONE;
}

static int tree_compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int tree_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	const struct tree_facts *f = ctx;
	int fd = find_tree_openat(&f->trees->v[device], path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;
	size_t before = names->n;
	int r = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	while (!r && names->n - before < TREE_MAX_NAMES && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			r = strv_add(names, d->d_name);
	closedir(dir);
	if (names->n > before)
		qsort(names->v + before, names->n - before, sizeof(*names->v), tree_compare_names);
	return r;
}

void tree_facts_release(struct tree_facts *f)
{
	free(f->devices);
	f->devices = NULL;
}

static const char *tree_machine(void)
{
	static struct utsname name;

	return uname(&name) == 0 ? name.machine : "";
}

int tree_facts_init(struct tree_facts *f, const struct find_trees *trees, const char *platform,
		    const struct strv *env)
{
	if (!platform)
		platform = access("/sys/firmware/efi", F_OK) == 0 ? "efi" : "pc";
	*f = (struct tree_facts){.trees = trees};
	f->devices = calloc(trees->n + 1, sizeof(*f->devices));
	if (!f->devices)
		return -ENOMEM;
	for (size_t i = 0; i < trees->n; i++) {
		const struct find_tree *t = &trees->v[i];

		f->devices[i] = (struct reader_device){.name = t->name,
						       .uuid = t->uuid,
						       .label = t->label,
						       .partuuid = t->partuuid,
						       .grub = t->grub};
	}
	f->facts = (struct reader_facts){
		.devices = f->devices,
		.n = trees->n,
		.platform = platform,
		.machine = tree_machine(),
		.env = env,
		.read = tree_read,
		.read_at = tree_read_at,
		.stat = tree_stat,
		.list = tree_list,
		.ctx = f,
	};
	return 0;
}
