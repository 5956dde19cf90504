/* grub_eval.c - statements and words of a GRUB script, see grub_eval.h */
#include "bootconf/grub/grub_eval.h"
#include "bootconf/grub/grub_parse.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

static void grub_eval_warn_at(struct grub_eval *ev, const char *file, unsigned line,
			      const char *text)
{
	char safe[600];

	if (ev->list->warnings.n < GRUB_EVAL_MAX_WARN)
		strv_addf(&ev->list->warnings, "%s:%u: %s", file, line,
			  text_printable(text, safe, sizeof(safe)));
}

void grub_eval_warn(struct grub_eval *ev, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	grub_eval_warn_at(ev, ev->at ? ev->at->file : "grub.cfg", ev->at ? ev->at->line : 0, text);
}

static void grub_eval_once(struct grub_eval *ev, const char *text)
{
	if (strv_has(&ev->told, text) || ev->told.n >= GRUB_EVAL_MAX_WARN)
		return;
	strv_add(&ev->told, text);
	grub_eval_warn(ev, "%s", text);
}

void grub_eval_stop(struct grub_eval *ev, const char *why)
{
	if (ev->flow != GRUB_FLOW_STOP)
		grub_eval_warn(ev, "stopped here: %s", why);
	ev->flow = GRUB_FLOW_STOP;
}

bool grub_eval_charge(struct grub_eval *ev, size_t cost)
{
	if (ev->arena.full) {
		grub_eval_stop(ev, "the script uses too much memory");
		return false;
	}
	if (ev->steps < cost || ev->total < cost) {
		ev->steps = 0;
		grub_eval_stop(ev, "the script takes too many steps");
		return false;
	}
	ev->steps -= cost;
	ev->total -= cost;
	return true;
}

/* Words on their way from the tree to a command's arguments. */
struct grub_expand {
	struct grub_eval *ev;
	struct grub_args args;
	size_t room;  /* of args.v */
	size_t bytes; /* in ev->scratch: the words so far, and the current one */
	size_t from;  /* where the current one begins */
	bool have;    /* there is a current one, perhaps empty */
	bool wild;    /* it has an unquoted wildcard, */
	bool tame;    /* or a quoted one */
};

static void grub_expand_bytes(struct grub_expand *x, const char *s, size_t len)
{
	if (len > GRUB_EVAL_MAX_BYTES - x->bytes) {
		grub_eval_stop(x->ev, "a command is too long");
		return;
	}
	memcpy(x->ev->scratch + x->bytes, s, len);
	x->bytes += len;
}

static bool grub_expand_is_wild(const char *s, size_t len)
{
	return memchr(s, '*', len) || memchr(s, '?', len);
}

static void grub_expand_text(struct grub_expand *x, const char *s, bool quoted)
{
	size_t len = strlen(s);

	if (grub_expand_is_wild(s, len))
		*(quoted ? &x->tame : &x->wild) = true;
	grub_expand_bytes(x, s, len);
	x->have = true;
}

static void grub_expand_add(struct grub_expand *x, const char *s, size_t len)
{
	struct grub_arena *a = &x->ev->arena;
	char *word;

	if (x->args.n == GRUB_EVAL_MAX_WORDS) {
		grub_eval_stop(x->ev, "a command has too many words");
		return;
	}
	if (x->args.n + 1 >= x->room) {
		size_t room = x->room ? x->room * 2 : 8;
		char **v = grub_arena_alloc(a, room * sizeof(*v));

		if (!v)
			return;
		if (x->args.n)
			memcpy(v, x->args.v, x->args.n * sizeof(*v));
		x->args.v = v;
		x->room = room;
	}
	word = grub_arena_strndup(a, s, len);
	if (word)
		x->args.v[x->args.n++] = word;
}

static void grub_expand_add_match(void *ctx, const char *word)
{
	grub_expand_add(ctx, word, strlen(word));
}

/* Ends the current word, if there is one. A word that has quoted wildcards
 * beside others is left as it is. */
static void grub_expand_flush(struct grub_expand *x)
{
	bool wild = x->wild && !x->tame;
	const char *word = x->ev->scratch + x->from;
	size_t len = x->bytes - x->from;
	char *pattern;

	x->wild = x->tame = false;
	if (!x->have)
		return;
	x->have = false;
	x->from = x->bytes;
	pattern = wild ? grub_arena_strndup(&x->ev->arena, word, len) : NULL;
	if (!pattern || !grub_wild_expand(x->ev, pattern, grub_expand_add_match, x))
		grub_expand_add(x, word, len);
}

/* An unquoted value: blanks separate words. */
static void grub_expand_split(struct grub_expand *x, const char *s)
{
	while (*s && x->ev->flow != GRUB_FLOW_STOP) {
		size_t n = strcspn(s, " \t\n");

		if (n) {
			x->wild = x->wild || grub_expand_is_wild(s, n);
			grub_expand_bytes(x, s, n);
			x->have = true;
		}
		s += n;
		if (*s)
			grub_expand_flush(x);
		s += strspn(s, " \t\n");
	}
}

