/* grub.c - see grub.h: the state in which GRUB hands over to its configuration */
#include "bootconf/grub/grub.h"
#include "bootconf/grub/grub_eval.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static void grub_free_eval(struct grub_eval **ev)
{
	if (!*ev)
		return;
	grub_arena_release(&(*ev)->arena);
	strv_release(&(*ev)->told);
	free((*ev)->block_path);
	free(*ev);
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
	const struct strv *env = ev->facts->env;

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
	bool efi = !strcmp(ev->facts->platform, "efi");
	const char *m = ev->facts->machine;

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		grub_preset(ev, features[i], "y");
	grub_preset(ev, "menuentry_id_option", "--id");
	grub_preset(ev, "grub_platform", "%s", ev->facts->platform);
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
	struct boot_entry *e;

	if (!ev->draft->kernel.path || ev->foreign || ev->missing)
		return;
	e = boot_list_add(ev->list);
	if (!e)
		return;
	*e = *ev->draft;
	*ev->draft = (struct boot_entry){0};
	e->id = strdup("grub");
	e->title = strdup("GRUB, without a menu");
	e->source = strdup(source);
	e->is_default = true;
	grub_block_take(ev, &e->save);
}

static int grub_run(struct grub_eval *ev, const char *source, const char *text, size_t len)
{
	struct grub_menu *menu = grub_menu_new(ev);
	const char *file = grub_arena_strdup(&ev->arena, source);

	if (!menu || !file)
		return -ENOMEM;
	ev->menu = menu;
	grub_eval_text(ev, file, text, len);
	menu->env = ev->env;
	menu->saved = ev->saved;
	if (ev->next_menu)
		menu = ev->next_menu;
	ev->next_menu = NULL;
	ev->flow = GRUB_FLOW_ON;
	if (!menu->count) {
		grub_bare(ev, source);
		return 0;
	}
	grub_menu_walk(ev, menu, "");
	grub_menu_default(ev, menu);
	return 0;
}

int grub_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		  struct boot_list *list)
{
	CLEANUP(grub_free_eval) struct grub_eval *ev = calloc(1, sizeof(*ev));
	CLEANUP(boot_entry_release) struct boot_entry draft = {0};
	CLEANUP_FREE char *text = NULL, *source = NULL;
	size_t len;
	int r;

	if (!ev)
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
	ev->facts = facts;
	ev->list = list;
	ev->draft = &draft;
	ev->arena.limit = GRUB_EVAL_MAX_MEMORY;
	ev->env.arena = ev->saved.arena = &ev->arena;
	ev->block_device = -1;
	ev->steps = GRUB_EVAL_MAX_STEPS;
	ev->total = facts->budget ? facts->budget : GRUB_EVAL_MAX_TOTAL;
	grub_presets(ev, device, path);
	return grub_run(ev, source, text, len);
}
