/* bls_type2.c - see bls_type2.h */
#include "bootconf/bls_type2.h"
#include "bootconf/bls_name.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

/* "PRETTY_NAME (Reset)": a profile's own title; the first one may have none. */
static char *bls_type2_title(const struct uki *u, const char *file, unsigned profile)
{
	const char *name = u->name ? u->name : file;
	char *title;
	int n;

	if (u->profile)
		n = asprintf(&title, "%s (%s)", name, u->profile);
	else if (profile)
		n = asprintf(&title, "%s (@%u)", name, profile);
	else
		n = asprintf(&title, "%s", name);
	return n < 0 ? NULL : title;
}

static int bls_type2_fill(struct bls_item *i, struct uki *u, const char *file, unsigned profile)
{
	struct bls_name name;

	if (!bls_name_parse(file, ".efi", &name))
		name = (struct bls_name){.id = strdup(file)};
	if (!name.id)
		return -ENOMEM;
	i->stem = STEAL(name.id);
	i->bad = name.counted && !name.left;
	i->left = name.left;
	i->done = name.done;
	i->profile = profile;
	if ((profile ? asprintf(&i->id, "%s@%u", i->stem, profile)
		     : asprintf(&i->id, "%s", i->stem)) < 0) {
		i->id = NULL;
		return -ENOMEM;
	}
	i->title = bls_type2_title(u, i->stem, profile);
	i->version = STEAL(u->version);
	i->sort_key = STEAL(u->sort_key);
	i->show_version = STEAL(u->uname);
	return i->title ? 0 : -ENOMEM;
}

int bls_type2_add(struct bls_items *b, const struct bls_place *p, const char *path,
		  const struct pe_image *image, unsigned profile, struct bls_item **out,
		  struct err_text *why)
{
	CLEANUP(uki_release) struct uki u = {0};
	const char *file = strrchr(path, '/') + 1;
	struct bls_item *i;
	int r = uki_read(b->facts, p->device, path, image, profile, &u, why);

	if (r < 0)
		return r;
	i = bls_item_add(b);
	if (!i)
		return -ENOMEM;
	r = uki_to_entry(b->facts, p->device, path, &u, &i->entry, &b->list->warnings);
	if (!r)
		r = bls_type2_fill(i, &u, file, profile);
	if (!r &&
	    asprintf(&i->entry.source, "%s:%s", b->facts->devices[p->device].name, path) < 0) {
		i->entry.source = NULL;
		r = -ENOMEM;
	}
	if (r < 0)
		bls_item_drop_last(b);
	else
		*out = i;
	return r;
}

int bls_type2_read(struct bls_items *b, const struct bls_place *p, const char *path)
{
	struct err_text why = {0};
	struct pe_image image;
	int r;

	if (!bls_item_charge(b, p, path))
		return 0;
	r = uki_open(b->facts, p->device, path, &image, &why);
	/* An image for another machine is no error: disks are made for several. */
	if (!r && !pe_runs_on(&image, b->facts->machine))
		return 0;
	for (unsigned k = 0; !r && k < uki_profiles(&image); k++) {
		struct bls_item *i;

		if (b->n == BLS_ITEM_MAX) {
			bls_item_warn(b, p->device, path, 0,
				      "there are too many entries, the profiles "
				      "from @%u on are left out",
				      k);
			break;
		}
		r = bls_type2_add(b, p, path, &image, k, &i, &why);
	}
	if (r == -ENOMEM || r == 0)
		return r;
	bls_item_warn(b, p->device, path, 0, "is left out: %s", why.text);
	return 0;
}

int bls_type2_dir(struct bls_items *b, const struct bls_place *p)
{
	static const char *const dirs[] = {"EFI/Linux", "efi/Linux", "EFI/linux", "efi/linux"};
	const struct reader_facts *f = b->facts;

	for (size_t d = 0; d < sizeof(dirs) / sizeof(dirs[0]); d++) {
		CLEANUP(strv_release) struct strv names = {0};
		CLEANUP_FREE char *dir = bls_item_join(p->prefix, dirs[d]);
		int r = 0;

		if (!dir)
			return -ENOMEM;
		if (f->stat(f->ctx, p->device, dir, NULL) != READER_DIRECTORY)
			continue;
		if (f->list(f->ctx, p->device, dir, &names) == -ENOMEM)
			return -ENOMEM;
		for (size_t i = 0; i < names.n && !r; i++) {
			CLEANUP_FREE char *path = bls_item_join(dir, names.v[i]);
			size_t len = strlen(names.v[i]);

			if (!path)
				return -ENOMEM;
			if (len > 4 && !strcasecmp(names.v[i] + len - 4, ".efi") &&
			    f->stat(f->ctx, p->device, path, NULL) == READER_REGULAR)
				r = bls_type2_read(b, p, path);
		}
		/* On vfat they are all the same directory. */
		return r;
	}
	return 0;
}
