/* grub_menu.c - menuentry and submenu of a GRUB script, see grub_eval.h
 *
 * A body is not run where it stands: its variables are those at the end of the
 * configuration, as when somebody chooses it in the menu.
 */
#include "bootconf/grub/grub_eval.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <ctype.h>
#include <string.h>

#define GRUB_MENU_MAX_ITEMS 4096u
#define GRUB_MENU_MAX_DEPTH 8u

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
	item->entry = -1;
	*ev->menu->tail = item;
	ev->menu->tail = &item->next;
	ev->menu->count++;
}

int grub_menu_define(struct grub_eval *ev, const struct grub_args *a, const struct grub_node *n)
{
	struct grub_item *item;

	/* SUSE's hiddenentry is not in the menu and does not count. */
	if (!strcmp(a->v[0], "hiddenentry"))
		return 0;
	if (!n->has_block || ev->menu->count == GRUB_MENU_MAX_ITEMS) {
		grub_eval_warn(ev, n->has_block ? "too many menu entries"
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
	item->body = n->body;
	grub_menu_append(ev, item);
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
	if (ev->menu->count == GRUB_MENU_MAX_ITEMS) {
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
	item->body = grub_eval_parse(ev, file, text, len);
	grub_menu_append(ev, item);
}

/* What running another configuration or a body must not change for others. */
struct grub_menu_scope {
	struct grub_env env, saved;
	struct grub_menu *menu;
	struct grub_args args;
	const struct grub_node *at;
	const char *chosen;
};

static struct grub_menu_scope grub_menu_enter(struct grub_eval *ev, struct grub_menu *menu,
					      bool only_exported)
{
	struct grub_menu_scope s = {ev->env, ev->saved, ev->menu, ev->args, ev->at, ev->chosen};

	ev->env = grub_env_copy(&s.env, only_exported);
	ev->saved = grub_env_copy(&s.saved, false);
	ev->menu = menu;
	return s;
}

static void grub_menu_leave(struct grub_eval *ev, const struct grub_menu_scope *s)
{
	if (ev->menu) {
		ev->menu->env = ev->env;
		ev->menu->saved = ev->saved;
	}
	ev->env = s->env;
	ev->saved = s->saved;
	ev->menu = s->menu;
	ev->args = s->args;
	ev->at = s->at;
	ev->chosen = s->chosen;
}

/* $config_file and $config_directory of the file that now takes over. */
static void grub_menu_set_config(struct grub_eval *ev, const char *word)
{
	const char *slash = strrchr(word, '/');
	char *dir = grub_arena_strndup(&ev->arena, word, slash ? (size_t)(slash - word) : 0);

	grub_env_set(&ev->env, "config_file", word);
	if (dir)
		grub_env_set(&ev->env, "config_directory", dir);
}

int grub_menu_configfile(struct grub_eval *ev, const char *word)
{
	struct grub_menu *menu = grub_menu_new(ev);
	struct grub_menu_scope s;
	int status;

	if (!menu)
		return 1;
	s = grub_menu_enter(ev, menu, true);
	grub_menu_set_config(ev, word);
	ev->depth += 10;
	if (ev->depth < GRUB_EVAL_MAX_DEPTH)
		status = grub_eval_source(ev, word);
	else
		status = 1;
	ev->depth -= 10;
	if (ev->flow != GRUB_FLOW_STOP)
		ev->flow = GRUB_FLOW_ON;
	grub_menu_leave(ev, &s);
	if (!ev->next_menu && menu->count)
		ev->next_menu = menu;
	/* GRUB would now show that menu, and never come back here. */
	if (ev->next_menu && ev->flow == GRUB_FLOW_ON)
		ev->flow = GRUB_FLOW_EXIT;
	else if (!ev->next_menu)
		grub_eval_warn(ev, "configfile %.300s gave no menu entry", word);
	return status;
}

static bool grub_menu_id_taken(const struct boot_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strcmp(l->v[i].id, id))
			return true;
	return false;
}

/* The id that GRUB itself would use, the title when there is none; made unique
 * by the way through the submenus, then by a number. */
static char *grub_menu_unique_id(const struct boot_list *l, const struct grub_item *item,
				 const char *full_title)
{
	char *id = NULL;

	if (!grub_menu_id_taken(l, item->id))
		return strdup(item->id);
	if (!grub_menu_id_taken(l, full_title))
		return strdup(full_title);
	for (unsigned n = 2; n < GRUB_MENU_MAX_ITEMS * 2; n++) {
		if (asprintf(&id, "%s#%u", full_title, n) < 0)
			return NULL;
		if (!grub_menu_id_taken(l, id))
			return id;
		free(id);
	}
	return NULL;
}

/* The draft is bootable: it becomes an entry of the list. */
static void grub_menu_take(struct grub_eval *ev, struct grub_item *item, const char *full_title)
{
	CLEANUP_FREE char *id = grub_menu_unique_id(ev->list, item, full_title);
	CLEANUP_FREE char *title = strdup(full_title), *source = NULL;
	const char *file = item->body ? item->body->file : "";
	struct boot_entry *e;

	source = strdup(file);
	if (!id || !title || !source)
		return;
	e = boot_list_add(ev->list);
	if (!e)
		return;
	*e = *ev->draft;
	*ev->draft = (struct boot_entry){0};
	e->id = STEAL(id);
	e->title = STEAL(title);
	e->source = STEAL(source);
	grub_block_take(ev, &e->save);
	item->entry = (long)ev->list->n - 1;
}

static void grub_menu_judge(struct grub_eval *ev, struct grub_item *item, const char *full_title)
{
	char safe[128];

	text_printable(item->title, safe, sizeof(safe));
	if (ev->flow == GRUB_FLOW_STOP)
		grub_eval_warn(ev, "the entry '%s' is left out", safe);
	else if (ev->missing)
		grub_eval_warn(ev, "the entry '%s' is left out: a file of it is missing", safe);
	else if (ev->draft->kernel.path && !ev->foreign)
		grub_menu_take(ev, item, full_title);
}

/* $chosen: the ids from the top, each > in them doubled. */
static const char *grub_menu_chosen(struct grub_eval *ev, const struct grub_item *item)
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
static void grub_menu_body(struct grub_eval *ev, struct grub_item *item)
{
	boot_entry_release(ev->draft);
	ev->foreign = NULL;
	ev->missing = false;
	ev->next_menu = NULL;
	ev->status = 0;
	ev->flow = GRUB_FLOW_ON;
	ev->steps = GRUB_EVAL_MAX_STEPS;
	ev->chosen = grub_menu_chosen(ev, item);
	grub_env_set(&ev->env, "chosen", ev->chosen);
	grub_env_export(&ev->env, "chosen");
	grub_eval_call(ev, item->body, item->args);
}

static char *grub_menu_title(const char *above, const char *title)
{
	char *full = NULL;

	if (!*above)
		return strdup(title);
	return asprintf(&full, "%s>%s", above, title) < 0 ? NULL : full;
}

static void grub_menu_item(struct grub_eval *ev, struct grub_menu *menu, struct grub_item *item,
			   const char *above)
{
	CLEANUP_FREE char *full = grub_menu_title(above, item->title);
	struct grub_arena_mark mark = grub_arena_mark(&ev->arena);
	struct grub_function *functions = ev->functions;
	struct grub_menu *sub = item->is_submenu ? grub_menu_new(ev) : NULL;
	struct grub_menu_scope s;

	if (!full || (item->is_submenu && !sub))
		return;
	s = grub_menu_enter(ev, sub ? sub : menu, item->is_submenu);
	if (!sub)
		ev->menu = grub_menu_new(ev); /* entries defined by an entry are not shown */
	if (ev->menu)
		grub_menu_body(ev, item);
	if (!sub)
		grub_menu_judge(ev, item, full);
	grub_menu_leave(ev, &s);
	item->sub = ev->next_menu ? ev->next_menu : sub;
	ev->next_menu = NULL;
	ev->flow = GRUB_FLOW_ON;
	if (item->sub && item->entry < 0)
		grub_menu_walk(ev, item->sub, full);
	if (item->sub)
		return;
	/* Copying and running cost what they left behind. */
	if (ev->arena.used > mark.used)
		grub_eval_charge(ev, (ev->arena.used - mark.used) / 256);
	ev->flow = GRUB_FLOW_ON;
	ev->functions = functions;
	grub_arena_reset(&ev->arena, mark);
}

void grub_menu_walk(struct grub_eval *ev, struct grub_menu *menu, const char *above)
{
	struct grub_env outer = ev->env, saved = ev->saved;
	size_t levels = 0;

	for (const char *p = above; *p; p++)
		levels += *p == '>';
	if (levels > GRUB_MENU_MAX_DEPTH || strlen(above) > 4096) {
		grub_eval_warn(ev, "submenus are nested too deeply");
		return;
	}
	for (struct grub_item *i = menu->first; i && ev->total; i = i->next) {
		ev->env = menu->env;
		ev->saved = menu->saved;
		grub_menu_item(ev, menu, i, above);
	}
	ev->env = outer;
	ev->saved = saved;
}
