/* syslinux_parse.c - see syslinux_parse.h */
#include "bootconf/syslinux_parse.h"
#include "bootconf/draft.h"
#include "util/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

struct syslinux_parser {
	const struct reader_facts *facts;
	size_t device;
	char *dir; /* owned; relative names are below it */
	struct boot_list *list;
	struct syslinux_config *c;
	size_t menu; /* where labels go */
	size_t file; /* that is being read, and where in it */
	unsigned line;
	size_t reading[SYSLINUX_MAX_DEPTH]; /* the files that are open */
	unsigned depth;                     /* how many they are */
	unsigned refused;                   /* menus inside the present one that do not count */
	size_t bytes;                       /* read so far */
	bool in_label;                      /* the last label takes keywords */
	bool in_text;                       /* between TEXT and ENDTEXT */
	bool full;                          /* no more labels fit */
	bool no_memory;
};

static int syslinux_file(struct syslinux_parser *p, const char *path);

static void syslinux_set(struct syslinux_parser *p, char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		p->no_memory = true;
	free(*field);
	*field = copy;
}

#define SYSLINUX_WARN(p, ...) \
	draft_warn((p)->list, &(p)->c->told, (p)->c->files.v[(p)->file], (p)->line, __VA_ARGS__)

struct syslinux_label *syslinux_parse_add(struct syslinux_config *c, const char *name)
{
	struct syslinux_label *grown;
	char *copy;

