/* grub_bls.c - see grub_bls.h */
#include "bootconf/grub/grub_bls.h"
#include "bootconf/bls_conf.h"
#include "bootconf/grub/grub_menu.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"
#include "bootconf/uki.h"
#include "bootconf/version.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRUB_BLS_MAX_FILES 1024u

struct grub_bls_options {
	bool options;     /* GRUB 2.14's form */
	bool uki;         /* the command uki */
	const char *path; /* of a directory or a file; NULL: the default */
	const char *only; /* this entry; NULL: all */
	bool fallback, defaults, others;
};

struct grub_bls_file {
	char *name; /* owned: the entry's id */
	char *path; /* owned: on the device */
	size_t device;
	struct bls_conf conf; /* of a text entry */
	char *title;          /* owned: of an image */
};

struct grub_bls_list {
	struct grub_bls_file *v; /* owned */
	size_t n;
};

static void grub_bls_release(struct grub_bls_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].path);
		free(l->v[i].title);
		bls_conf_release(&l->v[i].conf);
	}
	free(l->v);
}

static bool grub_bls_ends(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && !strcmp(s + len - n, end);
}

/* "-p DIR", "--path DIR", "--path=DIR". Returns how many words it took. */
static size_t grub_bls_valued(const struct grub_args *a, size_t i, const char *brief,
			      const char *name, const char **value)
{
	size_t len = strlen(name);

	if (!strncmp(a->v[i], name, len) && a->v[i][len] == '=') {
		*value = a->v[i] + len + 1;
		return 1;
	}
	if ((strcmp(a->v[i], brief) != 0 && strcmp(a->v[i], name) != 0) || i + 1 == a->n)
		return 0;
	*value = a->v[i + 1];
	return 2;
}

static size_t grub_bls_option(struct grub_bls_options *o, const struct grub_args *a, size_t i)
{
	static const char *const names[][2] = {{"-f", "--enable-fallback"},
					       {"-d", "--show-default"},
					       {"-n", "--show-non-default"}};
	bool *const flags[] = {&o->fallback, &o->defaults, &o->others};
	size_t used;

	for (size_t k = 0; k < 3; k++) {
		if (!strcmp(a->v[i], names[k][0]) || !strcmp(a->v[i], names[k][1])) {
			*flags[k] = true;
			return 1;
		}
	}
	used = grub_bls_valued(a, i, "-p", "--path", &o->path);
	return used ? used : grub_bls_valued(a, i, "-e", "--entry", &o->only);
}

static bool grub_bls_parse_options(struct grub_eval *ev, const struct grub_args *a,
				   struct grub_bls_options *o)
{
	for (size_t i = 1; i < a->n && a->v[i][0] == '-';) {
		size_t used = grub_bls_option(o, a, i);

		o->options = true;
		if (!used) {
			grub_eval_warn(ev, "%s: unknown option %.60s", a->v[0], a->v[i]);
			return false;
		}
		i += used;
	}
	if (a->n == 2 && !o->options && !o->uki) {
		o->defaults = !strcmp(a->v[1], "default");
		o->others = !strcmp(a->v[1], "non-default");
		if (a->v[1][0] == '(')
			o->path = a->v[1];
		else if (!o->defaults && !o->others)
			o->only = a->v[1];
	}
	if (!o->defaults && !o->others && !o->only)
		o->defaults = o->others = true;
	return true;
}

/* The title of an image, owned; NULL: it is none that GRUB would list. */
static char *grub_bls_uki_title(struct grub_eval *ev, size_t device, const char *path)
{
	const struct reader_facts *facts = ev->state->facts;
	CLEANUP(uki_release) struct uki u = {0};
	CLEANUP_FREE struct pe_image *image = malloc(sizeof(*image));
	struct err_text why = {0};
	int r = image ? uki_open(facts, device, path, image, &why) : -ENOMEM;

	if (!r)
		r = uki_read(facts, device, path, image, 0, &u, &why);
	if (r < 0) {
		grub_eval_warn(ev, "%.200s is left out: %.250s", path, why.text);
		return NULL;
	}
	return strdup(u.name ? u.name : strrchr(path, '/') + 1);
}

