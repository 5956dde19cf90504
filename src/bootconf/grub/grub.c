/* grub.c - see grub.h: the state in which GRUB hands over to its configuration */
#include "bootconf/grub/grub.h"
#include "bootconf/grub/grub_block.h"
#include "bootconf/grub/grub_commands.h"
#include "bootconf/grub/grub_default.h"
#include "bootconf/grub/grub_menu.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_run.h"
#include "bootconf/grub/grub_state.h"
#include "bootconf/grub/grub_walk.h"
#include "bootconf/grub/grub_wild.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct grub {
	struct grub_eval eval;
	struct grub_state state;
};

static void grub_free(struct grub **g)
{
	if (!*g)
		return;
	grub_eval_release(&(*g)->eval);
	boot_entry_release(&(*g)->state.draft);
	free((*g)->state.block_path);
	free(*g);
}

/* Sets an exported variable. */
static void grub_preset(struct grub_eval *ev, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void grub_preset(struct grub_eval *ev, const char *name, const char *fmt, ...)
{
	CLEANUP_FREE char *value = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (n < 0) {
		value = NULL;
		return;
	}
	grub_env_set(&ev->env, name, value);
	grub_env_export(&ev->env, name);
}

/* Exported, so that they reach a configuration that this one opens. */
static void grub_user_presets(struct grub_eval *ev)
{
	const struct strv *env = ev->state->facts->env;

	for (size_t i = 0; env && i < env->n; i++) {
		const char *eq = strchr(env->v[i], '=');
		CLEANUP_FREE char *name = eq ? strndup(env->v[i], (size_t)(eq - env->v[i])) : NULL;

		if (name)
			grub_preset(ev, name, "%s", eq + 1);
	}
}

static void grub_presets(struct grub_eval *ev, size_t device, const char *path)
{
	static const char *const features[] = {
		"feature_chainloader_bpb",      "feature_ntldr",
		"feature_platform_search_hint", "feature_default_font_path",
		"feature_all_video_module",     "feature_menuentry_id",
		"feature_menuentry_options",    "feature_200_final",
		"feature_nativedisk_cmd",       "feature_timeout_style",
	};
	const char *name = grub_path_name(ev, device);
	int dir = (int)(strrchr(path, '/') - path);
	bool efi = !strcmp(ev->state->facts->platform, "efi");
	const char *m = ev->state->facts->machine;

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		grub_preset(ev, features[i], "y");
	grub_preset(ev, "menuentry_id_option", "--id");
	grub_preset(ev, "grub_platform", "%s", ev->state->facts->platform);
	if (!strcmp(m, "aarch64"))
		m = "arm64";
	else if (!strncmp(m, "x86", 3) || !strncmp(m, "i", 1) || !*m)
		m = efi ? "x86_64" : "i386";
	grub_preset(ev, "grub_cpu", "%s", m);
	grub_preset(ev, "root", "%s", name);
	grub_preset(ev, "cmdpath", "(%s)%.*s", name, efi ? dir : 0, path);
	grub_preset(ev, "prefix", "(%s)%.*s", name, dir, path);
	grub_preset(ev, "config_file", "(%s)%s", name, path);
	grub_preset(ev, "config_directory", "(%s)%.*s", name, dir, path);
	grub_user_presets(ev);
}

/* A configuration may load a kernel without any menu. */
static void grub_bare(struct grub_eval *ev, const char *source)
{
	struct grub_state *st = ev->state;
	struct boot_entry *e;

	if (!st->draft.kernel.path || st->foreign || st->missing)
		return;
	e = boot_list_add(st->list);
	if (!e)
		return;
	*e = st->draft;
	st->draft = (struct boot_entry){0};
	e->id = strdup("grub");
	e->title = strdup("GRUB, without a menu");
	e->source = strdup(source);
	e->is_default = true;
	grub_block_take(ev, &e->save);
}

static int grub_config(struct grub_eval *ev, const char *source, const char *text, size_t len)
{
	struct grub_menu *menu = grub_menu_new(ev);
	const char *file = grub_arena_strdup(&ev->arena, source);
	struct grub_state *st = ev->state;

	if (!menu || !file)
		return -ENOMEM;
	st->menu = menu;
	grub_run_text(ev, file, text, len);
	menu->env = ev->env;
	menu->saved = st->saved;
	if (st->next_menu)
		menu = st->next_menu;
	st->next_menu = NULL;
	ev->flow = GRUB_FLOW_ON;
	if (!menu->count) {
		grub_bare(ev, source);
		return 0;
	}
	grub_walk(ev, menu);
	grub_default(ev, menu);
	return 0;
}

/* Owned; NULL: out of memory. */
static struct grub *grub_begin(const struct reader_facts *facts, struct boot_list *list)
{
	struct grub *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->eval.commands = grub_commands;
	g->eval.wild = grub_wild;
	g->eval.state = &g->state;
	g->eval.warnings = &list->warnings;
	grub_eval_begin(&g->eval, facts->budget);
	g->state.facts = facts;
	g->state.list = list;
	g->state.saved.arena = &g->eval.arena;
	g->state.block_device = -1;
	return g;
}

int grub_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		  struct boot_list *list)
{
	CLEANUP(grub_free) struct grub *g = grub_begin(facts, list);
	CLEANUP_FREE char *text = NULL, *source = NULL;
	size_t len;
	int r;

	if (!g)
		return -ENOMEM;
	if (asprintf(&source, "%s:%s", facts->devices[device].name, path) < 0) {
		source = NULL;
		return -ENOMEM;
	}
	r = facts->read(facts->ctx, device, path, READER_MAX_CONFIG, &text, &len);
	if (r < 0) {
		strv_addf(&list->warnings, "%s: cannot be read: %s", source,
			  r == -EFBIG ? "it is too large" : strerror(-r));
		return r;
	}
	grub_presets(&g->eval, device, path);
	return grub_config(&g->eval, source, text, len);
}
