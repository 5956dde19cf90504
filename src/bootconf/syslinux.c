/* syslinux.c - see syslinux.h: from labels to boot entries */
#include "bootconf/syslinux.h"
#include "bootconf/draft.h"
#include "bootconf/syslinux_parse.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct syslinux {
	const struct reader_facts *facts;
	size_t device;
	const char *source; /* DEVICE:/path of the configuration */
	char *dir;          /* owned; relative names are below it */
	struct boot_list *list;
	struct syslinux_config config;
	const char *extra;    /* what DEFAULT adds to the default label's command line */
	bool told_devicetree; /* what applies to every label is said once */
};

static void syslinux_release(struct syslinux *s)
{
	syslinux_parse_release(&s->config);
	free(s->dir);
}

#define SYSLINUX_WARN(s, l, ...) \
	draft_warn((s)->list, &(s)->config.told, (s)->config.files.v[(l)->file], (l)->line, \
		   __VA_ARGS__)

/* The character ^ stands before the key that selects an entry. */
static void syslinux_drop_hotkey(char *text)
{
	char *out = text;

	for (; *text; text++)
		if (*text != '^')
			*out++ = *text;
	*out = '\0';
}

/* "Menu>Submenu>" before the titles of a menu's entries; bounded by the depth
 * of menus and the length of a line. */
static char *syslinux_above(const struct syslinux *s, size_t menu)
{
	const struct syslinux_menu *m = &s->config.menus[menu];
	const char *name = m->label ? m->label : m->tag ? m->tag : m->title ? m->title : "";
	CLEANUP_FREE char *above = NULL;
	char *full;

	if (!menu)
		return strdup("");
	above = syslinux_above(s, m->parent);
	return above && asprintf(&full, "%s%.200s>", above, name) >= 0 ? full : NULL;
}

static char *syslinux_title(const struct syslinux *s, const struct syslinux_label *l)
{
	CLEANUP_FREE char *above = syslinux_above(s, l->menu);
	const char *own = l->title && l->title[strspn(l->title, "^")] ? l->title : l->name;
	char *full;

	if (!above || asprintf(&full, "%s%s", above, own) < 0)
		return NULL;
	syslinux_drop_hotkey(full);
	return full;
}

static bool syslinux_on_pc(const struct syslinux *s)
{
	const char *m = s->facts->machine;

	return m && (!strcmp(m, "x86_64") || (m[0] == 'i' && m[1] && !strcmp(m + 2, "86")));
}

/* Whether a file of that name is something else than Linux to SYSLINUX. U-Boot
 * does not look at names, and kernel8.img is one of its kernels. */
static bool syslinux_foreign_name(const struct syslinux *s, const char *path)
{
	static const char *const endings[] = {".0",   ".bin", ".bs",  ".bss",
					      ".c32", ".cbt", ".com", ".img"};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcasecmp(dot, endings[i]))
			return !strcmp(endings[i], ".c32") || syslinux_on_pc(s);
	return false;
}

/* The first word of @line as a path; owned. @rest: what follows it. */
static char *syslinux_kernel_path(const struct syslinux *s, const char *line, const char **rest)
{
	size_t len = strcspn(line, " \t");
	CLEANUP_FREE char *word = strndup(line, len);

	*rest = line + len + strspn(line + len, " \t");
	if (!word)
		return NULL;
	return draft_path(s->dir, strncmp(word, "::", 2) ? word : word + 2);
}

/* Finds the file that the configuration calls @word and says when there is
 * none. 0, or -errno. */
static int syslinux_find(struct syslinux *s, const struct syslinux_label *l, const char *word,
			 char **found)
{
	const char *rest;
	CLEANUP_FREE char *path = syslinux_kernel_path(s, word, &rest);

	if (!path)
		return -ENOMEM;
	*found = draft_look(s->facts, s->device, path);
	if (*found)
		return 0;
	if (strchr(path, '#'))
		SYSLINUX_WARN(s, l,
			      "the entry '%s' is left out: %s names a part of a FIT image, "
			      "which cannot be started here",
			      l->name, path);
	else
		SYSLINUX_WARN(s, l, "the entry '%s' is left out: %s does not exist", l->name, path);
	return -ENOENT;
}

