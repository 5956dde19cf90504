/* strv.c - see strv.h */
#include "util/strv.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static int strv_take(struct strv *list, char *s)
{
	char **grown;

	if (!s)
		return -ENOMEM;
	grown = realloc(list->v, (list->n + 2) * sizeof(*grown));
	if (!grown) {
		free(s);
		return -ENOMEM;
	}
	list->v = grown;
	list->v[list->n++] = s;
	list->v[list->n] = NULL;
	return 0;
}

int strv_add(struct strv *list, const char *s)
{
	return strv_take(list, strdup(s));
}

int strv_addf(struct strv *list, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return n < 0 ? -ENOMEM : strv_take(list, s);
}

bool strv_has(const struct strv *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], s))
			return true;
	return false;
}

void strv_release(struct strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct strv){0};
}
