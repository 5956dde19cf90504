/* grub_expand.c - see grub_expand.h */
#include "bootconf/grub/grub_expand.h"
#include "util/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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
	if (!pattern || !x->ev->wild(x->ev, pattern, grub_expand_add_match, x))
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

struct grub_args grub_expand(struct grub_eval *ev, const struct grub_word *w)
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