/* The value of the last initrd= in a command line; owned; NULL: none. */
static char *syslinux_initrd_word(const char *cmdline)
{
	const char *found = NULL;

	for (const char *w = cmdline; *w; w += strcspn(w, " \t")) {
		w += strspn(w, " \t");
		if (!strncmp(w, "initrd=", 7))
			found = w + 7;
	}
	return found ? strndup(found, strcspn(found, " \t")) : NULL;
}

static int syslinux_initrds(struct syslinux *s, const struct syslinux_label *l,
			    struct boot_entry *e)
{
	CLEANUP_FREE char *inside = syslinux_initrd_word(e->cmdline);
	CLEANUP(strv_release) struct strv words = {0};
	const struct strv *names = l->initrds.n ? &l->initrds : &words;
	char *save = NULL;
	int r = 0;

	for (char *w = inside ? strtok_r(inside, ",", &save) : NULL; w && !r;
	     w = strtok_r(NULL, ",", &save))
		r = strv_add(&words, w);
	for (size_t i = 0; i < names->n && !r; i++) {
		CLEANUP_FREE char *path = NULL;

		r = syslinux_find(s, l, names->v[i], &path);
		if (!r)
			r = boot_entry_add_initrd(e, s->facts->devices[s->device].name, path);
	}
	if (r == -E2BIG)
		SYSLINUX_WARN(s, l, "the entry '%s' is left out: it has too many initrds", l->name);
	return r;
}

/* What U-Boot would add to the device tree that the machine has now. */
static int syslinux_devicetree(struct syslinux *s, const struct syslinux_label *l,
			       struct boot_entry *e)
{
	CLEANUP_FREE char *path = NULL, *found = NULL;
	const char *rest;

	if (l->unsettled && !s->told_devicetree) {
		SYSLINUX_WARN(s, l,
			      "'%s' is not followed: what U-Boot takes from it depends on "
			      "the board; the device tree of the running machine stays",
			      l->unsettled);
		s->told_devicetree = true;
	}
	if (!l->devicetree)
		return 0;
	path = syslinux_kernel_path(s, l->devicetree, &rest);
	if (!path)
		return -ENOMEM;
	found = draft_look(s->facts, s->device, path);
	if (found)
		return boot_file_set(&e->devicetree, s->facts->devices[s->device].name, found);
	SYSLINUX_WARN(s, l, "%s does not exist; the entry '%s' is listed without a device tree",
		      path, l->name);
	return 0;
}

/* The label's own words first, then what DEFAULT adds. */
static char *syslinux_cmdline(const struct syslinux *s, const struct syslinux_label *l,
			      const char *behind_kernel, bool is_default)
{
	const char *parts[] = {behind_kernel,
			       l->append && strcmp(l->append, "-") != 0 ? l->append : "",
			       is_default && s->extra ? s->extra : ""};
	CLEANUP_FREE char *line = strdup("");

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && line; i++) {
		char *longer;

		if (!*parts[i])
			continue;
		if (asprintf(&longer, "%s%s%s", line, *line ? " " : "", parts[i]) < 0)
			return NULL;
		free(line);
		line = longer;
	}
	return STEAL(line);
}

static int syslinux_fill(struct syslinux *s, const struct syslinux_label *l, bool is_default,
			 struct boot_entry *e)
{
	const char *line = l->kernel ? l->kernel : l->name, *rest;
	CLEANUP_FREE char *path = syslinux_kernel_path(s, line, &rest), *found = NULL;
	int r;

	if (!path)
		return -ENOMEM;
	if (l->foreign || (l->by_name && syslinux_foreign_name(s, path))) {
		SYSLINUX_WARN(s, l, "the entry '%s' is left out: it starts no Linux kernel (%s)",
			      l->name, l->foreign ? l->foreign : path);
		return -ENOENT;
	}
	r = syslinux_find(s, l, line, &found);
	if (r < 0)
		return r;
	r = boot_file_set(&e->kernel, s->facts->devices[s->device].name, found);
	e->cmdline = syslinux_cmdline(s, l, rest, is_default);
	e->id = draft_id(s->list, l->name);
	e->title = syslinux_title(s, l);
	e->source = strdup(s->source);
	if (r < 0 || !e->cmdline || !e->id || !e->title || !e->source)
		return -ENOMEM;
	e->is_default = is_default;
	r = syslinux_initrds(s, l, e);
	return r < 0 ? r : syslinux_devicetree(s, l, e);
}

