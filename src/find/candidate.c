/* candidate.c - see candidate.h: the readers, and where their configurations are
 *
 * A new reader adds one line to candidate_kinds and one for each place of its
 * configurations.
 */
#include "find/candidate.h"
#include "bootconf/bls.h"
#include "bootconf/grub/grub.h"
#include "bootconf/legacy.h"
#include "bootconf/syslinux.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define CANDIDATE_MAX_EFI ((size_t)4 << 20) /* bytes of an EFI program that are looked at */

struct candidate_kind {
	enum rank_kind kind;
	const char *name; /* in `list --json` */
	reader_fn *read;
};

static const struct candidate_kind candidate_kinds[] = {
	{RANK_GRUB, "grub", grub_evaluate},
	{RANK_LEGACY, "legacy", legacy_evaluate},
	{RANK_SYSLINUX, "syslinux", syslinux_evaluate},
	{RANK_BLS, "bls", bls_evaluate},
};

/* On a file system that holds /boot, or is it. A path that ends in / is a
 * directory: it stands for a configuration when it has the file @needs. */
static const struct {
	enum rank_kind kind;
	const char *path, *needs;
} candidate_paths[] = {
	{RANK_GRUB, "/boot/grub/grub.cfg", NULL},
	{RANK_GRUB, "/boot/grub2/grub.cfg", NULL},
	{RANK_GRUB, "/grub/grub.cfg", NULL},
	{RANK_GRUB, "/grub2/grub.cfg", NULL},
	{RANK_LEGACY, "/boot/grub/menu.lst", NULL},
	{RANK_LEGACY, "/boot/grub/grub.conf", NULL},
	{RANK_LEGACY, "/grub/menu.lst", NULL},
	{RANK_LEGACY, "/grub/grub.conf", NULL},
	{RANK_LEGACY, "/EFI/redhat/grub.conf", NULL},
	{RANK_LEGACY, "/boot/efi/EFI/redhat/grub.conf", NULL},
	{RANK_SYSLINUX, "/boot/extlinux/extlinux.conf", NULL},
	{RANK_SYSLINUX, "/extlinux/extlinux.conf", NULL},
	{RANK_SYSLINUX, "/boot/extlinux.conf", NULL},
	{RANK_SYSLINUX, "/extlinux.conf", NULL},
	{RANK_SYSLINUX, "/boot/syslinux/extlinux.conf", NULL},
	{RANK_SYSLINUX, "/syslinux/extlinux.conf", NULL},
	{RANK_SYSLINUX, "/boot/syslinux/syslinux.cfg", NULL},
	{RANK_SYSLINUX, "/syslinux/syslinux.cfg", NULL},
	{RANK_SYSLINUX, "/syslinux.cfg", NULL},
	{RANK_SYSLINUX, "/EFI/syslinux/syslinux.cfg", NULL},
	{RANK_SYSLINUX, "/EFI/BOOT/syslinux.cfg", NULL},
	{RANK_SYSLINUX, "/boot/isolinux/isolinux.cfg", NULL},
	{RANK_SYSLINUX, "/isolinux/isolinux.cfg", NULL},
	{RANK_SYSLINUX, "/isolinux.cfg", NULL},
	{RANK_BLS, "/etc/zipl.conf", NULL},
	{RANK_BLS, "/loader", "/loader/entries"},
	{RANK_BLS, "/boot/loader", "/boot/loader/entries"},
	{RANK_BLS, "/efi/loader", "/efi/loader/entries"},
	{RANK_BLS, "/boot/efi/loader", "/boot/efi/loader/entries"},
	{RANK_BLS, "/EFI/Linux", "/EFI/Linux"},
	{RANK_BLS, "/boot/EFI/Linux", "/boot/EFI/Linux"},
	{RANK_BLS, "/efi/EFI/Linux", "/efi/EFI/Linux"},
	{RANK_BLS, "/boot/efi/EFI/Linux", "/boot/efi/EFI/Linux"},
};

/* The EFI system partition: itself a tree, or mounted in one. FAT does not
 * tell case apart, copies of it do. */
