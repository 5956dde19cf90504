/* grub_menu.c - see grub_menu.h */
#include "bootconf/grub/grub_menu.h"
#include "bootconf/grub/grub_run.h"
#include "bootconf/grub/grub_state.h"

#include <string.h>

struct grub_menu *grub_menu_new(struct grub_eval *ev)
{
	struct grub_menu *m = grub_arena_alloc(&ev->arena, sizeof(*m));

	if (!m)
		return NULL;
	m->tail = &m->first;
	m->env.arena = &ev->arena;
	return m;
}

/* Options of menuentry that have a value we do not need. Fedora's scripts
 * write "--users $grub_users" with an empty variable. */
static size_t grub_menu_option(const struct grub_args *a, size_t i)
{
	static const char *const valued[] = {"--class", "--users", "--hotkey", "--source"};
	const char *w = a->v[i];

	for (size_t k = 0; k < sizeof(valued) / sizeof(valued[0]); k++) {
		if (strcmp(w, valued[k]) != 0)
			continue;
		return i + 1 < a->n && strncmp(a->v[i + 1], "--", 2) != 0 ? 2 : 1;
	}
	return 1;
}

/* Splits the words of a menuentry into its options and what is left. */
static void grub_menu_words(struct grub_item *item, const struct grub_args *a)
{
	for (size_t i = 1; i < a->n;) {
		const char *w = a->v[i];

		if (!strncmp(w, "--id=", 5)) {
			item->id = w + 5;
			i++;
		} else if (!strcmp(w, "--id") && i + 1 < a->n) {
			item->id = a->v[i + 1];
			i += 2;
		} else if (!strncmp(w, "--", 2) && w[2]) {
			i += grub_menu_option(a, i);
		} else {
			item->args.v[item->args.n++] = a->v[i++];
		}
	}
}

static void grub_menu_append(struct grub_eval *ev, struct grub_item *item)
{
	struct grub_menu *menu = ev->state->menu;

	item->entry = -1;
	*menu->tail = item;
	menu->tail = &item->next;
	menu->count++;
}

int grub_menu_define(struct grub_eval *ev, const struct grub_args *a)
{
	const struct grub_node *at = ev->at;
	struct grub_item *item;

	if (!at->has_block || ev->state->menu->count == GRUB_MENU_MAX_ITEMS) {
		grub_eval_warn(ev, at->has_block ? "too many menu entries"
						 : "a menu entry has no { block }");
		return 1;
	}
	item = grub_arena_alloc(&ev->arena, sizeof(*item));
	if (!item)
		return 1;
	item->args.v = grub_arena_alloc(&ev->arena, (a->n + 1) * sizeof(char *));
	if (!item->args.v)
		return 1;
	grub_menu_words(item, a);
	if (!item->args.n) {
		grub_eval_warn(ev, "a menu entry has no title");
		return 1;
	}
	item->title = item->args.v[0];
	item->has_id = item->id && *item->id;
	if (!item->has_id)
		item->id = item->title;
	item->is_submenu = !strcmp(a->v[0], "submenu");
	item->body = at->body;
	grub_menu_append(ev, item);
	return 0;
}

int grub_menu_hide(struct grub_eval *ev, const struct grub_args *a)
{
	(void)ev;
	(void)a;
	return 0;
}

void grub_menu_add(struct grub_eval *ev, const char *title, const char *id, const char *source,
		   const char *text, size_t len)
{
	struct grub_item *item = grub_arena_alloc(&ev->arena, sizeof(*item));
	char **words = grub_arena_alloc(&ev->arena, 2 * sizeof(*words));
	const char *file = grub_arena_strdup(&ev->arena, source);

	if (!item || !words || !file)
		return;
	if (ev->state->menu->count == GRUB_MENU_MAX_ITEMS) {
		grub_eval_warn(ev, "too many menu entries");
		return;
	}
	words[0] = grub_arena_strdup(&ev->arena, title);
	item->id = grub_arena_strdup(&ev->arena, id);
	if (!words[0] || !item->id)
		return;
	item->args = (struct grub_args){words, 1};
	item->title = words[0];
	item->has_id = true;
	item->body = grub_run_parse(ev, file, text, len);
	grub_menu_append(ev, item);
}

struct grub_menu_scope grub_menu_enter(struct grub_eval *ev, struct grub_menu *menu,
				       bool only_exported)
{
	struct grub_state *st = ev->state;
	struct grub_menu_scope s = {ev->env, st->saved, st->menu, ev->args, ev->at, st->chosen};

	ev->env = grub_env_copy(&s.env, only_exported);
	st->saved = grub_env_copy(&s.saved, false);
	st->menu = menu;
	return s;
}

void grub_menu_leave(struct grub_eval *ev, const struct grub_menu_scope *s)
{
	struct grub_state *st = ev->state;

	if (st->menu) {
		st->menu->env = ev->env;
		st->menu->saved = st->saved;
	}
	ev->env = s->env;
	st->saved = s->saved;
	st->menu = s->menu;
	ev->args = s->args;
	ev->at = s->at;
	st->chosen = s->chosen;
}