	if (c->label_count == SYSLINUX_MAX_LABELS)
		return NULL;
	grown = realloc(c->labels, (c->label_count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	c->labels = grown;
	copy = strdup(name);
	if (!copy)
		return NULL;
	grown[c->label_count] = (struct syslinux_label){.name = copy, .by_name = true};
	return &grown[c->label_count++];
}

/* The label that keywords are about; NULL: they are about the whole. */
static struct syslinux_label *syslinux_open(struct syslinux_parser *p)
{
	return p->in_label ? &p->c->labels[p->c->label_count - 1] : NULL;
}

/* The label is complete: what it does not say is what was said before it. */
static void syslinux_close(struct syslinux_parser *p)
{
	struct syslinux_label *l = syslinux_open(p);

	if (l && !l->append && p->c->append)
		syslinux_set(p, &l->append, p->c->append);
	p->in_label = false;
}

static void syslinux_label(struct syslinux_parser *p, char *rest)
{
	struct syslinux_label *l;

	syslinux_close(p);
	l = *rest ? syslinux_parse_add(p->c, rest) : NULL;
	if (!l) {
		if (*rest && !p->full)
			SYSLINUX_WARN(p, "there are too many labels; this one and those behind "
					 "it are left out");
		p->full |= *rest != '\0';
		return;
	}
	l->menu = p->menu;
	l->file = p->file;
	l->line = p->line;
	p->in_label = true;
}

static void syslinux_begin(struct syslinux_parser *p, const char *tag)
{
	struct syslinux_config *c = p->c;
	struct syslinux_menu *grown;
	unsigned depth = c->menus[p->menu].depth + 1;

	syslinux_close(p);
	if (c->menu_count == SYSLINUX_MAX_MENUS || depth > SYSLINUX_MAX_DEPTH) {
		SYSLINUX_WARN(p, "there are too many menus, or they are nested too deeply");
		p->refused++;
		return;
	}
	grown = realloc(c->menus, (c->menu_count + 1) * sizeof(*grown));
	if (!grown) {
		p->no_memory = true;
		return;
	}
	c->menus = grown;
	grown[c->menu_count] = (struct syslinux_menu){.parent = p->menu, .depth = depth};
	p->menu = c->menu_count++;
	if (*tag)
		syslinux_set(p, &grown[p->menu].tag, tag);
}

static void syslinux_end(struct syslinux_parser *p)
{
	syslinux_close(p);
	if (p->refused)
		p->refused--;
	else
		p->menu = p->c->menus[p->menu].parent;
}

/* INCLUDE FILE [TITLE]: with a title the file is a submenu. */
static void syslinux_include(struct syslinux_parser *p, char *rest)
{
	size_t len = strcspn(rest, " \t");
	char *title = rest + len + strspn(rest + len, " \t");
	size_t menu = p->menu, file = p->file;
	unsigned line = p->line, refused = p->refused;
	CLEANUP_FREE char *path = NULL;
	bool sub = *title != '\0';

	rest[len] = '\0';
	if (!*rest)
		return;
	path = draft_path(p->dir, rest);
	if (!path) {
		p->no_memory = true;
		return;
	}
	if (sub)
		syslinux_begin(p, title);
	syslinux_file(p, path);
	p->file = file;
	p->line = line;
	if (!sub)
		return;
	syslinux_close(p);
	p->menu = menu;
	p->refused = refused;
}

static void syslinux_menu_text(struct syslinux_parser *p, bool is_label, const char *rest)
{
	struct syslinux_label *l = syslinux_open(p);
	struct syslinux_menu *m = &p->c->menus[p->menu];

	if (is_label && l)
		syslinux_set(p, &l->title, rest);
	else if (p->menu)
		syslinux_set(p, is_label ? &m->label : &m->title, rest);
}

/* The word at @s is @word; the rest of the line behind it, else NULL. */
static char *syslinux_after(char *s, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(s, word, len) != 0 || (s[len] && !strchr(" \t", s[len])))
		return NULL;
	return s + len + strspn(s + len, " \t");
}

static bool syslinux_is(char *s, const char *word)
{
	return syslinux_after(s, word) != NULL;
}

/* What it does not know is about colours and positions. */
static void syslinux_menu(struct syslinux_parser *p, char *rest)
{
	struct syslinux_label *l = syslinux_open(p);
	char *value;

	if ((value = syslinux_after(rest, "label")))
		syslinux_menu_text(p, true, value);
	else if ((value = syslinux_after(rest, "title")))
		syslinux_menu_text(p, false, value);
	else if ((value = syslinux_after(rest, "include")))
		syslinux_include(p, value);
	else if ((value = syslinux_after(rest, "begin")))
		syslinux_begin(p, value);
	else if (syslinux_is(rest, "end"))
		syslinux_end(p);
	else if (syslinux_is(rest, "separator"))
		syslinux_close(p);
	else if (!l)
		return;
	else if (syslinux_is(rest, "default"))
		l->menu_default = true;
	else if (syslinux_is(rest, "hide"))
		l->hidden = true;
	else if (syslinux_is(rest, "disable") || syslinux_is(rest, "disabled") ||
		 syslinux_is(rest, "exit") || syslinux_is(rest, "quit") ||
		 syslinux_is(rest, "goto"))
		l->disabled = true;
}

static void syslinux_append(struct syslinux_parser *p, char *rest)
{
	struct syslinux_label *l = syslinux_open(p);

	if (l || !p->full)
		syslinux_set(p, l ? &l->append : &p->c->append, rest);
}

/* Each of LINUX, KERNEL, COM32 ... replaces the one before. */
static void syslinux_starts(struct syslinux_parser *p, const char *kernel, const char *foreign,
			    bool by_name)
{
	struct syslinux_label *l = syslinux_open(p);

	if (!l)
		return;
	syslinux_set(p, &l->kernel, kernel);
	l->foreign = foreign;
	l->by_name = by_name;
}

static void syslinux_initrd(struct syslinux_parser *p, char *rest)
{
	struct syslinux_label *l = syslinux_open(p);
	char *save = NULL;

	for (char *w = strtok_r(rest, ",", &save); l && w; w = strtok_r(NULL, ",", &save)) {
		size_t len;

		w += strspn(w, " \t");
		len = strlen(w);
		while (len && strchr(" \t", w[len - 1]))
			w[--len] = '\0';
		if (len && strv_add(&l->initrds, w) < 0)
			p->no_memory = true;
	}
}

static void syslinux_fdt(struct syslinux_parser *p, const char *rest)
{
	struct syslinux_label *l = syslinux_open(p);

	if (l && *rest && !l->devicetree)
		syslinux_set(p, &l->devicetree, rest);
}

static void syslinux_timeout(struct syslinux_parser *p, const char *rest)
{
	long tenths = strtol(rest, NULL, 10);

	p->c->has_timeout = tenths > 0;
	if (tenths > 0)
		p->c->timeout = tenths > INT_MAX - 10 ? INT_MAX / 10 : (unsigned)(tenths + 9) / 10;
}

static const char *const syslinux_foreign[] = {
	"boot", "bss", "com32", "comboot", "config", "fdimage", "localboot", "pxe",
};

static const char *const syslinux_unsettled[] = {
	"fdtdir",
	"devicetreedir",
	"fdtoverlays",
	"devicetree-overlay",
};

/* Known, and nothing to us. */
static const char *const syslinux_quiet[] = {
	"allowoptions", "background", "console",   "display",      "gfxboot",   "path",
	"endtext",      "font",       "implicit",  "ipappend",     "kaslrseed", "kbdmap",
	"nocomplete",   "noescape",   "nohalt",    "onerror",      "prompt",    "say",
	"sendcookies",  "serial",     "sysappend", "totaltimeout", "ui",
};

#define SYSLINUX_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool syslinux_is_key(const char *s)
{
	return (*s == 'f' || *s == 'F') && s[1] >= '0' && s[1] <= '9';
}

static void syslinux_other(struct syslinux_parser *p, char *s)
{
	struct syslinux_label *l = syslinux_open(p);
	char *value;

	for (size_t i = 0; i < SYSLINUX_COUNT(syslinux_foreign); i++)
		if ((value = syslinux_after(s, syslinux_foreign[i]))) {
			syslinux_starts(p, value, syslinux_foreign[i], false);
			return;
		}
	for (size_t i = 0; i < SYSLINUX_COUNT(syslinux_unsettled); i++)
		if (syslinux_is(s, syslinux_unsettled[i])) {
			if (l)
				l->unsettled = syslinux_unsettled[i];
			return;
		}
	for (size_t i = 0; i < SYSLINUX_COUNT(syslinux_quiet); i++)
		if (syslinux_is(s, syslinux_quiet[i]))
			return;
	if (syslinux_is_key(s))
		return;
	s[strcspn(s, " \t")] = '\0';
	SYSLINUX_WARN(p, "unknown keyword '%s'", s);
}

static void syslinux_line(struct syslinux_parser *p, char *s)
{
	char *value;

	if (!*s || *s == '#')
		return;
	if ((value = syslinux_after(s, "label")))
		syslinux_label(p, value);
	else if ((value = syslinux_after(s, "menu")))
		syslinux_menu(p, value);
	else if ((value = syslinux_after(s, "append")))
		syslinux_append(p, value);
	else if ((value = syslinux_after(s, "linux")))
		syslinux_starts(p, value, NULL, false);
	else if ((value = syslinux_after(s, "kernel")))
		syslinux_starts(p, value, NULL, true);
	else if ((value = syslinux_after(s, "initrd")))
		syslinux_initrd(p, value);
	else if ((value = syslinux_after(s, "fdt")) || (value = syslinux_after(s, "devicetree")))
		syslinux_fdt(p, value);
	else if ((value = syslinux_after(s, "include")))
		syslinux_include(p, value);
	else if ((value = syslinux_after(s, "default")))
		syslinux_set(p, &p->c->initial, value);
	else if ((value = syslinux_after(s, "ontimeout")))
		syslinux_set(p, &p->c->by_clock, value);
	else if ((value = syslinux_after(s, "timeout")))
		syslinux_timeout(p, value);
	else if (syslinux_is(s, "text"))
		p->in_text = true;
	else
		syslinux_other(p, s);
}

static void syslinux_lines(struct syslinux_parser *p, char *text, size_t len)
{
	p->line = 0;
	p->in_text = false;
	for (char *at = text, *end = text + len; at < end && !p->no_memory;) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		char *next = stop ? stop + 1 : end;
		size_t size;

		if (stop)
			*stop = '\0';
		p->line++;
		at[strcspn(at, "\r")] = '\0';
		at += strspn(at, " \t");
		size = strlen(at);
		while (size && strchr(" \t", at[size - 1]))
			at[--size] = '\0';
		if (p->in_text)
			p->in_text = !syslinux_is(at, "endtext");
		else if (size < DRAFT_MAX_LINE)
			syslinux_line(p, at);
		else
			SYSLINUX_WARN(p, "the line is too long and is left out");
		at = next;
	}
	p->in_text = false;
}

