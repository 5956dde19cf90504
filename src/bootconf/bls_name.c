/* bls_name.c - see bls_name.h */
#include "bootconf/bls_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Reads digits backwards from @end: where they begin; NULL: there are none. */
static const char *bls_name_digits(const char *s, const char *end, unsigned long *value)
{
	const char *p = end;

	while (p > s && p[-1] >= '0' && p[-1] <= '9')
		p--;
	if (p == end || end - p > 9)
		return NULL;
	*value = strtoul(p, NULL, 10);
	return p;
}

/* Where "+LEFT[-DONE]" begins; @end when there is none. */
static const char *bls_name_counters(const char *s, const char *end, struct bls_name *name)
{
	unsigned long last, before;
	const char *p = bls_name_digits(s, end, &last), *q;

	if (!p || p - s < 2)
		return end;
	if (p[-1] == '+') {
		name->left = last;
		name->counted = true;
		return p - 1;
	}
	if (p[-1] != '-')
		return end;
	q = bls_name_digits(s, p - 1, &before);
	if (!q || q - s < 2 || q[-1] != '+')
		return end;
	name->left = before;
	name->done = last;
	name->counted = true;
	return q - 1;
}

bool bls_name_parse(const char *file, const char *suffix, struct bls_name *name)
{
	size_t len = strlen(file), tail = strlen(suffix);
	const char *end;

	*name = (struct bls_name){0};
	if (len <= tail || strcasecmp(file + len - tail, suffix) != 0)
		return false;
	end = bls_name_counters(file, file + len - tail, name);
	if (asprintf(&name->id, "%.*s%s", (int)(end - file), file, suffix) >= 0)
		return true;
	name->id = NULL;
	return false;
}

void bls_name_release(struct bls_name *name)
{
	free(name->id);
	*name = (struct bls_name){0};
}
