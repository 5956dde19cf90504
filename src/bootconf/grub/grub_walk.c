/* grub_walk.c - see grub_walk.h */
#include "bootconf/grub/grub_walk.h"
#include "bootconf/grub/grub_block.h"
#include "bootconf/grub/grub_run.h"
#include "bootconf/grub/grub_state.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRUB_WALK_MAX_DEPTH 8u /* of submenus */

static void grub_walk_below(struct grub_eval *ev, struct grub_menu *menu, const char *above);

static bool grub_walk_id_taken(const struct boot_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strcmp(l->v[i].id, id))
			return true;
	return false;
}

/* The id that GRUB itself would use, the title when there is none; made unique
 * by the way through the submenus, then by a number. */
static char *grub_walk_unique_id(const struct boot_list *l, const struct grub_item *item,
				 const char *full_title)
{
	char *id = NULL;

	if (!grub_walk_id_taken(l, item->id))
		return strdup(item->id);
	if (!grub_walk_id_taken(l, full_title))
		return strdup(full_title);
	for (unsigned n = 2; n < GRUB_MENU_MAX_ITEMS * 2; n++) {
		if (asprintf(&id, "%s#%u", full_title, n) < 0)
			return NULL;
		if (!grub_walk_id_taken(l, id))
			return id;
		free(id);
	}
	return NULL;
}

/* The draft is bootable: it becomes an entry of the list. */
static void grub_walk_take(struct grub_eval *ev, struct grub_item *item, const char *full_title)
{
	struct grub_state *st = ev->state;
	CLEANUP_FREE char *id = grub_walk_unique_id(st->list, item, full_title);
	CLEANUP_FREE char *title = strdup(full_title), *source = NULL;
	const char *file = item->body ? item->body->file : "";
	struct boot_entry *e;

	source = strdup(file);
	if (!id || !title || !source)
		return;
	e = boot_list_add(st->list);
	if (!e)
		return;
	*e = st->draft;
	st->draft = (struct boot_entry){0};
	e->id = STEAL(id);
	e->title = STEAL(title);
	e->source = STEAL(source);
	grub_block_take(ev, &e->save);
	item->entry = (long)st->list->n - 1;
}

static void grub_walk_judge(struct grub_eval *ev, struct grub_item *item, const char *full_title)
{
	const struct grub_state *st = ev->state;
	char safe[128];

	text_printable(item->title, safe, sizeof(safe));
	if (ev->flow == GRUB_FLOW_STOP)
		grub_eval_warn(ev, "the entry '%s' is left out", safe);
	else if (st->missing)
		grub_eval_warn(ev, "the entry '%s' is left out: a file of it is missing", safe);
	else if (st->draft.kernel.path && !st->foreign)
		grub_walk_take(ev, item, full_title);
}

/* $chosen: the ids from the top, each > in them doubled. */
static const char *grub_walk_chosen(struct grub_eval *ev, const struct grub_item *item)
{
	const char *above = grub_env_get(&ev->env, "chosen");
	size_t n = above ? strlen(above) : 0;
	char *path = grub_arena_alloc(&ev->arena, n + 2 * strlen(item->id) + 2);

	if (!path)
		return item->id;
	if (above) {
		memcpy(path, above, n);
		path[n++] = '>';
	}
	for (const char *c = item->id; *c; c++) {
		path[n++] = *c;
		if (*c == '>')
			path[n++] = '>';
	}
	return path;
}

/* Runs one body as if the entry had been chosen. */
static void grub_walk_body(struct grub_eval *ev, struct grub_item *item)
{
	struct grub_state *st = ev->state;

	boot_entry_release(&st->draft);
	st->foreign = NULL;
	st->missing = false;
	st->next_menu = NULL;
	grub_eval_renew(ev);
	st->chosen = grub_walk_chosen(ev, item);
	grub_env_set(&ev->env, "chosen", st->chosen);
	grub_env_export(&ev->env, "chosen");
	grub_run_call(ev, item->body, item->args);
}

static char *grub_walk_title(const char *above, const char *title)
{
	char *full = NULL;

	if (!*above)
		return strdup(title);
	return asprintf(&full, "%s>%s", above, title) < 0 ? NULL : full;
}

static void grub_walk_item(struct grub_eval *ev, struct grub_menu *menu, struct grub_item *item,
			   const char *above)
{
	struct grub_state *st = ev->state;
	CLEANUP_FREE char *full = grub_walk_title(above, item->title);
	struct grub_arena_mark mark = grub_arena_mark(&ev->arena);
	struct grub_function *functions = ev->functions;
	struct grub_menu *sub = item->is_submenu ? grub_menu_new(ev) : NULL;
	struct grub_menu_scope s;

	if (!full || (item->is_submenu && !sub))
		return;
	s = grub_menu_enter(ev, sub ? sub : menu, item->is_submenu);
	if (!sub)
		st->menu = grub_menu_new(ev); /* entries defined by an entry are not shown */
	if (st->menu)
		grub_walk_body(ev, item);
	if (!sub)
		grub_walk_judge(ev, item, full);
	grub_menu_leave(ev, &s);
	item->sub = st->next_menu ? st->next_menu : sub;
	st->next_menu = NULL;
	ev->flow = GRUB_FLOW_ON;
	if (item->sub && item->entry < 0)
		grub_walk_below(ev, item->sub, full);
	if (item->sub)
		return;
	/* Copying and running cost what they left behind. */
	if (ev->arena.used > mark.used)
		grub_eval_charge(ev, (ev->arena.used - mark.used) / 256);
	ev->flow = GRUB_FLOW_ON;
	ev->functions = functions;
	grub_arena_reset(&ev->arena, mark);
}

static void grub_walk_below(struct grub_eval *ev, struct grub_menu *menu, const char *above)
{
	struct grub_state *st = ev->state;
	struct grub_env outer = ev->env, saved = st->saved;
	size_t levels = 0;

	for (const char *p = above; *p; p++)
		levels += *p == '>';
	if (levels > GRUB_WALK_MAX_DEPTH || strlen(above) > 4096) {
		grub_eval_warn(ev, "submenus are nested too deeply");
		return;
	}
	for (struct grub_item *i = menu->first; i && ev->total; i = i->next) {
		ev->env = menu->env;
		st->saved = menu->saved;
		grub_walk_item(ev, menu, i, above);
	}
	ev->env = outer;
	st->saved = saved;
}

void grub_walk(struct grub_eval *ev, struct grub_menu *menu)
{
	grub_walk_below(ev, menu, "");
}
