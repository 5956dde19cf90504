/* legacy.c - see legacy.h: what each title would start, and which is the default */
#include "bootconf/legacy.h"
#include "bootconf/draft.h"
#include "bootconf/legacy_parse.h"
#include "bootconf/legacy_path.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define LEGACY_MAX_FILES 16u /* configurations that lead to each other */
#define LEGACY_MAX_DEPTH 4u
#define LEGACY_NOTHING   (-1000000L)        /* no errno: nothing here can be booted */
#define LEGACY_MAX_SMALL ((size_t)16 << 10) /* bytes of device.map and of the default file */

struct legacy {
	const struct reader_facts *facts;
	struct boot_list *list;
	size_t files;
	unsigned told;
};

/* A configuration file that is being read. */
struct legacy_file {
	size_t device;
	const char *path;
	char *source;      /* owned; DEVICE:/path */
	char *map;         /* owned; device.map beside it, or NULL */
	const char *above; /* titles of the menus that lead here */
	const struct legacy_file *outer;
	struct legacy_config config;
};

/* What the commands of a title have set so far. */
struct legacy_run {
	char root[64]; /* "hd0,0"; "": the base */
	size_t base;   /* where the configuration is, or what uuid found */
	struct boot_entry entry;
	const char *foreign;      /* borrowed; the command that starts something else */
	bool missing;             /* told already why it cannot start */
	struct legacy_where next; /* configfile */
};

static long legacy_read(struct legacy *g, size_t device, const char *path, const char *above,
			const struct legacy_file *outer);

static void legacy_file_release(struct legacy_file *f)
{
	free(f->source);
	free(f->map);
	legacy_parse_release(&f->config);
}

static void legacy_where_release(struct legacy_where *w)
{
	free(w->path);
}

static void legacy_run_release(struct legacy_run *r)
{
	boot_entry_release(&r->entry);
	legacy_where_release(&r->next);
}

#define LEGACY_WARN(g, f, line, ...) \
	draft_warn((g)->list, &(g)->told, (f)->source, line, __VA_ARGS__)

/* A small file beside the configuration; NULL: there is none. */
static char *legacy_beside(const struct legacy *g, const struct legacy_file *f, const char *name)
{
	const struct reader_facts *facts = g->facts;
	int dir = (int)(strrchr(f->path, '/') - f->path);
	CLEANUP_FREE char *path = NULL;
	char *text = NULL;
	size_t len;

	if (asprintf(&path, "%.*s/%s", dir, f->path, name) < 0) {
		path = NULL;
		return NULL;
	}
	if (facts->read(facts->ctx, f->device, path, LEGACY_MAX_SMALL, &text, &len) < 0)
		return NULL;
	return text;
}

/* Finds the first word of @text; a warning says that the entry has no such file. */
static int legacy_file_named(struct legacy *g, const struct legacy_file *f,
			     const struct legacy_item *item, const struct legacy_command *c,
			     const char *text, struct legacy_run *run, struct legacy_where *w)
{
	CLEANUP_FREE char *word = strndup(text, strcspn(text, " "));
	int r;

	if (!word)
		return -ENOMEM;
	r = legacy_path_find(g->facts, f->map, run->base, run->root, word, w);
	if (!r && !w->path) {
		LEGACY_WARN(g, f, c->line, "the entry '%s' is left out: %s does not exist",
			    item->title, word);
		run->missing = true;
	}
	return r;
}

/* root (hd0,0), rootnoverify: without an argument it only tells. */
static void legacy_root(const struct legacy_file *f, struct legacy_run *run, const char *arg)
{
	size_t len = strcspn(arg, ")");

	if (*arg != '(' || !arg[len] || len > sizeof(run->root))
		return;
	memcpy(run->root, arg + 1, len - 1);
	run->root[len - 1] = '\0';
	run->base = f->device;
}

static void legacy_uuid(struct legacy *g, const struct legacy_file *f,
			const struct legacy_item *item, const struct legacy_command *c,
			struct legacy_run *run)
{
	const char *uuid = legacy_parse_argument(c);

	for (size_t i = 0; *uuid && i < g->facts->n; i++)
		if (!strcasecmp(g->facts->devices[i].uuid, uuid)) {
			run->base = i;
			run->root[0] = '\0';
			return;
		}
	LEGACY_WARN(g, f, c->line, "the entry '%s' is left out: no file system has the UUID %s",
		    item->title, uuid);
	run->missing = true;
}

/* kernel [--type=TYPE] [--no-mem-option] FILE ARGUMENT... */
static int legacy_kernel(struct legacy *g, const struct legacy_file *f,
			 const struct legacy_item *item, const struct legacy_command *c,
			 struct legacy_run *run)
{
	CLEANUP(legacy_where_release) struct legacy_where w = {0};
	const char *arg = legacy_parse_argument(c);
	int r;

