/* grub_path.c - devices and files as a GRUB script names them
 *
 * GRUB knows devices by firmware order: hd0, hd1. The caller says what it
 * knows of that; where a script names a device that nobody claims, a file is
 * taken from the file systems whose GRUB name is not known, if it is there.
 */
#include "bootconf/grub/grub_eval.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* "hd0,gpt2" and "hd0,2" are the same, "hd0,gpt2" and "hd0,msdos2" are not. */
static bool grub_path_same(const char *a, const char *b)
{
	size_t disk = strcspn(a, ",");
	const char *part_a, *part_b;
	size_t kind_a, kind_b;

	if (!strcmp(a, b))
		return true;
	if (disk != strcspn(b, ",") || strncmp(a, b, disk) != 0 || !a[disk] || !b[disk])
		return false;
	part_a = a + disk + 1;
	part_b = b + disk + 1;
	kind_a = strcspn(part_a, "0123456789");
	kind_b = strcspn(part_b, "0123456789");
	return (!kind_a || !kind_b) && !strcmp(part_a + kind_a, part_b + kind_b);
}

long grub_path_device(const struct grub_eval *ev, const char *name)
{
	const struct reader_facts *f = ev->facts;
	size_t len = strlen(name);
	char plain[128];

	if (len > 1 && name[0] == '(' && name[len - 1] == ')') {
		name++;
		len -= 2;
	}
	if (!len || len >= sizeof(plain))
		return -1;
	memcpy(plain, name, len);
	plain[len] = '\0';
	for (size_t i = 0; i < f->n; i++)
		if (*f->devices[i].grub && grub_path_same(plain, f->devices[i].grub))
			return (long)i;
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(plain, f->devices[i].name))
			return (long)i;
	return -1;
}

const char *grub_path_name(const struct grub_eval *ev, size_t device)
{
	const struct reader_device *d = &ev->facts->devices[device];

	return *d->grub ? d->grub : d->name;
}

/* The path without doubled slashes. */
static const char *grub_path_clean(struct grub_eval *ev, const char *path)
{
	char *out = grub_arena_strdup(&ev->arena, path);
	size_t n = 0;

	for (size_t i = 0; out && out[i]; i++)
		if (out[i] != '/' || !n || out[n - 1] != '/')
			out[n++] = out[i];
	if (out)
		out[n] = '\0';
	return out;
}

/* Looks at @path of @device; where /boot was a file system of its own when the
 * configuration was written and is now a directory, behind /boot. */
static bool grub_path_look(struct grub_eval *ev, size_t device, struct grub_where *w)
{
	const struct reader_facts *f = ev->facts;
	size_t len = strlen(w->path);
	char *in_boot;

	w->kind = f->stat(f->ctx, device, w->path, &w->size);
	if (w->kind != READER_NONE)
		return true;
	in_boot = grub_arena_alloc(&ev->arena, len + sizeof("/boot"));
	if (!in_boot)
		return false;
	memcpy(in_boot, "/boot", 5);
	memcpy(in_boot + 5, w->path, len);
	w->kind = f->stat(f->ctx, device, in_boot, &w->size);
	if (w->kind == READER_NONE)
		return false;
	w->path = in_boot;
	return true;
}

/* A btrfs may be seen twice, as a whole and as its default subvolume. */
static void grub_path_look_at_twins(struct grub_eval *ev, struct grub_where *w)
{
	const struct reader_device *d = ev->facts->devices;
	const char *uuid = d[w->device].uuid;

	for (size_t i = 0; *uuid && i < ev->facts->n; i++) {
		if ((long)i == w->device || strcmp(d[i].uuid, uuid) != 0 ||
		    strcmp(d[i].grub, d[w->device].grub) != 0 || !grub_path_look(ev, i, w))
			continue;
		w->device = (long)i;
		return;
	}
}