/* Whether this file may still be read; names it for warnings. */
static bool syslinux_admit(struct syslinux_parser *p, const char *path)
{
	const char *name = p->facts->devices[p->device].name;

	if (p->c->files.n == SYSLINUX_MAX_FILES || p->depth == SYSLINUX_MAX_DEPTH) {
		SYSLINUX_WARN(p, "%s is not read: too many files are included", path);
		return false;
	}
	for (unsigned i = 0; i < p->depth; i++)
		if (!strcmp(p->c->files.v[p->reading[i]] + strlen(name) + 1, path)) {
			SYSLINUX_WARN(p, "%s includes itself; that is left out", path);
			return false;
		}
	if (strv_addf(&p->c->files, "%s:%s", name, path) < 0) {
		p->no_memory = true;
		return false;
	}
	p->file = p->c->files.n - 1;
	p->line = 0;
	return true;
}

static int syslinux_file(struct syslinux_parser *p, const char *path)
{
	const struct reader_facts *f = p->facts;
	CLEANUP_FREE char *text = NULL;
	size_t len = 0, left = SYSLINUX_MAX_BYTES - p->bytes;
	int r;

	if (!syslinux_admit(p, path))
		return p->no_memory ? -ENOMEM : -ELOOP;
	r = f->read(f->ctx, p->device, path, left < READER_MAX_CONFIG ? left : READER_MAX_CONFIG,
		    &text, &len);
	if (r < 0) {
		SYSLINUX_WARN(p, "cannot be read: %s",
			      r == -EFBIG ? "it is too large" : strerror(-r));
		return r;
	}
	p->bytes += len;
	p->reading[p->depth++] = p->file;
	syslinux_lines(p, text, len);
	p->depth--;
	return 0;
}