/* 0 also when the label gives no entry. */
static int syslinux_take(struct syslinux *s, const struct syslinux_label *l, bool is_default)
{
	CLEANUP(boot_entry_release) struct boot_entry e = {0};
	struct boot_entry *added;
	int r;

	if (l->disabled || (l->hidden && !is_default))
		return 0;
	r = syslinux_fill(s, l, is_default, &e);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	added = boot_list_add(s->list);
	if (!added) {
		SYSLINUX_WARN(s, l, "the entry '%s' is left out: there are too many", l->name);
		return 0;
	}
	*added = e;
	e = (struct boot_entry){0};
	return 0;
}

/* The label that is called so; -1: none. */
static long syslinux_named(const struct syslinux *s, const char *name, size_t len)
{
	for (size_t i = 0; i < s->config.label_count; i++)
		if (!strncmp(s->config.labels[i].name, name, len) && !s->config.labels[i].name[len])
			return (long)i;
	return -1;
}

/* DEFAULT and ONTIMEOUT hold a label or a kernel, and perhaps more words. A
 * kernel becomes a label of its own. -1: it is neither; -ENOMEM. */
static long syslinux_command(struct syslinux *s, const char *text)
{
	CLEANUP_FREE char *path = NULL, *found = NULL;
	struct syslinux_label *l;
	long i = syslinux_named(s, text, strlen(text));

	if (i >= 0)
		return i;
	path = syslinux_kernel_path(s, text, &s->extra);
	i = syslinux_named(s, text, strcspn(text, " \t"));
	if (i >= 0 || !path)
		return path ? i : -ENOMEM;
	/* "DEFAULT menu.c32" is the program that shows the menu. */
	found = syslinux_foreign_name(s, path) ? NULL : draft_look(s->facts, s->device, path);
	if (!found) {
		s->extra = NULL;
		return -1;
	}
	l = syslinux_parse_add(&s->config, text);
	if (!l)
		return -1;
	l->name[strcspn(text, " \t")] = '\0';
	l->append = s->config.append ? strdup(s->config.append) : NULL;
	return (long)s->config.label_count - 1;
}

/* The label that starts by itself; -1: the first that can. */
static long syslinux_default(struct syslinux *s)
{
	const char *names[] = {s->config.by_clock, s->config.initial};
	long found = -1;

	for (size_t i = 0; i < 2; i++) {
		long l = names[i] && *names[i] ? syslinux_command(s, names[i]) : -1;

		if (l != -1)
			return l;
		if (names[i] && *names[i] && !strcasestr(names[i], ".c32"))
			draft_warn(s->list, &s->config.told, s->source, 0,
				   "the default '%s' is neither a label nor an existing kernel",
				   names[i]);
	}
	for (size_t i = 0; i < s->config.label_count; i++)
		if (s->config.labels[i].menu_default && !s->config.labels[i].menu &&
		    !s->config.labels[i].disabled)
			found = (long)i;
	return found;
}

static int syslinux_entries(struct syslinux *s)
{
	size_t before = s->list->n;
	long wanted = syslinux_default(s);
	bool has_default = false;

	if (wanted == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; i < s->config.label_count; i++) {
		int r = syslinux_take(s, &s->config.labels[i], (long)i == wanted);

		if (r < 0)
			return r;
	}
	for (size_t i = before; i < s->list->n; i++)
		has_default |= s->list->v[i].is_default;
	if (has_default || s->list->n == before)
		return 0;
	draft_first_default(s->list, before);
	if (wanted >= 0)
		SYSLINUX_WARN(s, &s->config.labels[wanted],
			      "the default entry '%s' cannot be booted here; the first one that "
			      "can is used instead",
			      s->config.labels[wanted].name);
	return 0;
}

int syslinux_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		      struct boot_list *list)
{
	CLEANUP_FREE char *source = NULL;
	CLEANUP(syslinux_release)
	struct syslinux s = {.facts = facts, .device = device, .list = list};
	const char *slash = strrchr(path, '/');
	int r;

	if (asprintf(&source, "%s:%s", facts->devices[device].name, path) < 0) {
		source = NULL;
		return -ENOMEM;
	}
	s.source = source;
	s.dir = strndup(path, slash ? (size_t)(slash - path) : 0);
	if (!s.dir)
		return -ENOMEM;
	r = syslinux_parse(facts, device, path, list, &s.config);
	if (r < 0)
		return r;
	r = syslinux_entries(&s);
	if (!r && s.config.has_timeout) {
		list->has_timeout = true;
		list->timeout = s.config.timeout;
	}
	return r;
}