static const char *const candidate_esp[] = {"/EFI", "/efi", "/boot/efi/EFI", "/efi/EFI",
					    "/boot/EFI"};

static const struct candidate_kind *candidate_kind(enum rank_kind kind)
{
	for (size_t i = 0; i < sizeof(candidate_kinds) / sizeof(candidate_kinds[0]); i++)
		if (candidate_kinds[i].kind == kind)
			return &candidate_kinds[i];
	return NULL;
}

reader_fn *candidate_reader(enum rank_kind kind)
{
	const struct candidate_kind *k = candidate_kind(kind);

	return k ? k->read : NULL;
}

const char *candidate_name(enum rank_kind kind)
{
	const struct candidate_kind *k = candidate_kind(kind);

	return k ? k->name : NULL;
}

const char *candidate_places(void)
{
	return "grub.cfg in /boot/grub, /boot/grub2, /grub, /grub2 and EFI/*, menu.lst and "
	       "grub.conf beside it, extlinux.conf and syslinux.cfg in /boot, their own "
	       "directories and /, loader/entries and EFI/Linux, /etc/zipl.conf, "
	       "/boot/vmlinuz-* and /vmlinuz";
}

/* Is there a file or directory @dir/@name? */
static bool candidate_has(const struct tree_facts *f, size_t tree, const char *dir,
			  const char *name)
{
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return false;
	}
	return f->facts.stat(f->facts.ctx, tree, path, NULL) != READER_NONE;
}

static bool candidate_has_any(const struct tree_facts *f, size_t tree, const char *dir,
			      const char *const *names)
{
	for (; *names; names++)
		if (candidate_has(f, tree, dir, *names))
			return true;
	return false;
}

/* The loader's own files, for the platform that it would be started on. */
static bool candidate_installed(const struct tree_facts *f, const struct rank_candidate *r,
				const char *dir)
{
	static const char *const grub_pc[] = {"i386-pc", "powerpc-ieee1275", "arm-uboot",
					      "sparc64-ieee1275", NULL};
	static const char *const grub_efi[] = {
		"x86_64-efi",      "i386-efi",    "arm64-efi",   "riscv64-efi",  "arm-efi",
		"loongarch64-efi", "grubx64.efi", "shimx64.efi", "grubaa64.efi", "shimaa64.efi",
		"grubia32.efi",    "grub.efi",    NULL};
	static const char *const legacy[] = {"stage2", "stage1", NULL};
	static const char *const syslinux[] = {"ldlinux.sys", "../ldlinux.sys", "isolinux.bin",
					       NULL};
	static const char *const syslinux_efi[] = {"syslinux.efi", "syslinux64.efi", NULL};
	static const char *const systemd[] = {"../EFI/systemd", "../efi/systemd",
					      "../systemd/systemd-bootx64.efi", NULL};
	bool efi = !strcmp(f->facts.platform, "efi");

	switch (r->kind) {
	case RANK_GRUB:
		return candidate_has_any(f, r->tree, dir, efi ? grub_efi : grub_pc);
	case RANK_LEGACY:
		return !efi && candidate_has_any(f, r->tree, dir, legacy);
	case RANK_SYSLINUX:
		return candidate_has_any(f, r->tree, dir, efi ? syslinux_efi : syslinux);
	case RANK_BLS:
		return efi && candidate_has_any(f, r->tree, dir, systemd);
	case RANK_NONE:
		break;
	}
	return false;
}

/* "hd1,gpt2" is on the second disk. */
static unsigned candidate_disk(const struct find_tree *t)
{
	unsigned disk = 0;

	return sscanf(t->grub, "hd%3u", &disk) == 1 ? disk : 0;
}

static bool candidate_is_new(const struct candidate_list *l, const struct stat *st)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].dev == st->st_dev && l->v[i].ino == st->st_ino)
			return false;
	return true;
}

