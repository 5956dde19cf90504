/* grub_run.c - see grub_run.h */
#include "bootconf/grub/grub_run.h"
#include "bootconf/grub/grub_expand.h"
#include "bootconf/grub/grub_parse.h"

#include <stdio.h>
#include <string.h>

static void grub_run_list(struct grub_eval *ev, const struct grub_node *n);

static void grub_run_define(struct grub_eval *ev, const struct grub_node *n)
{
	struct grub_function *f = grub_arena_alloc(&ev->arena, sizeof(*f));

	if (!f)
		return;
	*f = (struct grub_function){.name = n->name, .body = n->body, .next = ev->functions};
	ev->functions = f;
}

/* NAME=VALUE as a command of its own. */
static bool grub_run_assign(struct grub_eval *ev, const char *word)
{
	const char *eq = strchr(word, '=');
	char *name;

	if (!eq || eq == word)
		return false;
	name = grub_arena_strndup(&ev->arena, word, (size_t)(eq - word));
	if (name)
		grub_env_set(&ev->env, name, eq + 1);
	ev->status = 0;
	return true;
}

static void grub_run_unknown(struct grub_eval *ev, const char *name)
{
	char text[128];

	ev->status = 1;
	snprintf(text, sizeof(text), "unknown command %.64s, which does nothing here", name);
	grub_eval_warn_once(ev, text);
}

static const struct grub_command *grub_run_find(const struct grub_eval *ev, const char *name)
{
	for (const struct grub_command *c = ev->commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

/* Commands come before functions, functions before assignments, as in GRUB; a
 * weak command comes behind a function, so that a script's own load_video or
 * the like is run. */
static void grub_run_dispatch(struct grub_eval *ev, const struct grub_args *a)
{
	const struct grub_command *c = grub_run_find(ev, a->v[0]);
	bool weak = !c || (c->flags & GRUB_COMMAND_WEAK);
	const struct grub_function *f = weak ? ev->functions : NULL;

	while (f && strcmp(f->name, a->v[0]))
		f = f->next;
	if (f)
		grub_run_call(ev, f->body, (struct grub_args){a->v + 1, a->n - 1});
	else if (c)
		ev->status = c->run(ev, a);
	else if (!grub_run_assign(ev, a->v[0]))
		grub_run_unknown(ev, a->v[0]);
}

static void grub_run_command(struct grub_eval *ev, const struct grub_node *n)
{
	struct grub_args a = grub_expand(ev, n->words);
	bool invert;

	if (ev->flow != GRUB_FLOW_ON || !a.n)
		return;
	invert = !strcmp(a.v[0], "!");
	if (invert) {
		a.v++;
		a.n--;
	}
	if (!a.n) {
		ev->status = 1;
		return;
	}
	grub_run_dispatch(ev, &a);
	if (invert)
		ev->status = !ev->status;
}

/* One turn is over: does the loop go on? */
static bool grub_run_again(struct grub_eval *ev)
{
	if (ev->flow == GRUB_FLOW_ON)
		return true;
	if (ev->flow != GRUB_FLOW_BREAK && ev->flow != GRUB_FLOW_CONTINUE)
		return false;
	if (--ev->levels > 0)
		return false;
	if (ev->flow == GRUB_FLOW_BREAK) {
		ev->flow = GRUB_FLOW_ON;
		return false;
	}
	ev->flow = GRUB_FLOW_ON;
	return true;
}

static void grub_run_while(struct grub_eval *ev, const struct grub_node *n)
{
	int status = 0;

	for (;;) {
		grub_run_list(ev, n->cond);
		if (ev->flow != GRUB_FLOW_ON || !!ev->status != n->negate)
			break;
		if (!grub_eval_charge(ev, 1))
			return;
		grub_run_list(ev, n->body);
		status = ev->status;
		if (!grub_run_again(ev))
			break;
	}
	if (ev->flow == GRUB_FLOW_ON)
		ev->status = status;
}

static void grub_run_for(struct grub_eval *ev, const struct grub_node *n)
{
	struct grub_args a = grub_expand(ev, n->words);

	for (size_t i = 0; i < a.n && ev->flow == GRUB_FLOW_ON; i++) {
		grub_env_set(&ev->env, n->name, a.v[i]);
		if (!grub_eval_charge(ev, 1))
			return;
		grub_run_list(ev, n->body);
		if (!grub_run_again(ev))
			return;
	}
}

static void grub_run_if(struct grub_eval *ev, const struct grub_node *n)
{
	for (; n && n->kind == GRUB_NODE_IF; n = n->other) {
		grub_run_list(ev, n->cond);
		if (ev->flow != GRUB_FLOW_ON)
			return;
		if (!ev->status) {
			grub_run_list(ev, n->body);
			return;
		}
		ev->status = 0;
		/* An else that begins with another if is not an elif. */
		if (n->other && (n->other->kind != GRUB_NODE_IF || n->other->next))
			break;
	}
	if (n)
		grub_run_list(ev, n->other);
}

static void grub_run_node(struct grub_eval *ev, const struct grub_node *n)
{
	ev->at = n;
	switch (n->kind) {
	case GRUB_NODE_COMMAND:
		grub_run_command(ev, n);
		break;
	case GRUB_NODE_IF:
		grub_run_if(ev, n);
		break;
	case GRUB_NODE_FOR:
		grub_run_for(ev, n);
		break;
	case GRUB_NODE_WHILE:
		grub_run_while(ev, n);
		break;
	case GRUB_NODE_FUNCTION:
		grub_run_define(ev, n);
		break;
	}
}

static void grub_run_list(struct grub_eval *ev, const struct grub_node *n)
{
	/* As in GRUB an error of this command, and the script goes on. */
	if (ev->depth == GRUB_EVAL_MAX_DEPTH) {
		grub_eval_warn_once(ev, "calls are nested too deeply");
		ev->status = 1;
		return;
	}
	ev->depth++;
	for (; n && ev->flow == GRUB_FLOW_ON && grub_eval_charge(ev, 1); n = n->next)
		grub_run_node(ev, n);
	ev->depth--;
}

void grub_run_call(struct grub_eval *ev, const struct grub_node *body, struct grub_args args)
{
	struct grub_args outer = ev->args;

	ev->args = args;
	ev->status = 0;
	grub_run_list(ev, body);
	ev->args = outer;
	if (ev->flow == GRUB_FLOW_RETURN || ev->flow == GRUB_FLOW_BREAK ||
	    ev->flow == GRUB_FLOW_CONTINUE)
		ev->flow = GRUB_FLOW_ON;
}

static void grub_run_parse_warn(void *ctx, const char *file, unsigned line, const char *why)
{
	char text[200];

	snprintf(text, sizeof(text), "a statement is skipped: %s", why);
	grub_eval_warn_at(ctx, file, line, text);
}

struct grub_node *grub_run_parse(struct grub_eval *ev, const char *file, const char *text,
				 size_t len)
{
	/* Parsing costs what its input is long. */
	if (!grub_eval_charge(ev, 1 + len / 64))
		return NULL;
	return grub_parse(&ev->arena, file, text, len, grub_run_parse_warn, ev);
}

void grub_run_text(struct grub_eval *ev, const char *file, const char *text, size_t len)
{
	const struct grub_node *at = ev->at;

	grub_run_list(ev, grub_run_parse(ev, file, text, len));
	ev->at = at;
}
