/* grub_wild.c - see grub_wild.h */
#include "bootconf/grub/grub_wild.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRUB_WILD_MAX_WORD 1024u
#define GRUB_WILD_MAX_DIRS 16u

/* Where a match got to: a device and a path on it. */
struct grub_wild {
	struct grub_eval *ev;
	void (*add)(void *ctx, const char *word);
	void *ctx;
	const char *prefix; /* what the words begin with: "(hd0,gpt2)" or "" */
	size_t device;
	size_t found;
};

static bool grub_wild_in(const char *s, size_t len)
{
	return memchr(s, '*', len) || memchr(s, '?', len);
}

/* * and ? in the first @len bytes of @pattern. */
static bool grub_wild_match(const char *pattern, size_t len, const char *text)
{
	const char *end = pattern + len, *star = NULL, *back = NULL;

	while (*text) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			back = text;
		} else if (pattern < end && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++back;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static void grub_wild_found(struct grub_wild *w, const char *path)
{
	CLEANUP_FREE char *word = NULL;

	if (asprintf(&word, "%s%s", w->prefix, path) < 0) {
		word = NULL;
		return;
	}
	w->found++;
	w->add(w->ctx, word);
}

/* Expands @rest ("/boot/vmlinuz-*") below @done (""), both on w->device. */
static void grub_wild_path(struct grub_wild *w, const char *done, const char *rest, unsigned depth)
{
	const struct reader_facts *f = w->ev->state->facts;
	CLEANUP(strv_release) struct strv names = {0};
	size_t skip = strspn(rest, "/"), len = strcspn(rest + skip, "/");
	CLEANUP_FREE char *path = NULL;

	if (depth == GRUB_WILD_MAX_DIRS || !grub_eval_charge(w->ev, 10))
		return;
	if (!grub_wild_in(rest, strlen(rest))) {
		if (asprintf(&path, "%s%s", done, rest) < 0)
			path = NULL;
		else if (f->stat(f->ctx, w->device, path, NULL) != READER_NONE)
			grub_wild_found(w, path);
		return;
	}
	if (!grub_wild_in(rest + skip, len)) {
		if (asprintf(&path, "%s/%.*s", done, (int)len, rest + skip) < 0)
			path = NULL;
		else
			grub_wild_path(w, path, rest + skip + len, depth + 1);
		return;
	}
	f->list(f->ctx, w->device, *done ? done : "/", &names);
	for (size_t i = 0; i < names.n && grub_eval_charge(w->ev, 1); i++) {
		CLEANUP_FREE char *next = NULL;

		if (!grub_wild_match(rest + skip, len, names.v[i]) ||
		    asprintf(&next, "%s/%s", done, names.v[i]) < 0) {
			next = NULL;
			continue;
		}
		if (rest[skip + len])
			grub_wild_path(w, next, rest + skip + len, depth + 1);
		else
			grub_wild_found(w, next);
	}
}

/* "(PATTERN)REST": every device that matches. */
static void grub_wild_devices(struct grub_wild *w, const char *word)
{
	size_t len = strcspn(word, ")");
	const char *rest = word + len + 1;

	if (!word[len])
		return;
	for (size_t i = 0; i < w->ev->state->facts->n; i++) {
		const char *name = grub_path_name(w->ev, i);
		CLEANUP_FREE char *prefix = NULL;

		if (grub_path_device(w->ev, name) != (long)i ||
		    !grub_wild_match(word + 1, len - 1, name) ||
		    asprintf(&prefix, "(%s)", name) < 0) {
			prefix = NULL;
			continue;
		}
		w->prefix = prefix;
		w->device = i;
		if (*rest == '/')
			grub_wild_path(w, "", rest, 0);
		else if (!*rest)
			grub_wild_found(w, "");
	}
}

bool grub_wild(struct grub_eval *ev, const char *word, void (*add)(void *ctx, const char *word),
	       void *ctx)
{
	struct grub_wild w = {.ev = ev, .add = add, .ctx = ctx, .prefix = ""};
	const char *root = grub_env_get(&ev->env, "root");
	size_t closing = strcspn(word, ")");
	long device;

	if (strlen(word) > GRUB_WILD_MAX_WORD)
		return false;
	if (*word == '(' && grub_wild_in(word, closing)) {
		grub_wild_devices(&w, word);
		return w.found > 0;
	}
	if (*word == '(' && word[closing]) {
		char *name = grub_arena_strndup(&ev->arena, word, closing + 1);

		device = name ? grub_path_device(ev, name) : -1;
		w.prefix = name;
		word += closing + 1;
	} else {
		device = root ? grub_path_device(ev, root) : -1;
	}
	if (device < 0 || *word != '/')
		return false;
	w.device = (size_t)device;
	grub_wild_path(&w, "", word, 0);
	return w.found > 0;
}