/* $@ and $*: only a quoted $* is one word. */
static void grub_expand_all(struct grub_expand *x, char name, bool quoted)
{
	const struct grub_args *a = &x->ev->args;

	x->have = x->have || (quoted && name == '*');
	for (size_t i = 0; i < a->n && x->ev->flow != GRUB_FLOW_STOP; i++) {
		if (i && quoted && name == '*')
			grub_expand_text(x, " ", true);
		else if (i)
			grub_expand_flush(x);
		if (quoted)
			grub_expand_text(x, a->v[i], true);
		else
			grub_expand_split(x, a->v[i]);
	}
}

static void grub_expand_var(struct grub_expand *x, const char *name, bool quoted)
{
	const struct grub_eval *ev = x->ev;
	const char *value = NULL;
	char number[24];
	uint64_t n;

	if (*name == '@' || *name == '*') {
		grub_expand_all(x, *name, quoted);
		return;
	}
	if (*name == '?' || *name == '#') {
		snprintf(number, sizeof(number), "%zu",
			 *name == '?' ? (size_t)ev->status : ev->args.n);
		value = number;
	} else if (isdigit((unsigned char)*name)) {
		if (text_to_u64(name, 1, ev->args.n, &n))
			value = ev->args.v[n - 1];
	} else {
		value = grub_env_get(&ev->env, name);
	}
	if (quoted)
		grub_expand_text(x, value ? value : "", true);
	else if (value)
		grub_expand_split(x, value);
}

static struct grub_args grub_eval_expand(struct grub_eval *ev, const struct grub_word *w)
{
	struct grub_expand x = {.ev = ev};

	for (; w && ev->flow != GRUB_FLOW_STOP; w = w->next) {
		for (const struct grub_part *p = w->parts; p; p = p->next) {
			bool quoted =
				p->kind == GRUB_PART_QUOTED || p->kind == GRUB_PART_QUOTED_VAR;

			if (p->kind == GRUB_PART_TEXT || p->kind == GRUB_PART_QUOTED)
				grub_expand_text(&x, p->text, quoted);
			else
				grub_expand_var(&x, p->text, quoted);
		}
		grub_expand_flush(&x);
	}
	return x.args;
}

static void grub_eval_define(struct grub_eval *ev, const struct grub_node *n)
{
	struct grub_function *f = grub_arena_alloc(&ev->arena, sizeof(*f));

	if (!f)
		return;
	*f = (struct grub_function){.name = n->name, .body = n->body, .next = ev->functions};
	ev->functions = f;
}

/* NAME=VALUE as a command of its own. */
static bool grub_eval_assign(struct grub_eval *ev, const char *word)
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

static void grub_eval_unknown(struct grub_eval *ev, const char *name)
{
	char text[128];

	ev->status = 1;
	snprintf(text, sizeof(text), "the command %.64s is not known and does nothing here", name);
	grub_eval_once(ev, text);
}

/* Commands come before functions, functions before assignments, as in GRUB;
 * those without an effect come last, so that a script's own load_video or the
 * like is run. */
static void grub_eval_dispatch(struct grub_eval *ev, const struct grub_args *a,
			       const struct grub_node *n)
{
	const struct grub_function *f = ev->functions;

	if (grub_cmd_run(ev, a, n))
		return;
	while (f && strcmp(f->name, a->v[0]))
		f = f->next;
	if (f)
		grub_eval_call(ev, f->body, (struct grub_args){a->v + 1, a->n - 1});
	else if (!grub_eval_assign(ev, a->v[0]) && !grub_cmd_quiet(ev, a))
		grub_eval_unknown(ev, a->v[0]);
}

static void grub_eval_command(struct grub_eval *ev, const struct grub_node *n)
{
	struct grub_args a = grub_eval_expand(ev, n->words);
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
	grub_eval_dispatch(ev, &a, n);
	if (invert)
		ev->status = !ev->status;
}

/* One turn is over: does the loop go on? */
static bool grub_eval_again(struct grub_eval *ev)
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

static void grub_eval_while(struct grub_eval *ev, const struct grub_node *n)
{
	int status = 0;

	for (;;) {
		grub_eval_list(ev, n->cond);
		if (ev->flow != GRUB_FLOW_ON || !!ev->status != n->negate)
			break;
		if (!grub_eval_charge(ev, 1))
			return;
		grub_eval_list(ev, n->body);
		status = ev->status;
		if (!grub_eval_again(ev))
			break;
	}
	if (ev->flow == GRUB_FLOW_ON)
		ev->status = status;
}