static int candidate_add(const struct tree_facts *f, struct candidate_list *l, enum rank_kind kind,
			 size_t tree, const char *path, bool on_esp)
{
	const char *slash = strrchr(path, '/');
	CLEANUP_FREE char *dir = NULL;
	struct candidate *c = &l->v[l->n];
	struct stat st;

	if (l->n == CANDIDATE_MAX || !candidate_reader(kind) ||
	    find_tree_stat(&f->trees->v[tree], path, &st) < 0 || !candidate_is_new(l, &st))
		return 0;
	dir = S_ISDIR(st.st_mode) ? strdup(path) : strndup(path, (size_t)(slash - path));
	*c = (struct candidate){.path = strdup(path), .dev = st.st_dev, .ino = st.st_ino};
	if (!dir || !c->path) {
		free(c->path);
		return -ENOMEM;
	}
	c->rank = (struct rank_candidate){
		.kind = kind,
		.disk = candidate_disk(&f->trees->v[tree]),
		.on_esp = on_esp,
		.tree = tree,
		.number = (unsigned)l->n,
	};
	c->rank.installed = candidate_installed(f, &c->rank, dir);
	l->n++;
	return 0;
}

/* A place below @prefix, "" or the directory of a subvolume. */
static int candidate_add_path(const struct tree_facts *f, struct candidate_list *l, size_t tree,
			      const char *prefix, size_t i)
{
	const struct reader_facts *facts = &f->facts;
	const char *needs = candidate_paths[i].needs;
	enum reader_kind want = needs ? READER_DIRECTORY : READER_REGULAR;
	CLEANUP_FREE char *path = NULL, *looked_at = NULL;

	if (asprintf(&path, "%s%s", prefix, candidate_paths[i].path) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (asprintf(&looked_at, "%s%s", prefix, needs ? needs : candidate_paths[i].path) < 0) {
		looked_at = NULL;
		return -ENOMEM;
	}
	if (facts->stat(facts->ctx, tree, looked_at, NULL) != want)
		return 0;
	return candidate_add(f, l, candidate_paths[i].kind, tree, path, false);
}

static int candidate_add_paths(const struct tree_facts *f, struct candidate_list *l, size_t tree)
{
	/* The root's subvolume on a btrfs that is seen as a whole: of Ubuntu,
	 * Arch and openSUSE, of Debian, of Fedora. */
	static const char *const prefixes[] = {"", "/@", "/@rootfs", "/root"};
	int r = 0;

	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++)
		for (size_t i = 0; i < sizeof(candidate_paths) / sizeof(candidate_paths[0]) && !r;
		     i++)
			r = candidate_add_path(f, l, tree, prefixes[p], i);
	return r;
}

/* grub.cfg in a vendor's directory of the ESP. */
static int candidate_add_vendors(const struct tree_facts *f, struct candidate_list *l, size_t tree,
				 const char *esp)
{
	CLEANUP(strv_release) struct strv vendors = {0};
	int r = 0;

	f->facts.list(f->facts.ctx, tree, esp, &vendors);
	for (size_t i = 0; i < vendors.n && !r; i++) {
		CLEANUP_FREE char *path = NULL;

		if (asprintf(&path, "%s/%s/grub.cfg", esp, vendors.v[i]) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		if (f->facts.stat(f->facts.ctx, tree, path, NULL) == READER_REGULAR)
			r = candidate_add(f, l, RANK_GRUB, tree, path, true);
	}
	return r;
}

/* What the firmware starts from this ESP when it knows nothing else. */
static enum rank_kind candidate_fallback(const struct tree_facts *f, size_t tree, const char *esp)
{
	static const char *const names[] = {"BOOT/BOOTX64.EFI",     "boot/bootx64.efi",
					    "BOOT/BOOTAA64.EFI",    "boot/bootaa64.efi",
					    "BOOT/BOOTIA32.EFI",    "boot/bootia32.efi",
					    "BOOT/BOOTRISCV64.EFI", "BOOT/bootx64.efi"};
	enum rank_kind kind = RANK_NONE;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !kind; i++) {
		CLEANUP_FREE char *path = NULL;
		CLEANUP_FREE void *program = NULL;
		uint64_t size = 0;

		if (asprintf(&path, "%s/%s", esp, names[i]) < 0) {
			path = NULL;
			return RANK_NONE;
		}
		if (f->facts.stat(f->facts.ctx, tree, path, &size) != READER_REGULAR)
			continue;
		if (size > CANDIDATE_MAX_EFI)
			size = CANDIDATE_MAX_EFI;
		if (!f->facts.read_at(f->facts.ctx, tree, path, 0, size, &program))
			kind = rank_efi_program(program, size);
	}
	return kind;
}

