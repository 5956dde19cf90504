/* pair.c - see pair.h */
#include "find/pair.h"
#include "find/pair_text.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define PAIR_MAX_TEXT ((size_t)256 << 10) /* bytes of a file in /etc */

struct pair {
	const struct tree_facts *f;
	struct boot_list *list;
	size_t root; /* the tree that has /etc for the kernels at hand */
	bool guessed;
};

static enum reader_kind pair_stat(const struct pair *p, size_t tree, const char *path)
{
	return p->f->facts.stat(p->f->facts.ctx, tree, path, NULL);
}

static char *pair_read(const struct pair *p, size_t tree, const char *path)
{
	char *text = NULL;
	size_t len;

	if (p->f->facts.read(p->f->facts.ctx, tree, path, PAIR_MAX_TEXT, &text, &len) < 0)
		return NULL;
	return text;
}

static bool pair_is_root(const struct pair *p, size_t tree)
{
	return pair_stat(p, tree, "/etc/fstab") == READER_REGULAR ||
	       pair_stat(p, tree, "/etc") == READER_DIRECTORY;
}

/* Whose kernels are those of @tree? False: nobody's. */
static bool pair_choose_root(struct pair *p, size_t tree)
{
	const struct find_trees *trees = p->f->trees;
	bool found = false;

	if (pair_is_root(p, tree)) {
		p->root = tree;
		return true;
	}
	for (size_t i = 0; i < trees->n; i++) {
		CLEANUP_FREE char *fstab = NULL;

		if (!pair_is_root(p, i))
			continue;
		fstab = pair_read(p, i, "/etc/fstab");
		if (fstab && pair_text_fstab_boot(fstab, trees->v[tree].uuid)) {
			p->root = i;
			return true;
		}
		if (!found)
			p->root = i;
		found = true;
	}
	return found;
}

/* /etc/kernel/cmdline may be written on several lines. */
static char *pair_kernel_cmdline(const struct pair *p)
{
	char *text = pair_read(p, p->root, "/etc/kernel/cmdline");
	size_t n = 0;

	for (char *s = text; s && *s; s++)
		if (!strchr(" \t\r\n", *s))
			text[n++] = *s;
		else if (n && text[n - 1] != ' ')
			text[n++] = ' ';
	while (n && text[n - 1] == ' ')
		n--;
	if (text)
		text[n] = '\0';
	if (n)
		return text;
	free(text);
	return NULL;
}

static char *pair_root_argument(struct pair *p)
{
	CLEANUP_FREE char *fstab = pair_read(p, p->root, "/etc/fstab");
	const char *uuid = p->f->trees->v[p->root].uuid;
	char *root = fstab ? pair_text_fstab_root(fstab, !*uuid) : NULL;

	if (root || !*uuid)
		return root;
	p->guessed = true;
	return asprintf(&root, "root=UUID=%s", uuid) < 0 ? NULL : root;
}

/* Owned; NULL: nothing says what the root is. */
static char *pair_cmdline(struct pair *p)
{
	CLEANUP_FREE char *root = NULL, *grub = NULL, *all = NULL, *usual = NULL;
	char *line = pair_kernel_cmdline(p);

	if (line)
		return line;
	root = pair_root_argument(p);
	if (!root)
		return NULL;
	grub = pair_read(p, p->root, "/etc/default/grub");
	if (grub) {
		all = pair_text_shell_value(grub, "GRUB_CMDLINE_LINUX");
		usual = pair_text_shell_value(grub, "GRUB_CMDLINE_LINUX_DEFAULT");
	}
	if (asprintf(&line, "%s ro%s%s%s%s", root, all && *all ? " " : "", all ? all : "",
		     usual && *usual ? " " : "", usual ? usual : "") < 0)
		return NULL;
	return line;
}

/* Adds @dir/@a@b@c when there is such a file. 1: there was. */
static int pair_add_initrd(const struct pair *p, size_t tree, struct boot_entry *e, const char *dir,
			   const char *a, const char *b, const char *c)
{
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s%s%s", dir, a, b, c) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (pair_stat(p, tree, path) != READER_REGULAR)
		return 0;
	return boot_entry_add_initrd(e, p->f->trees->v[tree].name, path) < 0 ? -ENOMEM : 1;
}

