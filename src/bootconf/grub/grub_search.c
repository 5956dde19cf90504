/* grub_search.c - see grub_search.h */
#include "bootconf/grub/grub_search.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"

#include <string.h>
#include <strings.h>

enum grub_search_by {
	GRUB_SEARCH_FILE,
	GRUB_SEARCH_LABEL,
	GRUB_SEARCH_UUID,
};

struct grub_search {
	enum grub_search_by by;
	const char *name; /* what is looked for */
	const char *var;  /* gets the device; NULL: it is only printed */
	const char *const *hints;
	size_t hint_count;
};

static bool grub_search_matches(const struct grub_eval *ev, const struct grub_search *s, size_t i)
{
	const struct reader_facts *f = ev->state->facts;
	const struct reader_device *d = &f->devices[i];

	switch (s->by) {
	case GRUB_SEARCH_UUID:
		return *d->uuid && !strcasecmp(d->uuid, s->name);
	case GRUB_SEARCH_LABEL:
		return *d->label && !strcmp(d->label, s->name);
	case GRUB_SEARCH_FILE:
		return *s->name == '/' && f->stat(f->ctx, i, s->name, NULL) != READER_NONE;
	}
	return false;
}

/* Hints only decide between several that match: a cloned disk has its twin's
 * UUID. */
static long grub_search_run(struct grub_eval *ev, const struct grub_search *s)
{
	for (size_t h = 0; h < s->hint_count; h++) {
		long i = grub_path_device(ev, s->hints[h]);

		if (i >= 0 && grub_search_matches(ev, s, (size_t)i))
			return i;
	}
	for (size_t i = 0; i < ev->state->facts->n; i++) {
		if (!grub_eval_charge(ev, 10))
			return -1;
		if (grub_search_matches(ev, s, i))
			return (long)i;
	}
	return -1;
}

/* One option of search. Returns how many words it took; 0: it is none. */
static size_t grub_search_option(struct grub_search *s, const struct grub_args *a, size_t i,
				 const char **hint, bool *bare)
{
	const char *w = a->v[i];

	if (!strcmp(w, "-f") || !strcmp(w, "--file"))
		s->by = GRUB_SEARCH_FILE;
	else if (!strcmp(w, "-l") || !strcmp(w, "--label"))
		s->by = GRUB_SEARCH_LABEL;
	else if (!strcmp(w, "-u") || !strcmp(w, "--fs-uuid"))
		s->by = GRUB_SEARCH_UUID;
	else if (!strncmp(w, "--set=", 6))
		s->var = w + 6;
	else if (!strcmp(w, "--set") || !strcmp(w, "-s"))
		*bare = true;
	else if (!strncmp(w, "--hint", 6) && strchr(w, '='))
		*hint = strchr(w, '=') + 1;
	else if ((!strcmp(w, "-h") || !strncmp(w, "--hint", 6)) && i + 1 < a->n) {
		*hint = a->v[i + 1];
		return 2;
	} else if (w[0] != '-' || !w[1]) {
		return 0;
	}
	return 1;
}

static int grub_search_done(struct grub_eval *ev, const struct grub_search *s)
{
	long found = grub_search_run(ev, s);

	if (found < 0)
		return 1;
	if (s->var)
		grub_env_set(&ev->env, s->var, grub_path_name(ev, (size_t)found));
	return 0;
}

int grub_search(struct grub_eval *ev, const struct grub_args *a)
{
	const char *hints[32], *rest[32];
	struct grub_search s = {.by = GRUB_SEARCH_UUID, .hints = hints};
	size_t rests = 0;
	bool bare = false, dotted = a->v[0][6] == '.';

	if (!strcmp(a->v[0], "search.file"))
		s.by = GRUB_SEARCH_FILE;
	else if (!strcmp(a->v[0], "search.fs_label"))
		s.by = GRUB_SEARCH_LABEL;
	for (size_t i = 1, took; i < a->n; i += took) {
		const char *hint = NULL;

		took = grub_search_option(&s, a, i, &hint, &bare);
		if (hint && s.hint_count < 32)
			hints[s.hint_count++] = hint;
		if (!took) {
			took = 1;
			if (rests < 32)
				rest[rests++] = a->v[i];
		}
	}
	if (!rests)
		return 1;
	s.name = rest[0];
	if (rests > 1)
		s.var = rest[1];
	else if (!s.var && bare)
		s.var = "root";
	for (size_t i = 2; dotted && i < rests && s.hint_count < 32; i++)
		hints[s.hint_count++] = rest[i];
	return grub_search_done(ev, &s);
}

/* "hd0,gpt2" is in a table that GRUB calls gpt. */
static const char *grub_search_partmap(struct grub_eval *ev, size_t device)
{
	const char *part = strchr(ev->state->facts->devices[device].grub, ',');
	size_t len = part ? strcspn(part + 1, "0123456789") : 0;

	return len ? grub_arena_strndup(&ev->arena, part + 1, len) : NULL;
}

/* What probe's options ask for; NULL: not known. */
static const char *grub_search_probed(struct grub_eval *ev, const char *option, size_t device)
{
	const struct reader_device *d = &ev->state->facts->devices[device];

	if (!strcmp(option, "--fs-uuid") || !strcmp(option, "-u"))
		return d->uuid;
	if (!strcmp(option, "--label") || !strcmp(option, "-l"))
		return d->label;
	if (!strcmp(option, "--part-uuid"))
		return d->partuuid;
	if (!strcmp(option, "--partmap") || !strcmp(option, "-p"))
		return grub_search_partmap(ev, device);
	return NULL;
}

int grub_search_probe(struct grub_eval *ev, const struct grub_args *a)
{
	const char *var = NULL, *device = NULL, *what = "", *value = NULL;
	long i;

	for (size_t n = 1; n < a->n; n++) {
		const char *w = a->v[n];

		if (!strncmp(w, "--set=", 6))
			var = w + 6;
		else if ((!strcmp(w, "--set") || !strcmp(w, "-s")) && n + 1 < a->n)
			var = a->v[++n];
		else if (*w == '-')
			what = w;
		else
			device = w;
	}
	i = device ? grub_path_device(ev, device) : -1;
	if (i >= 0)
		value = grub_search_probed(ev, what, (size_t)i);
	if (!value || !*value)
		return 1;
	if (var)
		grub_env_set(&ev->env, var, value);
	return 0;
}