	run->foreign = NULL;
	while (!strncmp(arg, "--", 2)) {
		if (!strncmp(arg, "--type=", 7) && strncmp(arg + 7, "linux", 5) != 0 &&
		    strncmp(arg + 7, "biglinux", 8) != 0)
			run->foreign = "another type";
		arg += strcspn(arg, " ");
		arg += strspn(arg, " ");
	}
	r = legacy_file_named(g, f, item, c, arg, run, &w);
	if (r < 0 || !w.path)
		return r;
	arg += strcspn(arg, " ");
	free(run->entry.cmdline);
	run->entry.cmdline = strdup(arg + strspn(arg, " "));
	if (!run->entry.cmdline)
		return -ENOMEM;
	return boot_file_set(&run->entry.kernel, g->facts->devices[w.device].name, w.path);
}

static int legacy_initrd(struct legacy *g, const struct legacy_file *f,
			 const struct legacy_item *item, const struct legacy_command *c,
			 struct legacy_run *run)
{
	CLEANUP(legacy_where_release) struct legacy_where w = {0};
	const char *arg = legacy_parse_argument(c);
	int r = legacy_file_named(g, f, item, c, arg, run, &w);

	if (r < 0 || !w.path)
		return r;
	if (strchr(arg, ' '))
		LEGACY_WARN(g, f, c->line, "only the first file is loaded, as GRUB legacy does");
	boot_entry_clear_initrds(&run->entry);
	return boot_entry_add_initrd(&run->entry, g->facts->devices[w.device].name, w.path);
}

/* find --set-root FILE: the first file system that has it. */
static void legacy_search(const struct legacy *g, const char *arg, struct legacy_run *run)
{
	const struct reader_facts *facts = g->facts;

	if (strncmp(arg, "--set-root ", 11) != 0)
		return;
	arg += 11 + strspn(arg + 11, " ");
	for (size_t i = 0; *arg == '/' && i < facts->n; i++)
		if (facts->stat(facts->ctx, i, arg, NULL) != READER_NONE) {
			run->base = i;
			run->root[0] = '\0';
			return;
		}
}

static int legacy_command(struct legacy *g, const struct legacy_file *f,
			  const struct legacy_item *item, const struct legacy_command *c,
			  struct legacy_run *run)
{
	const char *name = c->name, *arg = legacy_parse_argument(c);

	if (!strcmp(name, "root") || !strcmp(name, "rootnoverify"))
		legacy_root(f, run, arg);
	else if (!strcmp(name, "uuid"))
		legacy_uuid(g, f, item, c, run);
	else if (!strcmp(name, "find"))
		legacy_search(g, arg, run);
	else if (!strcmp(name, "kernel"))
		return legacy_kernel(g, f, item, c, run);
	else if (!strcmp(name, "initrd"))
		return legacy_initrd(g, f, item, c, run);
	else if (!strcmp(name, "configfile"))
		return legacy_file_named(g, f, item, c, arg, run, &run->next);
	else if (!strcmp(name, "chainloader") || !strncmp(name, "module", 6))
		run->foreign = c->name;
	return 0;
}

static char *legacy_full_title(const struct legacy_file *f, const struct legacy_item *item)
{
	const char *own = *item->title ? item->title : "(untitled)";
	char *full;

	return asprintf(&full, "%s%s%s", f->above, *f->above ? ">" : "", own) < 0 ? NULL : full;
}

static int legacy_take(struct legacy *g, const struct legacy_file *f, struct legacy_item *item,
		       struct legacy_run *run)
{
	struct boot_entry *e = &run->entry, *added;

	e->title = legacy_full_title(f, item);
	e->source = strdup(f->source);
	e->id = e->title ? draft_id(g->list, e->title) : NULL;
	if (!e->title || !e->source || !e->id)
		return -ENOMEM;
	added = boot_list_add(g->list);
	if (!added) {
		LEGACY_WARN(g, f, item->line, "the entry '%s' is left out: there are too many",
			    item->title);
		return 0;
	}
	*added = *e;
	*e = (struct boot_entry){0};
	item->entry = (long)g->list->n - 1;
	return 0;
}

/* Another configuration: its default is the title's. */
static int legacy_open(struct legacy *g, const struct legacy_file *f, struct legacy_item *item,
		       const struct legacy_where *next)
{
	CLEANUP_FREE char *above = legacy_full_title(f, item);
	long entry;

	if (!above)
		return -ENOMEM;
	entry = legacy_read(g, next->device, next->path, above, f);
	if (entry == -ENOMEM)
		return -ENOMEM;
	item->entry = entry < 0 ? -1 : entry;
	return 0;
}