/* What is started from the disk that @tree is on, as far as @tree can tell. */
static enum rank_kind candidate_boot_code(const struct tree_facts *f, size_t tree)
{
	enum rank_kind kind = RANK_NONE;

	if (strcmp(f->facts.platform, "efi") != 0)
		return f->trees->v[tree].boot_code;
	for (size_t i = 0; i < sizeof(candidate_esp) / sizeof(candidate_esp[0]) && !kind; i++)
		kind = candidate_fallback(f, tree, candidate_esp[i]);
	return kind;
}

static void candidate_mark(struct candidate_list *l, unsigned disk, enum rank_kind kind)
{
	for (size_t i = 0; i < l->n && kind; i++)
		if (l->v[i].rank.disk == disk && l->v[i].rank.kind == kind)
			l->v[i].rank.boot_code = true;
}

static int candidate_compare(const void *a, const void *b, void *machine)
{
	return rank_compare(machine, &((const struct candidate *)a)->rank,
			    &((const struct candidate *)b)->rank);
}

int candidate_find(const struct tree_facts *f, struct candidate_list *out)
{
	struct rank_machine m = {f->facts.platform, f->facts.machine};
	int r = 0;

	*out = (struct candidate_list){0};
	for (size_t t = 0; t < f->trees->n && !r; t++) {
		r = candidate_add_paths(f, out, t);
		for (size_t i = 0; i < sizeof(candidate_esp) / sizeof(candidate_esp[0]) && !r; i++)
			r = candidate_add_vendors(f, out, t, candidate_esp[i]);
	}
	for (size_t t = 0; t < f->trees->n && !r; t++)
		candidate_mark(out, candidate_disk(&f->trees->v[t]), candidate_boot_code(f, t));
	if (out->n)
		qsort_r(out->v, out->n, sizeof(out->v[0]), candidate_compare, &m);
	return r;
}

void candidate_list_release(struct candidate_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	l->n = 0;
}

/* Does a line of @text begin with @word? */
static bool candidate_line(const char *text, const char *word)
{
	size_t len = strlen(word);

	while (*text) {
		text += strspn(text, " \t\r\n");
		if (!strncasecmp(text, word, len) && strchr(" \t=\r\n", text[len]))
			return true;
		text += strcspn(text, "\n");
	}
	return false;
}

static bool candidate_ends(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len >= n && !strcasecmp(path + len - n, end);
}

enum rank_kind candidate_guess(const char *path, enum reader_kind kind, const char *text)
{
	if (kind == READER_DIRECTORY || candidate_ends(path, ".efi") ||
	    candidate_ends(path, "/loader.conf") || candidate_ends(path, "/zipl.conf"))
		return RANK_BLS;
	if (candidate_ends(path, "linux.conf") || candidate_ends(path, "linux.cfg"))
		return RANK_SYSLINUX;
	if (candidate_ends(path, "/menu.lst") || candidate_ends(path, "/grub.conf"))
		return RANK_LEGACY;
	if (candidate_ends(path, "/grub.cfg") || !text)
		return RANK_GRUB;
	if (candidate_line(text, "menuentry") || candidate_line(text, "submenu") ||
	    candidate_line(text, "configfile") || candidate_line(text, "set"))
		return RANK_GRUB;
	if (candidate_line(text, "title"))
		return candidate_line(text, "linux") || candidate_line(text, "efi") ? RANK_BLS
										    : RANK_LEGACY;
	return candidate_line(text, "label") || candidate_line(text, "append") ? RANK_SYSLINUX
									       : RANK_GRUB;
}
