/* grub_block.c - see grub_block.h */
#include "bootconf/grub/grub_block.h"
#include "bootconf/grub/grub_envblk.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRUB_BLOCK_MAX ((size_t)64 << 10) /* GRUB writes 1 KiB */

struct grub_block {
	struct grub_eval *ev;
	struct grub_args names; /* the only ones that are wanted; none: all */
};

/* What the user says comes before what the disk says. */
static bool grub_block_is_users(const struct grub_eval *ev, const char *name)
{
	const struct strv *env = ev->state->facts->env;
	size_t len = strlen(name);

	for (size_t i = 0; env && i < env->n; i++)
		if (!strncmp(env->v[i], name, len) && env->v[i][len] == '=')
			return true;
	return false;
}

static bool grub_block_wanted(const struct grub_block *b, const char *name)
{
	bool wanted = !b->names.n;

	for (size_t i = 0; i < b->names.n; i++)
		wanted = wanted || !strcmp(b->names.v[i], name);
	return wanted && !grub_block_is_users(b->ev, name);
}

static void grub_block_load_one(void *ctx, const char *name, const char *value)
{
	const struct grub_block *b = ctx;

	if (grub_block_wanted(b, name) && !grub_env_knows(&b->ev->state->saved, name))
		grub_env_set(&b->ev->env, name, value);
}

/* What this evaluation has saved is what a load finds. */
static void grub_block_load_saved(const struct grub_block *b)
{
	for (unsigned h = 0; h < GRUB_ENV_BUCKETS; h++)
		for (const struct grub_var *v = b->ev->state->saved.bucket[h]; v; v = v->next)
			if (v->value && grub_block_wanted(b, v->name))
				grub_env_set(&b->ev->env, v->name, v->value);
}

/* Takes -f FILE, --file FILE and --skip-sig off; NULL file: the usual one. */
static struct grub_args grub_block_options(const struct grub_args *a, const char **file)
{
	size_t i = 1;

	*file = NULL;
	for (; i < a->n && a->v[i][0] == '-'; i++) {
		if (!strncmp(a->v[i], "--file=", 7))
			*file = a->v[i] + 7;
		else if ((!strcmp(a->v[i], "-f") || !strcmp(a->v[i], "--file")) && i + 1 < a->n)
			*file = a->v[++i];
	}
	return (struct grub_args){a->v + i, a->n - i};
}

static struct grub_where grub_block_find(struct grub_eval *ev, const char *file)
{
	const char *prefix = grub_env_get(&ev->env, "prefix");
	CLEANUP_FREE char *usual = NULL;

	if (!file) {
		if (asprintf(&usual, "%s/grubenv", prefix ? prefix : "") < 0) {
			usual = NULL;
			return (struct grub_where){.device = -1};
		}
		file = usual;
	}
	return grub_path_find(ev, file);
}

/* The first block that a script loads or saves is the one that entries name. */
static bool grub_block_use(struct grub_eval *ev, const struct grub_where *w)
{
	struct grub_state *st = ev->state;

	if (st->block_device < 0) {
		st->block_path = strdup(w->path);
		st->block_device = st->block_path ? w->device : -1;
	}
	return st->block_device == w->device && !strcmp(st->block_path, w->path);
}

int grub_block_load(struct grub_eval *ev, const struct grub_args *a)
{
	const struct reader_facts *f = ev->state->facts;
	const char *file;
	struct grub_block b = {.ev = ev, .names = grub_block_options(a, &file)};
	struct grub_where w = grub_block_find(ev, file);
	CLEANUP_FREE char *text = NULL;
	size_t len;

	if (w.device < 0 || w.kind != READER_REGULAR ||
	    f->read(f->ctx, (size_t)w.device, w.path, GRUB_BLOCK_MAX, &text, &len) < 0)
		return 1;
	if (!grub_envblk_read(text, len, grub_block_load_one, &b)) {
		grub_eval_warn(ev, "%.300s is not an environment block", w.path);
		return 1;
	}
	if (grub_block_use(ev, &w))
		grub_block_load_saved(&b);
	return 0;
}

int grub_block_save(struct grub_eval *ev, const struct grub_args *a)
{
	const char *file;
	struct grub_args names = grub_block_options(a, &file);
	struct grub_where w = grub_block_find(ev, file);

	if (w.device < 0 || w.kind != READER_REGULAR)
		return 1;
	if (!grub_block_use(ev, &w)) {
		grub_eval_warn(ev, "%.300s is a second environment block, which is left alone",
			       w.path);
		return 0;
	}
	for (size_t i = 0; i < names.n; i++) {
		const char *v = grub_env_get(&ev->env, names.v[i]);

		if (v)
			grub_env_set(&ev->state->saved, names.v[i], v);
		else
			grub_env_forget(&ev->state->saved, names.v[i]);
	}
	return 0;
}

static int grub_block_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void grub_block_take(struct grub_eval *ev, struct boot_save *out)
{
	struct grub_state *st = ev->state;
	struct grub_where w;

	if (st->block_device < 0) {
		w = grub_block_find(ev, NULL);
		if (w.device >= 0 && w.kind == READER_REGULAR)
			grub_block_use(ev, &w);
	}
	if (st->block_device < 0)
		return;
	boot_file_set(&out->block, st->facts->devices[st->block_device].name, st->block_path);
	if (st->chosen)
		out->name = strdup(st->chosen);
	for (unsigned h = 0; h < GRUB_ENV_BUCKETS; h++)
		for (const struct grub_var *v = st->saved.bucket[h]; v; v = v->next)
			strv_addf(&out->set, "%s%s%s", v->name, v->value ? "=" : "",
				  v->value ? v->value : "");
	if (out->set.n)
		qsort(out->set.v, out->set.n, sizeof(*out->set.v), grub_block_compare);
}