static void grub_eval_for(struct grub_eval *ev, const struct grub_node *n)
{
	struct grub_args a = grub_eval_expand(ev, n->words);

	for (size_t i = 0; i < a.n && ev->flow == GRUB_FLOW_ON; i++) {
		grub_env_set(&ev->env, n->name, a.v[i]);
		if (!grub_eval_charge(ev, 1))
			return;
		grub_eval_list(ev, n->body);
		if (!grub_eval_again(ev))
			return;
	}
}

static void grub_eval_if(struct grub_eval *ev, const struct grub_node *n)
{
	for (; n && n->kind == GRUB_NODE_IF; n = n->other) {
		grub_eval_list(ev, n->cond);
		if (ev->flow != GRUB_FLOW_ON)
			return;
		if (!ev->status) {
			grub_eval_list(ev, n->body);
			return;
		}
		ev->status = 0;
		/* An else that begins with another if is not an elif. */
		if (n->other && (n->other->kind != GRUB_NODE_IF || n->other->next))
			break;
	}
	if (n)
		grub_eval_list(ev, n->other);
}

static void grub_eval_node(struct grub_eval *ev, const struct grub_node *n)
{
	ev->at = n;
	switch (n->kind) {
	case GRUB_NODE_COMMAND:
		grub_eval_command(ev, n);
		break;
	case GRUB_NODE_IF:
		grub_eval_if(ev, n);
		break;
	case GRUB_NODE_FOR:
		grub_eval_for(ev, n);
		break;
	case GRUB_NODE_WHILE:
		grub_eval_while(ev, n);
		break;
	case GRUB_NODE_FUNCTION:
		grub_eval_define(ev, n);
		break;
	}
}

void grub_eval_list(struct grub_eval *ev, const struct grub_node *n)
{
	/* As in GRUB an error of this command, and the script goes on. */
	if (ev->depth == GRUB_EVAL_MAX_DEPTH) {
		grub_eval_once(ev, "calls are nested too deeply");
		ev->status = 1;
		return;
	}
	ev->depth++;
	for (; n && ev->flow == GRUB_FLOW_ON && grub_eval_charge(ev, 1); n = n->next)
		grub_eval_node(ev, n);
	ev->depth--;
}

void grub_eval_call(struct grub_eval *ev, const struct grub_node *body, struct grub_args args)
{
	struct grub_args outer = ev->args;

	ev->args = args;
	ev->status = 0;
	grub_eval_list(ev, body);
	ev->args = outer;
	if (ev->flow == GRUB_FLOW_RETURN || ev->flow == GRUB_FLOW_BREAK ||
	    ev->flow == GRUB_FLOW_CONTINUE)
		ev->flow = GRUB_FLOW_ON;
}

static void grub_eval_parse_warn(void *ctx, const char *file, unsigned line, const char *why)
{
	char text[200];

	snprintf(text, sizeof(text), "a statement is skipped: %s", why);
	grub_eval_warn_at(ctx, file, line, text);
}

struct grub_node *grub_eval_parse(struct grub_eval *ev, const char *file, const char *text,
				  size_t len)
{
	/* Parsing costs what its input is long. */
	if (!grub_eval_charge(ev, 1 + len / 64))
		return NULL;
	return grub_parse(&ev->arena, file, text, len, grub_eval_parse_warn, ev);
}

void grub_eval_text(struct grub_eval *ev, const char *file, const char *text, size_t len)
{
	const struct grub_node *at = ev->at;

	grub_eval_list(ev, grub_eval_parse(ev, file, text, len));
	ev->at = at;
}

/* A file that reads itself would be read until the depth is used up; a script
 * may do it once or twice, guarded by a variable. */
static bool grub_eval_is_open(struct grub_eval *ev, const char *name)
{
	unsigned times = 0;

	for (const struct grub_open *o = ev->open; o; o = o->outer)
		times += !strcmp(o->name, name);
	if (times < GRUB_EVAL_MAX_OPEN)
		return false;
	grub_eval_warn(ev, "%.300s reads itself again and again", name);
	return true;
}

int grub_eval_source(struct grub_eval *ev, const char *word)
{
	const struct reader_facts *f = ev->facts;
	struct grub_where w = grub_path_find(ev, word);
	CLEANUP_FREE char *text = NULL, *file = NULL;
	struct grub_open open = {.outer = ev->open};
	size_t len;

	if (w.device < 0 || w.kind != READER_REGULAR ||
	    f->read(f->ctx, (size_t)w.device, w.path, READER_MAX_CONFIG, &text, &len) < 0)
		return 1;
	if (asprintf(&file, "%s:%s", f->devices[w.device].name, w.path) < 0) {
		file = NULL;
		return 1;
	}
	open.name = grub_arena_strdup(&ev->arena, file);
	if (!open.name || grub_eval_is_open(ev, open.name))
		return 1;
	ev->open = &open;
	ev->status = 0;
	grub_eval_text(ev, open.name, text, len);
	ev->open = open.outer;
	return ev->status;
}
