/* bls.c - see bls.h: which partitions count, the order, the default */
#include "bootconf/bls.h"
#include "bootconf/bls_conf.h"
#include "bootconf/bls_item.h"
#include "bootconf/bls_type1.h"
#include "bootconf/bls_type2.h"
#include "bootconf/version.h"
#include "bootconf/zipl.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#define BLS_MAX_PLACES  16u
#define BLS_MAX_TIMEOUT 3600u

/* Where a boot partition is mounted, in a tree that is a whole system. */
static const char *const bls_prefixes[] = {"", "/boot", "/efi", "/boot/efi"};

struct bls_places {
	struct bls_place v[BLS_MAX_PLACES];
	size_t n;
};

/* What loader.conf says. */
struct bls_loader {
	struct bls_conf conf;
	const char *pattern; /* of the default's id; NULL: none */
};

static bool bls_has(const struct reader_facts *f, size_t device, const char *prefix,
		    const char *name)
{
	CLEANUP_FREE char *path = bls_item_join(prefix, name);

	return path && f->stat(f->ctx, device, path, NULL) == READER_DIRECTORY;
}

bool bls_is_there(const struct reader_facts *facts, size_t device, const char *prefix)
{
	return bls_has(facts, device, prefix, "loader/entries") ||
	       bls_has(facts, device, prefix, "EFI/Linux") ||
	       bls_has(facts, device, prefix, "efi/Linux");
}

static void bls_add_place(struct bls_places *places, size_t device, const char *prefix)
{
	for (size_t i = 0; i < places->n; i++)
		if (places->v[i].device == device && !strcmp(places->v[i].prefix, prefix))
			return;
	if (places->n < BLS_MAX_PLACES)
		places->v[places->n++] = (struct bls_place){device, prefix};
}

/* "hd0,gpt1" and "hd0,gpt2" are on one disk; what has no such name may be. */
static bool bls_same_disk(const struct reader_device *a, const struct reader_device *b)
{
	size_t n = strcspn(a->grub, ",");

	return !a->grub[0] || !b->grub[0] ||
	       (n == strcspn(b->grub, ",") && !strncmp(a->grub, b->grub, n));
}

/* All that systemd-boot would merge with the place that was asked for. */
static void bls_find_places(const struct reader_facts *f, struct bls_places *places)
{
	const struct bls_place first = places->v[0];

	for (size_t i = 0; i < sizeof(bls_prefixes) / sizeof(bls_prefixes[0]); i++)
		if (bls_is_there(f, first.device, bls_prefixes[i]))
			bls_add_place(places, first.device, bls_prefixes[i]);
	for (size_t d = 0; d < f->n; d++)
		if (d != first.device && bls_same_disk(&f->devices[first.device], &f->devices[d]) &&
		    bls_is_there(f, d, ""))
			bls_add_place(places, d, "");
}