/* Reads one file; it is left out when that fails. */
static bool grub_bls_fill(struct grub_eval *ev, const struct grub_bls_options *o,
			  struct grub_bls_file *f)
{
	const struct reader_facts *facts = ev->state->facts;
	char *text;
	size_t len;
	int r;

	if (o->uki) {
		f->title = grub_bls_uki_title(ev, f->device, f->path);
		return f->title;
	}
	r = facts->read(facts->ctx, f->device, f->path, BLS_CONF_MAX_FILE, &text, &len);
	if (!r && !grub_eval_charge(ev, 1 + len / 64)) {
		free(text);
		return false;
	}
	if (!r)
		r = bls_conf_parse(text, BLS_GRUB, &f->conf);
	if (r < 0)
		grub_eval_warn(ev, "%.300s cannot be read: %s", f->path, strerror(-r));
	return !r && bls_conf_next(&f->conf, "linux", 0);
}

static void grub_bls_add(struct grub_eval *ev, const struct grub_bls_options *o,
			 struct grub_bls_list *l, size_t device, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	struct grub_bls_file *grown, *f;

	if (l->n == GRUB_BLS_MAX_FILES || !grub_eval_charge(ev, 20))
		return;
	grown = realloc(l->v, (l->n + 1) * sizeof(*grown));
	if (!grown)
		return;
	l->v = grown;
	f = &l->v[l->n++];
	*f = (struct grub_bls_file){.device = device, .path = strdup(path)};
	/* GRUB's id of a text entry has no suffix, that of an image has one. */
	f->name = o->uki ? strdup(name) : strndup(name, strlen(name) - strlen(".conf"));
	if (f->name && f->path && grub_bls_fill(ev, o, f))
		return;
	bls_conf_release(&f->conf);
	free(f->name);
	free(f->path);
	l->n--;
}

/* A directory or a file; false when there is no such thing. */
static bool grub_bls_look(struct grub_eval *ev, const struct grub_bls_options *o, const char *word,
			  struct grub_bls_list *l)
{
	const struct reader_facts *facts = ev->state->facts;
	const char *suffix = o->uki ? ".efi" : ".conf";
	struct grub_where w = grub_path_find(ev, word);
	CLEANUP(strv_release) struct strv names = {0};

	if (w.device < 0 || w.kind == READER_NONE)
		return false;
	if (w.kind == READER_REGULAR) {
		if (grub_bls_ends(w.path, suffix))
			grub_bls_add(ev, o, l, (size_t)w.device, w.path);
		return true;
	}
	if (facts->list(facts->ctx, (size_t)w.device, w.path, &names) < 0)
		return false;
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP_FREE char *path = NULL;

		if (!grub_bls_ends(names.v[i], suffix))
			continue;
		if (asprintf(&path, "%s%s%s", w.path, grub_bls_ends(w.path, "/") ? "" : "/",
			     names.v[i]) < 0) {
			path = NULL;
			return true;
		}
		grub_bls_add(ev, o, l, (size_t)w.device, path);
	}
	return true;
}

/* GRUB on a PC has the file system of /boot in $boot, if it is set. */
static bool grub_bls_look_on(struct grub_eval *ev, const struct grub_bls_options *o,
			     const char *path, struct grub_bls_list *l)
{
	const char *boot = grub_env_get(&ev->env, "boot");
	CLEANUP_FREE char *word = NULL;

	if (!boot || *path == '(' || o->options || !strcmp(ev->state->facts->platform, "efi"))
		return grub_bls_look(ev, o, path, l);
	if (asprintf(&word, *boot == '(' ? "%s%s" : "(%s)%s", boot, path) < 0) {
		word = NULL;
		return false;
	}
	return grub_bls_look(ev, o, word, l);
}

