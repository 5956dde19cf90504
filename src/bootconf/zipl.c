/* zipl.c - see zipl.h */
#include "bootconf/zipl.h"
#include "bootconf/bls_conf.h"
#include "bootconf/bls_item.h"
#include "bootconf/bls_type1.h"
#include "bootconf/version.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>

#define ZIPL_MAX_LINES    4096u
#define ZIPL_MAX_TIMEOUT  3600u
#define ZIPL_MAX_POSITION 62u /* in a menu */

enum zipl_kind {
	ZIPL_SECTION, /* [key] */
	ZIPL_MENU,    /* :key */
	ZIPL_PAIR,    /* key = value */
};

struct zipl_line {
	enum zipl_kind kind;
	char *key, *value; /* in the text */
	unsigned number;
};

struct zipl {
	struct bls_items b;
	size_t device;
	const char *path;
	char *text;          /* owned */
	struct zipl_line *v; /* owned */
	size_t n;
};

static void zipl_release(struct zipl *z)
{
	bls_items_release(&z->b);
	free(z->text);
	free(z->v);
}

static int zipl_add(struct zipl *z, struct zipl_line line)
{
	struct zipl_line *grown;

	if (z->n == ZIPL_MAX_LINES)
		return -E2BIG;
	grown = realloc(z->v, (z->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	z->v = grown;
	z->v[z->n++] = line;
	return 0;
}

/* A value may stand in quotes. */
static char *zipl_unquote(char *s)
{
	size_t n;

	s = bls_conf_trim(s);
	n = strlen(s);
	if (n < 2 || (*s != '"' && *s != '\'') || s[n - 1] != *s)
		return s;
	s[n - 1] = '\0';
	return s + 1;
}

static int zipl_parse_line(struct zipl *z, char *s, unsigned number)
{
	struct zipl_line line = {.kind = ZIPL_PAIR, .number = number};
	char *end;

	s = bls_conf_trim(s);
	if (!*s || *s == '#')
		return 0;
	line.kind = *s == '[' ? ZIPL_SECTION : *s == ':' ? ZIPL_MENU : ZIPL_PAIR;
	line.key = s + (line.kind != ZIPL_PAIR);
	end = line.key + strcspn(line.key, line.kind == ZIPL_SECTION ? "]" : "=");
	line.value = *end ? zipl_unquote(end + 1) : end;
	if (line.kind != ZIPL_MENU)
		*end = '\0';
	line.key = bls_conf_trim(line.key);
	return zipl_add(z, line);
}

static int zipl_parse(struct zipl *z)
{
	char *next = z->text;
	unsigned number = 0;
	int r = 0;

	while (next && *next && !r) {
		char *line = next;

		next = strchr(next, '\n');
		if (next)
			*next++ = '\0';
		r = zipl_parse_line(z, line, ++number);
	}
	return r;
}

/* The heading; z->n when there is none of that name. */
static size_t zipl_heading(const struct zipl *z, enum zipl_kind kind, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (z->v[i].kind == kind && !strcmp(z->v[i].key, name))
			return i;
	return z->n;
}

/* A key's line in the section whose heading is line @at; NULL: not there. */
static const struct zipl_line *zipl_get(const struct zipl *z, size_t at, const char *key)
{
	for (size_t i = at + 1; i < z->n && z->v[i].kind == ZIPL_PAIR; i++)
		if (!strcmp(z->v[i].key, key))
			return &z->v[i];
	return NULL;
}

static const char *zipl_value(const struct zipl *z, size_t at, const char *key)
{
	const struct zipl_line *l = zipl_get(z, at, key);

	return l ? l->value : NULL;
}

/* "FILE[,0xADDRESS]": the file, which may be on a /boot of its own. 1: it is
 * missing, and a warning has said so. */
static int zipl_file(struct zipl *z, const struct zipl_line *l, char **device, char **path)
{
	const struct reader_facts *f = z->b.facts;
	const struct bls_place here = {z->device, ""};
	char *comma = strstr(l->value, ",0x");
	size_t d = z->device;
	int r;

	if (comma)
		*comma = '\0';
	r = bls_item_find_file(&z->b, &here, l->value, path);
	if (r < 0)
		return r;
	if (r > 0 && !strncmp(l->value, "/boot/", 6)) {
		for (d = 0; d < f->n; d++)
			if (f->stat(f->ctx, d, l->value + 5, NULL) == READER_REGULAR)
				break;
		*path = d < f->n ? strdup(l->value + 5) : NULL;
		if (d < f->n && !*path)
			return -ENOMEM;
	}
	if (!*path) {
		bls_item_warn(&z->b, z->device, z->path, l->number,
			      "%.300s does not exist, so the section is left out", l->value);
		return 1;
	}
	*device = strdup(f->devices[d].name);
	return *device ? 0 : -ENOMEM;
}

/* The parameter file's text, then the parameters. */
static int zipl_cmdline(struct zipl *z, size_t at, struct boot_entry *e)
{
	const struct zipl_line *file = zipl_get(z, at, "parmfile");
	const char *words = zipl_value(z, at, "parameters");
	CLEANUP_FREE char *device = NULL, *path = NULL, *text = NULL;
	size_t len = 0;
	int r = file ? zipl_file(z, file, &device, &path) : 0;

	if (r)
		return r;
	for (size_t d = 0; file && d < z->b.facts->n; d++)
		if (!strcmp(z->b.facts->devices[d].name, device))
			r = z->b.facts->read(z->b.facts->ctx, d, path, BLS_CONF_MAX_FILE, &text,
					     &len);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		bls_item_warn(&z->b, z->device, z->path, file->number,
			      "%.300s cannot be read, so the section is left out", file->value);
		return 1;
	}
	for (char *c = text; c && *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	if (asprintf(&e->cmdline, "%s%s%s", text ? bls_conf_trim(text) : "",
		     text && words ? " " : "", words ? words : "") >= 0)
		return 0;
	e->cmdline = NULL;
	return -ENOMEM;
}

static int zipl_fill(struct zipl *z, size_t at, struct bls_item *i)
{
	const struct zipl_line *image = zipl_get(z, at, "image");
	const struct zipl_line *ramdisk = zipl_get(z, at, "ramdisk");
	CLEANUP_FREE char *device = NULL, *path = NULL, *ram_device = NULL, *ram_path = NULL;
	int r = zipl_file(z, image, &device, &path);

	if (!r)
		r = boot_file_set(&i->entry.kernel, device, path);
	if (!r && ramdisk)
		r = zipl_file(z, ramdisk, &ram_device, &ram_path);
	if (!r && ramdisk)
		r = boot_entry_add_initrd(&i->entry, ram_device, ram_path);
	if (!r)
		r = zipl_cmdline(z, at, &i->entry);
	if (r)
		return r;
	i->id = strdup(z->v[at].key);
	i->title = strdup(z->v[at].key);
	if (asprintf(&i->entry.source, "%s:%s", z->b.facts->devices[z->device].name, z->path) < 0)
		i->entry.source = NULL;
	return i->id && i->title && i->entry.source ? 0 : -ENOMEM;
}

static int zipl_section(struct zipl *z, size_t at)
{
	struct bls_item *i;
	int r;

	/* Dumps, tapes and segments have none. */
	if (!zipl_get(z, at, "image"))
		return 0;
	i = bls_item_add(&z->b);
	if (!i)
		return -ENOMEM;
	r = zipl_fill(z, at, i);
	if (r)
		bls_item_drop_last(&z->b);
	return r < 0 ? r : 0;
}

/* In a menu the positions count, otherwise the order of the file. */
static int zipl_sections(struct zipl *z, size_t menu)
{
	int r = 0;

	for (unsigned position = 1; menu < z->n && position <= ZIPL_MAX_POSITION && !r;
	     position++) {
		char key[8];
		const char *name;
		size_t at;

		snprintf(key, sizeof(key), "%u", position);
		name = zipl_value(z, menu, key);
		at = name ? zipl_heading(z, ZIPL_SECTION, name) : z->n;
		if (at < z->n)
			r = zipl_section(z, at);
	}
	for (size_t i = 0; menu == z->n && i < z->n && z->b.n < BLS_ITEM_MAX && !r; i++)
		if (z->v[i].kind == ZIPL_SECTION && strcmp(z->v[i].key, "defaultboot") != 0)
			r = zipl_section(z, i);
	return r;
}

static int zipl_compare(const void *x, const void *y)
{
	const struct bls_item *a = x, *b = y;
	int r = version_compare_rpm(b->version, a->version);

	return r ? r : version_compare_rpm(b->id, a->id);
}

/* The text entries of /boot. */
static int zipl_entries(struct zipl *z)
{
	const struct bls_place here = {z->device, "/boot"};
	size_t first = z->b.n;
	int r = bls_type1_dir(&z->b, &here);

	for (size_t d = 0; d < z->b.facts->n && !r && z->b.n == first; d++) {
		const struct bls_place other = {d, ""};

		r = bls_type1_dir(&z->b, &other);
	}
	if (z->b.n > first)
		qsort(z->b.v + first, z->b.n - first, sizeof(*z->b.v), zipl_compare);
	return r;
}

/* The place of the default among the items. */
static size_t zipl_default(const struct zipl *z, size_t boot, size_t menu)
{
	const char *name = zipl_value(z, boot, "default");

	if (menu < z->n) {
		const char *position = zipl_value(z, menu, "default");

		name = position ? zipl_value(z, menu, position) : NULL;
	}
	for (size_t i = 0; name && i < z->b.n; i++)
		if (!strcmp(z->b.v[i].title, name) ||
		    (z->b.v[i].version && !strcmp(z->b.v[i].version, name)))
			return i;
	return 0;
}

/* Without a prompt nobody is waited for; 0 seconds with one is for ever. */
static void zipl_timeout(const struct zipl *z, size_t at, struct boot_list *list)
{
	const char *prompt = zipl_value(z, at, "prompt"), *value = zipl_value(z, at, "timeout");
	uint64_t seconds = 0;

	if (prompt && !strcmp(prompt, "1") &&
	    (!value || !text_to_u64(value, 1, UINT32_MAX, &seconds)))
		return;
	if (!prompt || strcmp(prompt, "1") != 0)
		seconds = 0;
	list->has_timeout = true;
	list->timeout = seconds < ZIPL_MAX_TIMEOUT ? (unsigned)seconds : ZIPL_MAX_TIMEOUT;
}

static int zipl_run(struct zipl *z)
{
	struct boot_list *list = z->b.list;
	size_t boot, menu, first = list->n, chosen;
	const char *name;
	int r = zipl_parse(z);

	if (r == -E2BIG)
		bls_item_warn(&z->b, z->device, z->path, ZIPL_MAX_LINES,
			      "the file is too long: what follows is left out");
	if (r == -ENOMEM)
		return r;
	boot = zipl_heading(z, ZIPL_SECTION, "defaultboot");
	name = zipl_value(z, boot, "defaultmenu");
	menu = name ? zipl_heading(z, ZIPL_MENU, name) : z->n;
	r = zipl_sections(z, menu);
	/* A menu lists what is in it. */
	if (!r && menu == z->n)
		r = zipl_entries(z);
	if (r < 0)
		return r;
	zipl_timeout(z, menu < z->n ? menu : boot, list);
	chosen = first + zipl_default(z, boot, menu);
	r = bls_item_finish(&z->b);
	if (!r && chosen < list->n)
		list->v[chosen].is_default = true;
	return r;
}

int zipl_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		  struct boot_list *list)
{
	CLEANUP(zipl_release)
	struct zipl z = {.b = {.facts = facts, .list = list}, .device = device, .path = path};
	size_t len;
	int r = facts->read(facts->ctx, device, path, BLS_CONF_MAX_FILE, &z.text, &len);

	if (r < 0) {
		bls_item_warn(&z.b, device, path, 0, "cannot be read: %s",
			      r == -EFBIG ? "it is too large" : strerror(-r));
		return r;
	}
	return zipl_run(&z);
}