static int bls_compare_strings(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* UAPI.1, "Sorting"; profiles of one image as systemd-boot has them. */
static int bls_compare(const void *x, const void *y)
{
	const struct bls_item *a = x, *b = y;
	int r = (int)a->bad - (int)b->bad;

	if (!r)
		r = (a->sort_key == NULL) - (b->sort_key == NULL);
	if (!r && a->sort_key) {
		r = strcmp(a->sort_key, b->sort_key);
		if (!r)
			r = bls_compare_strings(a->machine_id, b->machine_id);
		if (!r)
			r = version_compare_uapi(b->version, a->version);
	}
	if (!r)
		r = version_compare_uapi(b->stem, a->stem);
	if (!r)
		r = strcmp(b->stem, a->stem);
	if (!r && a->profile != b->profile)
		r = a->profile < b->profile ? -1 : 1;
	if (!r && a->left != b->left)
		r = a->left > b->left ? -1 : 1;
	if (!r && a->done != b->done)
		r = a->done < b->done ? -1 : 1;
	return r ? r : (a->number > b->number) - (a->number < b->number);
}

/* The same file, seen by a second name of the mount point. */
static bool bls_is_twin(const struct bls_item *a, const struct bls_item *b)
{
	return !strcmp(a->id, b->id) && !strcmp(a->title, b->title) &&
	       !strcmp(a->entry.kernel.device, b->entry.kernel.device) &&
	       !strcmp(strrchr(a->entry.kernel.path, '/'), strrchr(b->entry.kernel.path, '/')) &&
	       !strcmp(a->entry.cmdline, b->entry.cmdline);
}

static bool bls_is_known(const struct bls_items *b, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (bls_is_twin(&b->v[i], &b->v[at]))
			return true;
	return false;
}

static void bls_drop_known(struct bls_items *b)
{
	for (size_t i = 0; i < b->n;) {
		struct bls_item last = b->v[b->n - 1];

		if (!bls_is_known(b, i)) {
			i++;
			continue;
		}
		/* Order does not matter yet. */
		b->v[b->n - 1] = b->v[i];
		b->v[i] = last;
		bls_item_drop_last(b);
	}
}

static void bls_release_loader(struct bls_loader *l)
{
	bls_conf_release(&l->conf);
}

static void bls_take_timeout(struct boot_list *list, const char *value)
{
	uint64_t seconds = 0;

	if (list->has_timeout || list->n)
		return;
	/* menu-force waits for ever */
	if (!strcmp(value, "menu-force"))
		return;
	if (strcmp(value, "menu-hidden") != 0 && strcmp(value, "menu-disabled") != 0 &&
	    !text_to_u64(value, 0, UINT32_MAX, &seconds))
		return;
	list->has_timeout = true;
	list->timeout = seconds < BLS_MAX_TIMEOUT ? (unsigned)seconds : BLS_MAX_TIMEOUT;
}

/* 1: there is none. */
static int bls_read_loader(struct bls_items *b, const struct bls_place *p, struct bls_loader *l)
{
	CLEANUP_FREE char *path = bls_item_join(p->prefix, "loader/loader.conf");
	const char *timeout;
	char *text;
	size_t len;
	int r;

	if (!path)
		return -ENOMEM;
	r = b->facts->read(b->facts->ctx, p->device, path, BLS_CONF_MAX_FILE, &text, &len);
	if (r == -ENOENT || r == -ENOTDIR)
		return 1;
	if (r < 0) {
		bls_item_warn(b, p->device, path, 0, "cannot be read: %s",
			      r == -EFBIG ? "it is too large" : strerror(-r));
		return r == -ENOMEM ? r : 1;
	}
	r = bls_conf_parse(text, BLS_UAPI, &l->conf);
	if (r < 0)
		return r == -ENOMEM ? r : 1;
	l->pattern = bls_conf_last(&l->conf, "default");
	timeout = bls_conf_last(&l->conf, "timeout");
	if (timeout)
		bls_take_timeout(b->list, timeout);
	if (l->pattern && *l->pattern == '@')
		l->pattern = NULL;
	return 0;
}

/* systemd-boot reads the one beside itself, on the EFI system partition. */
static int bls_find_loader(struct bls_items *b, const struct bls_places *places,
			   struct bls_loader *l)
{
	int r = 1;

	for (int want_esp = 1; want_esp >= 0 && r > 0; want_esp--) {
		for (size_t i = 0; i < places->n && r > 0; i++) {
			const struct bls_place *p = &places->v[i];
			bool esp = bls_has(b->facts, p->device, p->prefix, "EFI/systemd") ||
				   bls_has(b->facts, p->device, p->prefix, "EFI/BOOT");

			if (esp == (want_esp == 1))
				r = bls_read_loader(b, p, l);
		}
	}
	return r < 0 ? r : 0;
}

static bool bls_fits(const char *pattern, const char *id)
{
	CLEANUP_FREE char *bare = strdup(id);
	char *dot = bare ? strrchr(bare, '.') : NULL;

	if (fnmatch(pattern, id, FNM_CASEFOLD) == 0)
		return true;
	/* Without the suffix, as it is written for GRUB, and was for gummiboot. */
	if (!dot)
		return false;
	*dot = '\0';
	return !strcasecmp(pattern, bare);
}

/* @first: where our entries begin in the list. */
static void bls_mark_default(struct bls_items *b, size_t first, const char *pattern)
{
	struct boot_list *l = b->list;
	size_t chosen = first;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].is_default)
			return;
	for (size_t i = first; pattern && i < l->n; i++) {
		if (bls_fits(pattern, l->v[i].id)) {
			chosen = i;
			break;
		}
	}
	if (chosen < l->n)
		l->v[chosen].is_default = true;
}