static void grub_bls_collect(struct grub_eval *ev, const struct grub_bls_options *o,
			     struct grub_bls_list *l)
{
	const char *dir = grub_env_get(&ev->env, "blsdir"), *path = o->path;
	bool found;

	/* UKIs are looked for on the file system that GRUB was started from. */
	if (o->uki && !path) {
		const char *from = grub_env_get(&ev->env, "cmdpath");
		const char *end = from && *from == '(' ? strchr(from, ')') : NULL;
		char *word = end ? grub_arena_alloc(&ev->arena, (size_t)(end - from) + 16) : NULL;

		if (word)
			snprintf(word, (size_t)(end - from) + 16, "%.*s)/EFI/Linux",
				 (int)(end - from), from);
		if (!word || grub_bls_look(ev, o, word, l))
			return;
		path = "/EFI/Linux";
	}
	if (!path)
		path = dir && *dir && !o->options ? dir : "/loader/entries/";
	found = grub_bls_look_on(ev, o, path, l);
	if (!found && !o->path && !o->options && !o->uki)
		grub_bls_look_on(ev, o, "/boot/loader/entries", l);
	else if (!l->n && o->fallback)
		grub_bls_look(ev, o, o->uki ? "/EFI/Linux" : "/loader/entries/", l);
}

static int grub_bls_compare_nvr(const void *a, const void *b)
{
	const struct grub_bls_file *x = a, *y = b;
	int r = version_compare_nvr(y->name, x->name);

	return r ? r : strcmp(y->name, x->name);
}

static int grub_bls_compare_file(const void *a, const void *b)
{
	const struct grub_bls_file *x = a, *y = b;
	int r = version_compare_file(y->name, x->name);

	return r ? r : strcmp(y->name, x->name);
}

