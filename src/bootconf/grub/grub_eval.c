/* grub_eval.c - see grub_eval.h */
#include "bootconf/grub/grub_eval.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>

void grub_eval_begin(struct grub_eval *ev, size_t total)
{
	ev->arena.limit = GRUB_EVAL_MAX_MEMORY;
	ev->env.arena = &ev->arena;
	ev->total = total ? total : GRUB_EVAL_MAX_TOTAL;
	grub_eval_renew(ev);
}

void grub_eval_release(struct grub_eval *ev)
{
	grub_arena_release(&ev->arena);
	strv_release(&ev->told);
}

void grub_eval_renew(struct grub_eval *ev)
{
	ev->status = 0;
	ev->flow = GRUB_FLOW_ON;
	ev->steps = GRUB_EVAL_MAX_STEPS;
}

void grub_eval_warn_at(struct grub_eval *ev, const char *file, unsigned line, const char *text)
{
	char safe[600];

	if (ev->warnings->n < GRUB_EVAL_MAX_WARN)
		strv_addf(ev->warnings, "%s:%u: %s", file, line,
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

void grub_eval_warn_once(struct grub_eval *ev, const char *text)
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