int syslinux_parse(const struct reader_facts *facts, size_t device, const char *path,
		   struct boot_list *list, struct syslinux_config *c)
{
	const char *slash = strrchr(path, '/');
	CLEANUP_FREE char *dir = strndup(path, slash ? (size_t)(slash - path) : 0);
	struct syslinux_parser p = {
		.facts = facts, .device = device, .dir = dir, .list = list, .c = c};
	int r;

	c->menus = calloc(1, sizeof(*c->menus));
	if (!dir || !c->menus)
		return -ENOMEM;
	c->menu_count = 1;
	r = syslinux_file(&p, path);
	syslinux_close(&p);
	return p.no_memory ? -ENOMEM : r;
}

void syslinux_parse_release(struct syslinux_config *c)
{
	for (size_t i = 0; i < c->label_count; i++) {
		struct syslinux_label *l = &c->labels[i];

		free(l->name);
		free(l->title);
		free(l->kernel);
		free(l->append);
		strv_release(&l->initrds);
		free(l->devicetree);
	}
	for (size_t i = 0; i < c->menu_count; i++) {
		free(c->menus[i].tag);
		free(c->menus[i].label);
		free(c->menus[i].title);
	}
	free(c->labels);
	free(c->menus);
	free(c->append);
	free(c->initial);
	free(c->by_clock);
	strv_release(&c->files);
	*c = (struct syslinux_config){0};
}
