/* grub_builtin.c - see grub_builtin.h */
#include "bootconf/grub/grub_builtin.h"
#include "bootconf/grub/grub_run.h"
#include "util/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

int grub_builtin_set(struct grub_eval *ev, const struct grub_args *a)
{
	const char *eq = a->n > 1 ? strchr(a->v[1], '=') : NULL;
	char *name;

	if (a->n < 2)
		return 0;
	if (!eq || eq == a->v[1])
		return 1;
	name = grub_arena_strndup(&ev->arena, a->v[1], (size_t)(eq - a->v[1]));
	if (name)
		grub_env_set(&ev->env, name, eq + 1);
	return 0;
}

int grub_builtin_unset(struct grub_eval *ev, const struct grub_args *a)
{
	for (size_t i = 1; i < a->n; i++)
		grub_env_unset(&ev->env, a->v[i]);
	return a->n < 2;
}

int grub_builtin_export(struct grub_eval *ev, const struct grub_args *a)
{
	for (size_t i = 1; i < a->n; i++)
		grub_env_export(&ev->env, a->v[i]);
	return a->n < 2;
}

int grub_builtin_count(struct grub_eval *ev, const struct grub_args *a)
{
	const char *v = a->n > 1 ? grub_env_get(&ev->env, a->v[1]) : NULL;
	char number[24];
	uint64_t n;

	if (!v || !text_to_u64(v, 0, UINT32_MAX, &n))
		return 1;
	if (!strcmp(a->v[0], "increment"))
		n++;
	else
		n -= n > 0;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)n);
	grub_env_set(&ev->env, a->v[1], number);
	return 0;
}

int grub_builtin_true(struct grub_eval *ev, const struct grub_args *a)
{
	(void)ev;
	(void)a;
	return 0;
}

int grub_builtin_false(struct grub_eval *ev, const struct grub_args *a)
{
	(void)ev;
	(void)a;
	return 1;
}

/* The number behind a command; @absent where there is none. */
static int grub_builtin_number(const struct grub_args *a, uint64_t absent)
{
	uint64_t v;

	return a->n > 1 && text_to_u64(a->v[1], 0, 255, &v) ? (int)v : (int)absent;
}

int grub_builtin_break(struct grub_eval *ev, const struct grub_args *a)
{
	ev->levels = (unsigned)grub_builtin_number(a, 1);
	if (!ev->levels)
		return 1;
	ev->flow = !strcmp(a->v[0], "break") ? GRUB_FLOW_BREAK : GRUB_FLOW_CONTINUE;
	return 0;
}

int grub_builtin_return(struct grub_eval *ev, const struct grub_args *a)
{
	ev->flow = GRUB_FLOW_RETURN;
	return grub_builtin_number(a, (uint64_t)ev->status);
}

int grub_builtin_shift(struct grub_eval *ev, const struct grub_args *a)
{
	size_t n = (size_t)grub_builtin_number(a, 1);

	if (n > ev->args.n)
		return 1;
	ev->args.v += n;
	ev->args.n -= n;
	return 0;
}

int grub_builtin_setparams(struct grub_eval *ev, const struct grub_args *a)
{
	ev->args = (struct grub_args){a->v + 1, a->n - 1};
	return 0;
}

int grub_builtin_eval(struct grub_eval *ev, const struct grub_args *a)
{
	size_t len = 0, at = 0;
	char *text;

	for (size_t i = 1; i < a->n; i++)
		len += strlen(a->v[i]) + 1;
	text = grub_arena_alloc(&ev->arena, len + 1);
	if (!text)
		return 1;
	for (size_t i = 1; i < a->n; i++) {
		size_t n = strlen(a->v[i]);

		memcpy(text + at, a->v[i], n);
		text[at + n] = ' ';
		at += n + 1;
	}
	ev->status = 0;
	grub_run_text(ev, ev->at ? ev->at->file : "eval", text, len);
	return ev->status;
}

int grub_builtin_hwmatch(struct grub_eval *ev, const struct grub_args *a)
{
	(void)a;
	grub_env_set(&ev->env, "match", "0");
	return 0;
}