/* Devices whose files can be on none of the trees. */
static bool grub_path_elsewhere(const char *device)
{
	static const char *const kinds[] = {"loop", "memdisk", "cd", "fd", "tftp", "http", "proc"};

	device += *device == '(';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(device, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

struct grub_where grub_path_find(struct grub_eval *ev, const char *word)
{
	struct grub_where w = {.device = -1};
	const char *path = word, *device = grub_env_get(&ev->env, "root");

	/* A look at a disk is dearer than a step in memory. */
	if (!grub_eval_charge(ev, 10))
		return w;
	if (*word == '(') {
		size_t len = strcspn(word, ")");

		if (!word[len])
			return w;
		path = word + len + 1;
		device = grub_arena_strndup(&ev->arena, word + 1, len - 1);
	}
	if (*path != '/' || !device)
		return w;
	w.path = grub_path_clean(ev, path);
	if (!w.path)
		return w;
	w.device = grub_path_device(ev, device);
	if (w.device >= 0) {
		if (!grub_path_look(ev, (size_t)w.device, &w))
			grub_path_look_at_twins(ev, &w);
		return w;
	}
	for (size_t i = 0; i < ev->facts->n && !grub_path_elsewhere(device); i++) {
		if (*ev->facts->devices[i].grub || !grub_path_look(ev, i, &w))
			continue;
		w.device = (long)i;
		break;
	}
	return w;
}

enum grub_search_by {
	GRUB_SEARCH_FILE,
	GRUB_SEARCH_LABEL,
	GRUB_SEARCH_UUID,
};

struct grub_search {
	enum grub_search_by by;
	const char *name; /* what is looked for */
	const char *var;  /* gets the device; NULL: it is only printed */
	const char *const *hints;
	size_t hint_count;
};

static bool grub_search_matches(const struct grub_eval *ev, const struct grub_search *s, size_t i)
{
	const struct reader_facts *f = ev->facts;
	const struct reader_device *d = &f->devices[i];

	switch (s->by) {
	case GRUB_SEARCH_UUID:
		return *d->uuid && !strcasecmp(d->uuid, s->name);
	case GRUB_SEARCH_LABEL:
		return *d->label && !strcmp(d->label, s->name);
	case GRUB_SEARCH_FILE:
		return *s->name == '/' && f->stat(f->ctx, i, s->name, NULL) != READER_NONE;
	}
	return false;
}

/* Hints only decide between several that match: a cloned disk has its twin's
 * UUID. */
static long grub_search_run(struct grub_eval *ev, const struct grub_search *s)
{
	for (size_t h = 0; h < s->hint_count; h++) {
		long i = grub_path_device(ev, s->hints[h]);

		if (i >= 0 && grub_search_matches(ev, s, (size_t)i))
			return i;
	}
	for (size_t i = 0; i < ev->facts->n; i++) {
		if (!grub_eval_charge(ev, 10))
			return -1;
		if (grub_search_matches(ev, s, i))
			return (long)i;
	}
	return -1;
}

/* One option of search. Returns how many words it took; 0: it is none. */
static size_t grub_search_option(struct grub_search *s, const struct grub_args *a, size_t i,
				 const char **hint, bool *bare)
{
	const char *w = a->v[i];

	if (!strcmp(w, "-f") || !strcmp(w, "--file"))
		s->by = GRUB_SEARCH_FILE;
	else if (!strcmp(w, "-l") || !strcmp(w, "--label"))
		s->by = GRUB_SEARCH_LABEL;
	else if (!strcmp(w, "-u") || !strcmp(w, "--fs-uuid"))
		s->by = GRUB_SEARCH_UUID;
	else if (!strncmp(w, "--set=", 6))
		s->var = w + 6;
	else if (!strcmp(w, "--set") || !strcmp(w, "-s"))
		*bare = true;
	else if (!strncmp(w, "--hint", 6) && strchr(w, '='))
		*hint = strchr(w, '=') + 1;
	else if ((!strcmp(w, "-h") || !strncmp(w, "--hint", 6)) && i + 1 < a->n) {
		*hint = a->v[i + 1];
		return 2;
	} else if (w[0] != '-' || !w[1]) {
		return 0;
	}
	return 1;
}

static int grub_search_done(struct grub_eval *ev, const struct grub_search *s)
{
	long found = grub_search_run(ev, s);

	if (found < 0)
		return 1;
	if (s->var)
		grub_env_set(&ev->env, s->var, grub_path_name(ev, (size_t)found));
	return 0;
}

int grub_path_search(struct grub_eval *ev, const struct grub_args *a)
{
	const char *hints[32], *rest[32];
	struct grub_search s = {.by = GRUB_SEARCH_UUID, .hints = hints};
	size_t rests = 0;
	bool bare = false, dotted = a->v[0][6] == '.';

	if (!strcmp(a->v[0], "search.file"))
		s.by = GRUB_SEARCH_FILE;
	else if (!strcmp(a->v[0], "search.fs_label"))
		s.by = GRUB_SEARCH_LABEL;
	for (size_t i = 1, took; i < a->n; i += took) {
		const char *hint = NULL;

		took = grub_search_option(&s, a, i, &hint, &bare);
		if (hint && s.hint_count < 32)
			hints[s.hint_count++] = hint;
		if (!took) {
			took = 1;
			if (rests < 32)
				rest[rests++] = a->v[i];
		}
	}
	if (!rests)
		return 1;
	/* search.fs_uuid NAME [VARIABLE [HINT...]] is the form of the core image. */
	s.name = rest[0];
	if (rests > 1)
		s.var = rest[1];
	else if (!s.var && bare)
		s.var = "root";
	for (size_t i = 2; dotted && i < rests && s.hint_count < 32; i++)
		hints[s.hint_count++] = rest[i];
	return grub_search_done(ev, &s);
}

/* "hd0,gpt2" is in a table that GRUB calls gpt. */
static const char *grub_path_partmap(struct grub_eval *ev, size_t device)
{
	const char *part = strchr(ev->facts->devices[device].grub, ',');
	size_t len = part ? strcspn(part + 1, "0123456789") : 0;

	return len ? grub_arena_strndup(&ev->arena, part + 1, len) : NULL;
}

/* What probe's options ask for; NULL: not known. */
static const char *grub_path_probed(struct grub_eval *ev, const char *option, size_t device)
{
	const struct reader_device *d = &ev->facts->devices[device];

	if (!strcmp(option, "--fs-uuid") || !strcmp(option, "-u"))
		return d->uuid;
	if (!strcmp(option, "--label") || !strcmp(option, "-l"))
		return d->label;
	if (!strcmp(option, "--part-uuid"))
		return d->partuuid;
	if (!strcmp(option, "--partmap") || !strcmp(option, "-p"))
		return grub_path_partmap(ev, device);
	return NULL;
}

/* probe [--set=VAR] --fs-uuid|--label|--part-uuid|--partmap DEVICE */
int grub_path_probe(struct grub_eval *ev, const struct grub_args *a)
{
	const char *var = NULL, *device = NULL, *what = "", *value = NULL;
	long i;

	for (size_t n = 1; n < a->n; n++) {
		const char *w = a->v[n];

		if (!strncmp(w, "--set=", 6))
			var = w + 6;
		else if ((!strcmp(w, "--set") || !strcmp(w, "-s")) && n + 1 < a->n)
			var = a->v[++n];
		else if (*w == '-')
			what = w;
		else
			device = w;
	}
	i = device ? grub_path_device(ev, device) : -1;
	if (i >= 0)
		value = grub_path_probed(ev, what, (size_t)i);
	if (!value || !*value)
		return 1;
	if (var)
		grub_env_set(&ev->env, var, value);
	return 0;
}
