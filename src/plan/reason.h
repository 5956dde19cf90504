/* reason.h - why something is refused, or what the user should know
 *
 * Checks are pure: they collect every reason instead of stopping at the first,
 * and both ends' lists are shown together.
 */
#ifndef P2V_PLAN_REASON_H
#define P2V_PLAN_REASON_H

#include "util/jdoc.h"

#include <stdbool.h>
#include <stddef.h>

enum reason_level {
	REASON_NOTE,   /* shown */
	REASON_WARN,   /* shown; the exit status becomes 3 if the push goes on */
	REASON_REFUSE, /* nothing is written */
};

struct reason {
	enum reason_level level;
	char code[40];  /* stable, for scripts: "target-too-small" */
	char text[400]; /* what, which object */
	char hint[300]; /* what to do next; "" if nothing */
};

/* What a list holds at most: one more changes the last one into "there are more". */
#define REASON_MAX 256u

struct reasons {
	struct reason *v; /* owned */
	size_t n;
};

/* Out of memory is a refusal as well: it sets the list's last reason. */
void reason_add(struct reasons *list, enum reason_level level, const char *code, const char *hint,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));
bool reasons_refuse(const struct reasons *list);
bool reasons_warn(const struct reasons *list);
void reasons_release(struct reasons *list);
const char *reason_level_name(enum reason_level level); /* "note", "warning", "refused" */

struct jdoc *reasons_to_json(const struct reasons *list); /* an array */
/* Appends; at most 256. False when it does not fit the schema. */
bool reasons_from_json(struct jread *r, const struct jdoc *array, struct reasons *list);

#endif
