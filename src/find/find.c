/* find.c - see find.h: from file systems to one list of entries */
#include "find/find.h"
#include "find/candidate.h"
#include "find/pair.h"
#include "find/tree_facts.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>

struct find {
	struct tree_facts trees;
	struct boot_list *list;
};

static void find_release(struct find *f)
{
	tree_facts_release(&f->trees);
}

static bool find_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool find_same_file(const struct boot_file *a, const struct boot_file *b)
{
	return find_same_text(a->device, b->device) && find_same_text(a->path, b->path) &&
	       find_same_text(a->newc, b->newc) && a->offset == b->offset && a->size == b->size;
}

/* A boot loader entry's file that GRUB's blscfg has read, too: GRUB knows more
 * about it, variables and early initrds. */
static bool find_same_source(const struct boot_entry *a, const struct boot_entry *b)
{
	return a->reader != b->reader && find_same_text(a->source, b->source) &&
	       find_same_file(&a->kernel, &b->kernel);
}

/* Would both start the same? */
static bool find_same_entry(const struct boot_entry *a, const struct boot_entry *b)
{
	if (find_same_source(a, b))
		return true;
	if (!find_same_file(&a->kernel, &b->kernel) || !find_same_text(a->cmdline, b->cmdline) ||
	    a->initrd_count != b->initrd_count || !find_same_file(&a->devicetree, &b->devicetree))
		return false;
	for (size_t i = 0; i < a->initrd_count; i++)
		if (!find_same_file(&a->initrds[i], &b->initrds[i]))
			return false;
	return true;
}

/* A number could be taken for a place in the list. */
static bool find_id_usable(const struct boot_list *l, const char *id)
{
	uint64_t number;

	if (text_to_u64(id, 0, UINT32_MAX, &number))
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strcmp(l->v[i].id, id))
			return false;
	return true;
}

/* "legacy:ID", "legacy:ID#2": the first that nobody has. */
static int find_make_unique(const struct boot_list *l, struct boot_entry *e)
{
	CLEANUP_FREE char *own = STEAL(e->id);

	for (unsigned n = 1; n <= l->n + 1; n++) {
		char number[16] = "";

		if (n > 1)
			snprintf(number, sizeof(number), "#%u", n);
		if (asprintf(&e->id, "%s:%s%s", e->reader, own ? own : "", number) < 0) {
			e->id = NULL;
			return -ENOMEM;
		}
		if (find_id_usable(l, e->id))
			return 0;
		free(STEAL(e->id));
	}
	return -ENOMEM;
}

/* Moves one entry of another configuration behind the others. */
static int find_add_other(struct boot_list *l, struct boot_entry *e)
{
	struct boot_entry *added;

	for (size_t i = 0; i < l->n; i++)
		if (find_same_entry(&l->v[i], e))
			return 0;
	if (e->id && !find_id_usable(l, e->id) && find_make_unique(l, e) < 0)
		return -ENOMEM;
	added = boot_list_add(l);
	if (!added)
		return 0;
	*added = *e;
	*e = (struct boot_entry){0};
	added->is_default = false;
	added->is_other = true;
	return 0;
}

/* The same file may have been read on several ways. */
static int find_add_warnings(struct boot_list *l, const struct strv *warnings)
{
	int r = 0;

	for (size_t i = 0; i < warnings->n && !r; i++)
		if (!strv_has(&l->warnings, warnings->v[i]))
			r = strv_add(&l->warnings, warnings->v[i]);
	return r;
}

static int find_merge(struct boot_list *l, struct boot_list *more)
{
	int r = find_add_warnings(l, &more->warnings);

	if (!r && !l->n) {
		struct strv warnings = l->warnings;

		free(l->v);
		strv_release(&more->warnings);
		*l = *more;
		l->warnings = warnings;
		*more = (struct boot_list){0};
		return 0;
	}
	for (size_t i = 0; i < more->n && !r; i++)
		r = find_add_other(l, &more->v[i]);
	return r;
}

/* One configuration. 0, also when it offers nothing; -ENOMEM. */
static int find_read(struct find *f, enum rank_kind kind, size_t tree, const char *path)
{
	CLEANUP(boot_list_release) struct boot_list found = {0};
	int r = candidate_reader(kind)(&f->trees.facts, tree, path, &found);

	if (r == -ENOMEM)
		return r;
	for (size_t i = 0; i < found.n; i++)
		found.v[i].reader = candidate_name(kind);
	if (!r && !found.n)
		strv_addf(&found.warnings, "%s:%s: has no entry that can be booted",
			  f->trees.trees->v[tree].name, path);
	return find_merge(f->list, &found);
}

static int find_all(struct find *f)
{
	CLEANUP_FREE struct candidate_list *c = malloc(sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	r = candidate_find(&f->trees, c);
	for (size_t i = 0; i < c->n && !r; i++)
		r = find_read(f, c->v[i].rank.kind, c->v[i].rank.tree, c->v[i].path);
	candidate_list_release(c);
	return r;
}

static int find_nothing(struct find *f)
{
	const struct find_trees *trees = f->trees.trees;
	char where[256] = "";

	for (size_t i = 0; i < trees->n; i++) {
		size_t len = strlen(where);

		snprintf(where + len, sizeof(where) - len, "%s%s", i ? " " : "", trees->v[i].name);
	}
	return strv_addf(&f->list->warnings, "nothing to boot was found on: %s; looked for %s",
			 *where ? where : "no file system at all", candidate_places());
}

/* "/path" in the first tree, "NAME:/path" in another. False: no such tree. */
static bool find_split_config(const struct find *f, const char *config, size_t *tree,
			      const char **path)
{
	const struct find_trees *trees = f->trees.trees;

	*tree = 0;
	*path = config;
	for (size_t i = 0; i < trees->n && *config != '/'; i++) {
		size_t len = strlen(trees->v[i].name);

		if (strncmp(config, trees->v[i].name, len) != 0 || config[len] != ':')
			continue;
		*tree = i;
		*path = config + len + 1;
	}
	return trees->n && **path == '/';
}

static int find_config(struct find *f, const char *config)
{
	const struct reader_facts *facts = &f->trees.facts;
	CLEANUP_FREE char *text = NULL;
	const char *path;
	enum rank_kind kind;
	size_t tree, len;

	if (!find_split_config(f, config, &tree, &path)) {
		strv_addf(&f->list->warnings,
			  "%s: a configuration is given as /PATH in the first file system, or as "
			  "NAME:/PATH",
			  config);
		return -EINVAL;
	}
	if (facts->read(facts->ctx, tree, path, READER_MAX_CONFIG, &text, &len) < 0)
		text = NULL;
	kind = candidate_guess(path, facts->stat(facts->ctx, tree, path, NULL), text);
	if (!candidate_reader(kind)) {
		strv_addf(&f->list->warnings, "%s: there is no reader for this kind of file",
			  config);
		return -EINVAL;
	}
	return find_read(f, kind, tree, path);
}

int find_entries(const struct find_trees *trees, const struct find_options *options,
		 struct boot_list *list)
{
	static const struct find_options none;
	const struct find_options *o = options ? options : &none;
	CLEANUP(find_release) struct find f = {.list = list};
	int r = tree_facts_init(&f.trees, trees, o->platform, o->env);

	if (!r && o->config)
		return find_config(&f, o->config);
	if (!r)
		r = find_all(&f);
	if (!r && !list->n)
		r = pair_find(&f.trees, list);
	if (!r && !list->n)
		r = find_nothing(&f);
	return r;
}
