/* grub_source.c - see grub_source.h */
#include "bootconf/grub/grub_source.h"
#include "bootconf/grub/grub_menu.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_run.h"
#include "bootconf/grub/grub_state.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRUB_SOURCE_MAX_OPEN 3u /* times that one file is open at once */

/* A file that is being run. */
struct grub_source {
	const char *name;
	const struct grub_source *outer;
};

/* A file that reads itself would be read until the depth is used up; a script
 * may do it once or twice, guarded by a variable. */
static bool grub_source_is_open(struct grub_eval *ev, const char *name)
{
	unsigned times = 0;

	for (const struct grub_source *o = ev->state->files; o; o = o->outer)
		times += !strcmp(o->name, name);
	if (times < GRUB_SOURCE_MAX_OPEN)
		return false;
	grub_eval_warn(ev, "%.300s keeps including itself", name);
	return true;
}

static int grub_source_run(struct grub_eval *ev, const char *word)
{
	const struct reader_facts *f = ev->state->facts;
	struct grub_where w = grub_path_find(ev, word);
	CLEANUP_FREE char *text = NULL, *file = NULL;
	struct grub_source open = {.outer = ev->state->files};
	size_t len;

	if (w.device < 0 || w.kind != READER_REGULAR ||
	    f->read(f->ctx, (size_t)w.device, w.path, READER_MAX_CONFIG, &text, &len) < 0)
		return 1;
	if (asprintf(&file, "%s:%s", f->devices[w.device].name, w.path) < 0) {
		file = NULL;
		return 1;
	}
	open.name = grub_arena_strdup(&ev->arena, file);
	if (!open.name || grub_source_is_open(ev, open.name))
		return 1;
	ev->state->files = &open;
	ev->status = 0;
	grub_run_text(ev, open.name, text, len);
	ev->state->files = open.outer;
	return ev->status;
}

int grub_source(struct grub_eval *ev, const struct grub_args *a)
{
	int status;

	if (a->n != 2)
		return 1;
	status = grub_source_run(ev, a->v[1]);
	if (status && ev->flow == GRUB_FLOW_ON)
		grub_eval_warn(ev, "%.64s %.300s failed", a->v[0], a->v[1]);
	return status;
}

/* $config_file and $config_directory of the file that now takes over. */
static void grub_source_set_config(struct grub_eval *ev, const char *word)
{
	const char *slash = strrchr(word, '/');
	char *dir = grub_arena_strndup(&ev->arena, word, slash ? (size_t)(slash - word) : 0);

	grub_env_set(&ev->env, "config_file", word);
	if (dir)
		grub_env_set(&ev->env, "config_directory", dir);
}

/* Another configuration: a new context and, when it has entries, a menu. */
static int grub_source_take_over(struct grub_eval *ev, const char *word)
{
	struct grub_state *st = ev->state;
	struct grub_menu *menu = grub_menu_new(ev);
	struct grub_menu_scope s;
	int status;

	if (!menu)
		return 1;
	s = grub_menu_enter(ev, menu, true);
	grub_source_set_config(ev, word);
	ev->depth += 10;
	if (ev->depth < GRUB_EVAL_MAX_DEPTH)
		status = grub_source_run(ev, word);
	else
		status = 1;
	ev->depth -= 10;
	if (ev->flow != GRUB_FLOW_STOP)
		ev->flow = GRUB_FLOW_ON;
	grub_menu_leave(ev, &s);
	if (!st->next_menu && menu->count)
		st->next_menu = menu;
	/* GRUB would now show that menu, and never come back here. */
	if (st->next_menu && ev->flow == GRUB_FLOW_ON)
		ev->flow = GRUB_FLOW_EXIT;
	else if (!st->next_menu)
		grub_eval_warn(ev, "configfile %.300s gave no menu entry", word);
	return status;
}

int grub_source_configfile(struct grub_eval *ev, const struct grub_args *a)
{
	return a->n == 2 ? grub_source_take_over(ev, a->v[1]) : 1;
}

int grub_source_normal(struct grub_eval *ev, const struct grub_args *a)
{
	const char *prefix = grub_env_get(&ev->env, "prefix");
	CLEANUP_FREE char *path = NULL;

	if (a->n > 1)
		return grub_source_take_over(ev, a->v[1]);
	if (!prefix || asprintf(&path, "%s/grub.cfg", prefix) < 0) {
		path = NULL;
		return 1;
	}
	return grub_source_take_over(ev, path);
}