static int pair_initrds(const struct pair *p, size_t tree, const char *dir, const char *version,
			struct boot_entry *e)
{
	static const char *const microcode[] = {"amd-ucode.img", "intel-ucode.img"};
	static const char *const forms[][2] = {
		{"initrd.img-", ""}, {"initramfs-", ".img"}, {"initrd-", ""},
		{"initrd-", ".img"}, {"initramfs-", ""},
	};
	static const char *const plain[] = {"initrd.img", "initrd", "initramfs", "initramfs.img"};
	int r = 0;

	for (size_t i = 0; i < 2 && r >= 0; i++)
		r = pair_add_initrd(p, tree, e, dir, microcode[i], "", "");
	if (r >= 0)
		r = 0;
	for (size_t i = 0; *version && i < sizeof(forms) / sizeof(forms[0]) && !r; i++)
		r = pair_add_initrd(p, tree, e, dir, forms[i][0], version, forms[i][1]);
	for (size_t i = 0; !*version && i < sizeof(plain) / sizeof(plain[0]) && !r; i++)
		r = pair_add_initrd(p, tree, e, dir, plain[i], "", "");
	return r < 0 ? r : 0;
}

/* Is a kernel like that among the entries? /vmlinuz is a link to the newest. */
static bool pair_has(const struct pair *p, size_t tree, const struct stat *st)
{
	for (size_t i = 0; i < p->list->n; i++) {
		const struct boot_file *k = &p->list->v[i].kernel;
		const struct find_tree *t = &p->f->trees->v[tree];
		struct stat other;

		if (k->path && !strcmp(k->device, t->name) &&
		    find_tree_stat(t, k->path, &other) == 0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino)
			return true;
	}
	return false;
}

/* One kernel, @dir/@name. */
static int pair_kernel(struct pair *p, size_t tree, const char *dir, const char *name)
{
	const struct find_tree *t = &p->f->trees->v[tree];
	const char *version = pair_text_version(name);
	CLEANUP(boot_entry_release) struct boot_entry e = {.reader = "kernels"};
	CLEANUP_FREE char *path = NULL;
	struct boot_entry *added;
	struct stat st;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (find_tree_stat(t, path, &st) < 0 || !S_ISREG(st.st_mode) || pair_has(p, tree, &st))
		return 0;
	e.cmdline = pair_cmdline(p);
	if (!e.cmdline)
		return strv_addf(&p->list->warnings,
				 "%s:%s is not offered: its root file system is unknown", t->name,
				 path);
	if (boot_file_set(&e.kernel, t->name, path) < 0 ||
	    asprintf(&e.id, "%s:%s", t->name, *dir ? name : path) < 0 ||
	    asprintf(&e.title, "Linux %s on %s (no boot configuration found)",
		     *version ? version : path, t->name) < 0 ||
	    asprintf(&e.source, "%s:%s", t->name, *dir ? dir : "/") < 0 ||
	    pair_initrds(p, tree, dir, version, &e) < 0)
		return -ENOMEM;
	added = boot_list_add(p->list);
	if (!added)
		return 0;
	*added = e;
	e = (struct boot_entry){0};
	return 0;
}

/* A rescue image is nobody's newest kernel. */
static int pair_compare(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	bool rescue_x = strstr(x, "rescue") != NULL, rescue_y = strstr(y, "rescue") != NULL;

	return rescue_x != rescue_y ? rescue_x - rescue_y : strverscmp(y, x);
}

static int pair_directory(struct pair *p, size_t tree, const char *dir)
{
	CLEANUP(strv_release) struct strv names = {0};
	int r = 0;

	p->f->facts.list(p->f->facts.ctx, tree, *dir ? dir : "/", &names);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), pair_compare);
	for (size_t i = 0; i < names.n && !r; i++)
		if (pair_text_version(names.v[i]))
			r = pair_kernel(p, tree, dir, names.v[i]);
	return r;
}

int pair_find(const struct tree_facts *f, struct boot_list *list)
{
	struct pair p = {.f = f, .list = list};
	size_t before = list->n;
	int r = 0;

	for (size_t t = 0; t < f->trees->n && !r; t++) {
		if (!pair_choose_root(&p, t))
			continue;
		r = pair_directory(&p, t, "/boot");
		if (!r)
			r = pair_directory(&p, t, "");
	}
	if (r || list->n == before)
		return r;
	if (!before)
		list->v[0].is_default = true;
	return strv_addf(&list->warnings,
			 "no boot configuration was found: kernels are offered with a command "
			 "line %s",
			 p.guessed ? "that is a guess" : "from the system's own files");
}
