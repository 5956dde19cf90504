/* reason.c - see reason.h */
#include "plan/reason.h"
#include "util/member.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands for a list that could not be allocated; never written, never freed. */
static struct reason reason_no_memory = {
	.level = REASON_REFUSE,
	.code = "no-memory",
	.text = "there is not enough memory to list the reasons",
	.hint = "free some memory and try again",
};

static const char *const reason_names[] = {
	[REASON_NOTE] = "note",
	[REASON_WARN] = "warning",
	[REASON_REFUSE] = "refused",
};

const char *reason_level_name(enum reason_level level)
{
	return level <= REASON_REFUSE ? reason_names[level] : "?";
}

/* A place for one more, or NULL; then the list's last one says so, and refuses
 * if @level does. */
static struct reason *reason_next(struct reasons *list, enum reason_level level)
{
	struct reason *grown, *last;

	if (list->v == &reason_no_memory)
		return NULL;
	if (list->n >= REASON_MAX) {
		last = &list->v[list->n - 1];
		if (level > last->level)
			last->level = level;
		text_copy(last->code, sizeof(last->code), "too-many-reasons");
		text_copy(last->text, sizeof(last->text), "there are more reasons than are shown");
		last->hint[0] = '\0';
		return NULL;
	}
	grown = realloc(list->v, (list->n + 1) * sizeof(*grown));
	if (grown) {
		list->v = grown;
		grown[list->n] = (struct reason){.level = level};
		return &grown[list->n++];
	}
	if (list->n) {
		list->v[list->n - 1] = reason_no_memory;
	} else {
		list->v = &reason_no_memory;
		list->n = 1;
	}
	return NULL;
}

void reason_add(struct reasons *list, enum reason_level level, const char *code, const char *hint,
		const char *fmt, ...)
{
	struct reason *reason = reason_next(list, level);
	va_list ap;

	if (!reason)
		return;
	text_copy(reason->code, sizeof(reason->code), code);
	text_copy(reason->hint, sizeof(reason->hint), hint ? hint : "");
	va_start(ap, fmt);
	vsnprintf(reason->text, sizeof(reason->text), fmt, ap);
	va_end(ap);
}

static bool reasons_have(const struct reasons *list, enum reason_level level)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].level == level)
			return true;
	return false;
}

bool reasons_refuse(const struct reasons *list)
{
	return reasons_have(list, REASON_REFUSE);
}

bool reasons_warn(const struct reasons *list)
{
	return reasons_have(list, REASON_WARN);
}

void reasons_release(struct reasons *list)
{
	if (list->v != &reason_no_memory)
		free(list->v);
	*list = (struct reasons){0};
}

struct jdoc *reasons_to_json(const struct reasons *list)
{
	struct jdoc *array = jdoc_array();

	for (size_t i = 0; i < list->n; i++) {
		const struct reason *reason = &list->v[i];
		struct jdoc *o = jdoc_object();

		jdoc_set_str(o, "level", reason_level_name(reason->level));
		member_set_text(o, "code", reason->code);
		member_set_text(o, "text", reason->text);
		member_set_text(o, "hint", reason->hint);
		jdoc_add(array, o);
	}
	return array;
}

static void reason_read(struct jread *r, const struct jdoc *o, struct reason *reason)
{
	const char *level = jread_str(r, o, "level", 16);
	size_t i = 0;

	while (i <= REASON_REFUSE && strcmp(level, reason_names[i]))
		i++;
	if (i > REASON_REFUSE)
		jread_fail(r, "level must be note, warning or refused");
	reason->level = (enum reason_level)i;
	member_text(r, o, "code", reason->code, sizeof(reason->code));
	member_text(r, o, "text", reason->text, sizeof(reason->text));
	member_text(r, o, "hint", reason->hint, sizeof(reason->hint));
}

bool reasons_from_json(struct jread *r, const struct jdoc *array, struct reasons *list)
{
	if (jdoc_length(array) > REASON_MAX)
		jread_fail(r, "there are more than %u reasons", REASON_MAX);
	for (size_t i = 0; jread_ok(r) && i < jdoc_length(array); i++) {
		struct reason reason = {0};

		reason_read(r, jdoc_item(array, i), &reason);
		if (jread_ok(r))
			reason_add(list, reason.level, reason.code, reason.hint, "%s", reason.text);
	}
	return jread_ok(r);
}
