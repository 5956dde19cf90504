/* draft.c - see draft.h */
#include "bootconf/draft.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <stdarg.h>
#include <string.h>

void draft_warn(struct boot_list *l, unsigned *told, const char *file, unsigned line,
		const char *fmt, ...)
{
	CLEANUP_FREE char *what = NULL;
	char number[16] = "", safe[512];
	va_list ap;
	int n;

	if (*told >= DRAFT_MAX_WARN)
		return;
	va_start(ap, fmt);
	n = vasprintf(&what, fmt, ap);
	va_end(ap);
	if (n < 0) {
		what = NULL;
		return;
	}
	if (line)
		snprintf(number, sizeof(number), ":%u", line);
	text_printable(what, safe, sizeof(safe));
	strv_addf(&l->warnings, "%s%s: %s", file, number, safe);
	if (++*told == DRAFT_MAX_WARN)
		strv_addf(&l->warnings, "%s: more of this is not shown", file);
}

static bool draft_taken(const struct boot_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strcmp(l->v[i].id, id))
			return true;
	return false;
}

char *draft_id(const struct boot_list *l, const char *wanted)
{
	size_t len = strnlen(wanted, DRAFT_MAX_ID);
	unsigned count = 1;
	CLEANUP_FREE char *base = NULL;
	char *id = NULL;

	/* Not half a UTF-8 character at a forced end. */
	while (wanted[len] && len && ((unsigned char)wanted[len] & 0xc0) == 0x80)
		len--;
	base = strndup(wanted, len);
	if (!base || !draft_taken(l, base))
		return STEAL(base);
	/* Begin behind those that already have such a number, else thousands of
	 * equal titles would each try all numbers. */
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strncmp(l->v[i].id, base, len) && l->v[i].id[len] == '#')
			count++;
	do {
		free(id);
		if (asprintf(&id, "%s#%u", base, ++count) < 0)
			return NULL;
	} while (draft_taken(l, id));
	return id;
}

char *draft_path(const char *dir, const char *path)
{
	size_t size = strlen(dir) + strlen(path) + 3, n = 0;
	CLEANUP_FREE char *joined = malloc(size);
	char *out = malloc(size);

	if (!joined || !out) {
		free(out);
		return NULL;
	}
	snprintf(joined, size, "/%s/%s", *path == '/' ? "" : dir, path);
	for (const char *p = joined; *p;) {
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len == 2 && !memcmp(p, "..", 2)) {
			while (n && out[--n] != '/')
				;
		} else if (len && !(len == 1 && *p == '.')) {
			out[n++] = '/';
			memcpy(out + n, p, len);
			n += len;
		}
		p += len;
	}
	if (!n)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

char *draft_look(const struct reader_facts *facts, size_t device, const char *path)
{
	char *in_boot;

	if (facts->stat(facts->ctx, device, path, NULL) == READER_REGULAR)
		return strdup(path);
	if (asprintf(&in_boot, "/boot%s", path) < 0)
		return NULL;
	if (facts->stat(facts->ctx, device, in_boot, NULL) == READER_REGULAR)
		return in_boot;
	free(in_boot);
	return NULL;
}

void draft_first_default(struct boot_list *l, size_t first)
{
	if (first < l->n)
		l->v[first].is_default = true;
}