static int legacy_item(struct legacy *g, const struct legacy_file *f, struct legacy_item *item)
{
	CLEANUP(legacy_run_release) struct legacy_run run = {.base = f->device};

	for (size_t i = 0; i < item->count && !run.missing && !run.next.path; i++) {
		int r = legacy_command(g, f, item, &f->config.commands[item->first + i], &run);

		if (r < 0)
			return r;
	}
	if (run.missing)
		return 0;
	if (run.next.path)
		return legacy_open(g, f, item, &run.next);
	if (!run.entry.kernel.path)
		return 0;
	if (!run.foreign)
		return legacy_take(g, f, item, &run);
	if (strcmp(run.foreign, "chainloader") != 0)
		LEGACY_WARN(g, f, item->line,
			    "the entry '%s' is left out: it starts no Linux kernel directly (%s), "
			    "which kexec cannot do",
			    item->title, run.foreign);
	return 0;
}

/* default saved: grub-set-default writes a number; another digit before a
 * colon is for one boot. */
static uint64_t legacy_saved(const struct legacy *g, const struct legacy_file *f)
{
	CLEANUP_FREE char *text = legacy_beside(g, f, "default");
	const char *colon;
	uint64_t n;

	if (!text)
		return 0;
	/* GRUB looks at as many bytes. */
	text[strnlen(text, 9)] = '\0';
	colon = strchr(text, ':');
	return legacy_parse_number(colon ? colon + 1 : text, &n) ? n : 0;
}

/* The place in the list of the entry that starts by itself; -1: none. */
static long legacy_default(struct legacy *g, const struct legacy_file *f)
{
	const struct legacy_config *c = &f->config;
	uint64_t initial = c->saved ? legacy_saved(g, f) : c->initial;
	long first = -1;

	if (initial < c->item_count && c->items[initial].entry >= 0)
		return c->items[initial].entry;
	for (size_t i = 0; i < c->fallback_count; i++)
		if (c->fallbacks[i] < c->item_count && c->items[c->fallbacks[i]].entry >= 0)
			return c->items[c->fallbacks[i]].entry;
	for (size_t i = 0; i < c->item_count && first < 0; i++)
		first = c->items[i].entry;
	if (first >= 0 && (initial < c->item_count || c->items[0].entry < 0))
		LEGACY_WARN(g, f, 0,
			    "the default entry %ju cannot be booted here; the first one that can "
			    "is used instead",
			    (uintmax_t)initial);
	return first;
}

/* The place in the list of the entry that starts by itself, LEGACY_NOTHING, or
 * -errno. */
static long legacy_read(struct legacy *g, size_t device, const char *path, const char *above,
			const struct legacy_file *outer)
{
	CLEANUP(legacy_file_release)
	struct legacy_file f = {.device = device, .path = path, .above = above, .outer = outer};
	CLEANUP_FREE char *text = NULL;
	unsigned depth = 0;
	size_t len;
	long entry;
	int r;

	if (asprintf(&f.source, "%s:%s", g->facts->devices[device].name, path) < 0) {
		f.source = NULL;
		return -ENOMEM;
	}
	/* A way back to the menu that one came from. */
	for (; outer; outer = outer->outer, depth++)
		if (outer->device == device && !strcmp(outer->path, path))
			return LEGACY_NOTHING;
	if (depth > LEGACY_MAX_DEPTH || g->files == LEGACY_MAX_FILES) {
		LEGACY_WARN(g, &f, 0, "is not read: too many configurations lead here");
		return -ELOOP;
	}
	g->files++;
	r = g->facts->read(g->facts->ctx, device, path, READER_MAX_CONFIG, &text, &len);
	if (r < 0) {
		LEGACY_WARN(g, &f, 0, "cannot be read: %s",
			    r == -EFBIG ? "it is too large" : strerror(-r));
		return r;
	}
	f.map = legacy_beside(g, &f, "device.map");
	r = legacy_parse(text, len, f.source, g->list, &g->told, &f.config);
	for (size_t i = 0; i < f.config.item_count && !r; i++)
		r = legacy_item(g, &f, &f.config.items[i]);
	if (r < 0)
		return r;
	if (!f.outer && f.config.has_timeout) {
		g->list->has_timeout = true;
		g->list->timeout = f.config.timeout;
	}
	entry = legacy_default(g, &f);
	return entry < 0 ? LEGACY_NOTHING : entry;
}

int legacy_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		    struct boot_list *list)
{
	struct legacy g = {.facts = facts, .list = list};
	long entry = legacy_read(&g, device, path, "", NULL);

	if (entry >= 0)
		list->v[entry].is_default = true;
	return entry >= 0 || entry == LEGACY_NOTHING ? 0 : (int)entry;
}