static size_t grub_bls_var_span(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* $NAME by its value now; what is not set vanishes. ${NAME} is left to the
 * script. */
static void grub_bls_expand(struct grub_eval *ev, FILE *out, const char *s)
{
	while (*s) {
		size_t len = *s == '$' ? grub_bls_var_span(s + 1) : 0;
		char name[128];
		const char *value;

		if (!len || len >= sizeof(name)) {
			fputc(*s++, out);
			continue;
		}
		memcpy(name, s + 1, len);
		name[len] = '\0';
		value = grub_env_get(&ev->env, name);
		if (value)
			fputs(value, out);
		s += len + 1;
	}
}

/* Newlines up to line @line, so that a warning has the file's own number. */
static void grub_bls_to_line(FILE *out, unsigned *at, unsigned line)
{
	for (; *at < line; (*at)++)
		fputc('\n', out);
}

/* Files that come before the entry's own, in the same directory. */
static void grub_bls_early_initrds(FILE *out, const char *names, const char *beside)
{
	const char *slash = strrchr(beside, '/');
	int dir = slash ? (int)(slash - beside) + 1 : 0;

	for (names += strspn(names, " "); *names; names += strspn(names, " ")) {
		int len = (int)strcspn(names, " ");

		fprintf(out, " %.*s%.*s", dir, beside, len, names);
		names += len;
	}
}

static void grub_bls_initrds(struct grub_eval *ev, FILE *out, const struct bls_conf *c,
			     unsigned *at)
{
	const char *early = grub_env_get(&ev->env, "early_initrd");
	const struct bls_pair *p = bls_conf_next(c, "initrd", 0);

	if (!p && (!early || !*early))
		return;
	grub_bls_to_line(out, at, p ? p->line : 0);
	fputs("initrd", out);
	if (early)
		grub_bls_early_initrds(out, early, (p ? p : bls_conf_next(c, "linux", 0))->value);
	for (; p; p = bls_conf_next(c, "initrd", (size_t)(p - c->v) + 1))
		fprintf(out, " %s", p->value);
	fputc('\n', out);
	(*at)++;
}

/* The script of a text entry. */
static void grub_bls_script(struct grub_eval *ev, FILE *out, const struct bls_conf *c)
{
	const struct bls_pair *kernel = bls_conf_next(c, "linux", 0);
	const struct bls_pair *options = bls_conf_next(c, "options", 0);
	const struct bls_pair *tree = bls_conf_next(c, "devicetree", 0);
	const char *words = options ? options->value : NULL;
	unsigned at = 1;

	if (!words)
		words = grub_env_get(&ev->env, "default_kernelopts");
	grub_bls_to_line(out, &at, kernel->line);
	fprintf(out, "linux %s ", kernel->value);
	if (words)
		grub_bls_expand(ev, out, words);
	fputc('\n', out);
	at++;
	grub_bls_initrds(ev, out, c, &at);
	if (tree) {
		grub_bls_to_line(out, &at, tree->line);
		fputs("devicetree ", out);
		grub_bls_expand(ev, out, tree->value);
		fputc('\n', out);
	}
	if (options && bls_conf_next(c, "options", (size_t)(options - c->v) + 1))
		grub_eval_warn(ev, "of several options lines GRUB uses only the first");
}

static void grub_bls_define(struct grub_eval *ev, const struct grub_bls_options *o,
			    const struct grub_bls_file *f)
{
	const char *device = ev->state->facts->devices[f->device].name, *save;
	const struct bls_pair *title = bls_conf_next(&f->conf, "title", 0);
	CLEANUP_FREE char *text = NULL, *source = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	if (o->uki)
		fprintf(out, "chainloader (%s)%s\n", device, f->path);
	else
		grub_bls_script(ev, out, &f->conf);
	save = grub_env_get(&ev->env, "blsuki_save_default");
	if (save && (*save == '1' || *save == 'y' || *save == 't'))
		fputs("savedefault\n", out);
	if (fclose(out) != 0 || asprintf(&source, "%s:%s", device, f->path) < 0) {
		source = NULL;
		return;
	}
	grub_menu_add(ev,
		      o->uki  ? f->title
		      : title ? title->value
			      : bls_conf_next(&f->conf, "linux", 0)->value,
		      f->name, source, text, len);
}

/* Would $default, or saved_entry in it, lead to this one? */
static bool grub_bls_is_default(struct grub_eval *ev, const struct grub_bls_file *f, size_t number)
{
	const char *wanted = grub_env_get(&ev->env, "default");
	const struct bls_pair *title = bls_conf_next(&f->conf, "title", 0);
	char *end;

	if (!wanted || !*wanted)
		return false;
	if (!strcmp(wanted, f->name) || (title && !strcmp(wanted, title->value)))
		return true;
	return strtoul(wanted, &end, 0) == number && !*end;
}

static int grub_bls_run(struct grub_eval *ev, const struct grub_args *a, bool uki)
{
	CLEANUP(grub_bls_release) struct grub_bls_list l = {0};
	struct grub_bls_options o = {.uki = uki};

	if (!grub_bls_parse_options(ev, a, &o))
		return 1;
	grub_bls_collect(ev, &o, &l);
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v),
		      o.options || uki ? grub_bls_compare_file : grub_bls_compare_nvr);
	for (size_t i = 0; i < l.n && ev->flow != GRUB_FLOW_STOP; i++) {
		bool chosen = grub_bls_is_default(ev, &l.v[i], i);

		if ((chosen && o.defaults) || (!chosen && o.others) ||
		    (o.only && !strcmp(o.only, l.v[i].name)))
			grub_bls_define(ev, &o, &l.v[i]);
	}
	return 0;
}

int grub_bls(struct grub_eval *ev, const struct grub_args *a)
{
	return grub_bls_run(ev, a, false);
}

int grub_bls_uki(struct grub_eval *ev, const struct grub_args *a)
{
	return grub_bls_run(ev, a, true);
}