static int bls_run(struct bls_items *b, const struct bls_places *places)
{
	CLEANUP(bls_release_loader) struct bls_loader loader = {0};
	size_t first = b->list->n;
	int r = 0;

	for (size_t i = 0; i < places->n && !r; i++) {
		r = bls_type1_dir(b, &places->v[i]);
		if (!r)
			r = bls_type2_dir(b, &places->v[i]);
	}
	if (!r)
		r = bls_find_loader(b, places, &loader);
	if (r < 0)
		return r;
	bls_drop_known(b);
	if (b->n)
		qsort(b->v, b->n, sizeof(*b->v), bls_compare);
	r = bls_item_finish(b);
	if (!r)
		bls_mark_default(b, first, loader.pattern);
	return r;
}

/* One image alone. */
static int bls_run_image(struct bls_items *b, size_t device, const char *path)
{
	const struct bls_place place = {device, ""};
	size_t first = b->list->n;
	int r = bls_type2_read(b, &place, path);

	if (!r)
		r = bls_item_finish(b);
	if (!r)
		bls_mark_default(b, first, NULL);
	return r;
}

/* What is before "/loader" or "/EFI/Linux" in @path, owned; all of it when
 * there is neither. */
static char *bls_prefix_of(const char *path)
{
	static const char *const parts[] = {"/loader", "/EFI/Linux", "/efi/Linux", "/EFI/linux",
					    "/efi/linux"};
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t n = strlen(parts[i]);

		for (const char *at = path; (at = strstr(at, parts[i])); at++)
			if (at[n] == '\0' || at[n] == '/')
				return strndup(path, (size_t)(at - path));
	}
	return strndup(path, len);
}

/* On IBM Z the loader is zipl's, which looks at its configuration first. */
static int bls_zipl(const struct reader_facts *f, size_t device, const char *path,
		    struct boot_list *list, bool *done)
{
	size_t len = strlen(path);

	*done = true;
	if (len > 10 && !strcmp(path + len - 10, "/zipl.conf"))
		return zipl_evaluate(f, device, path, list);
	for (size_t d = 0; d < f->n && !strncmp(f->machine, "s390", 4); d++)
		if (f->stat(f->ctx, d, "/etc/zipl.conf", NULL) == READER_REGULAR)
			return zipl_evaluate(f, d, "/etc/zipl.conf", list);
	*done = false;
	return 0;
}

int bls_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		 struct boot_list *list)
{
	CLEANUP(bls_items_release) struct bls_items b = {.facts = facts, .list = list};
	CLEANUP_FREE char *prefix = bls_prefix_of(path);
	struct bls_places places = {.n = 1};
	enum reader_kind kind = facts->stat(facts->ctx, device, path, NULL);
	size_t len = strlen(path);
	bool done;
	int r;

	if (!prefix)
		return -ENOMEM;
	if (kind == READER_NONE) {
		strv_addf(&list->warnings, "%s:%s: does not exist", facts->devices[device].name,
			  path);
		return -ENOENT;
	}
	r = bls_zipl(facts, device, path, list, &done);
	if (done)
		return r;
	if (kind == READER_REGULAR && len > 4 && !strcasecmp(path + len - 4, ".efi"))
		return bls_run_image(&b, device, path);
	places.v[0] = (struct bls_place){device, prefix};
	bls_find_places(facts, &places);
	return bls_run(&b, &places);
}
