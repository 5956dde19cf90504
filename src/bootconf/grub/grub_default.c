/* grub_default.c - see grub_default.h */
#include "bootconf/grub/grub_default.h"
#include "bootconf/grub/grub_state.h"
#include "util/text.h"

#include <string.h>

#define GRUB_DEFAULT_MAX         4096u
#define GRUB_DEFAULT_MAX_TIMEOUT 86400u /* seconds */

/* How much of @spec names @text: up to its end or a single '>' (">>" stands
 * for one '>'); 0: it does not. */
static size_t grub_default_matches(const char *text, const char *spec)
{
	size_t i = 0;

	for (;; text++, i++) {
		bool end = !spec[i] || (spec[i] == '>' && spec[i + 1] != '>');

		if (end || !*text)
			return end && !*text ? i : 0;
		i += spec[i] == '>';
		if (spec[i] != *text)
			return 0;
	}
}

/* Fedora's GRUB also takes what stands before the first blank of an id, and
 * the name of the entry's file for the entry. */
static bool grub_default_is_fedora(const char *id, const char *spec, size_t len)
{
	size_t word = strcspn(id, " ");

	if (len > 5 && !strncmp(spec + len - 5, ".conf", 5) && strlen(id) == len - 5)
		len -= 5;
	return len && word == len && !strncmp(id, spec, len);
}

/* The item that the beginning of @spec names: by id, by title, by its number
 * in this menu (where every item counts). @used: how long that beginning is. */
static struct grub_item *grub_default_find(const struct grub_menu *m, const char *spec,
					   size_t *used)
{
	uint64_t number;
	char digits[8];

	for (struct grub_item *i = m->first; i; i = i->next)
		if ((*used = grub_default_matches(i->id, spec)) > 0)
			return i;
	for (struct grub_item *i = m->first; i; i = i->next)
		if ((*used = grub_default_matches(i->title, spec)) > 0)
			return i;
	*used = strcspn(spec, ">");
	for (struct grub_item *i = m->first; i; i = i->next)
		if (grub_default_is_fedora(i->id, spec, *used))
			return i;
	if (!*used || *used >= sizeof(digits))
		return NULL;
	memcpy(digits, spec, *used);
	digits[*used] = '\0';
	if (!text_to_u64(digits, 0, GRUB_DEFAULT_MAX, &number))
		return NULL;
	for (struct grub_item *i = m->first; i; i = i->next)
		if (!number--)
			return i;
	return NULL;
}

static long grub_default_first(const struct grub_menu *m)
{
	for (const struct grub_item *i = m->first; i; i = i->next) {
		long e = i->entry >= 0 || !i->sub ? i->entry : grub_default_first(i->sub);

		if (e >= 0)
			return e;
	}
	return -1;
}

/* The entry that @spec leads to; -1: none that we can boot. */
static long grub_default_resolve(const struct grub_menu *m, const char *spec)
{
	size_t used;
	const struct grub_item *i = grub_default_find(m, spec, &used);

	if (!i)
		i = m->first; /* GRUB takes the first where the name is unknown */
	else
		spec += used + (spec[used] == '>');
	if (!i || i->entry >= 0 || !i->sub)
		return i ? i->entry : -1;
	/* A submenu: its own first entry is highlighted when no more is said. */
	return grub_default_resolve(i->sub, *spec ? spec : "0");
}

/* How long GRUB waits before it starts the default; negative: for ever. */
static void grub_default_timeout(struct grub_eval *ev, const struct grub_menu *menu)
{
	const char *timeout = grub_env_get(&menu->env, "timeout");
	struct boot_list *list = ev->state->list;
	uint64_t seconds;

	if (!timeout || !text_to_u64(timeout, 0, GRUB_DEFAULT_MAX_TIMEOUT, &seconds))
		return;
	list->has_timeout = true;
	list->timeout = (unsigned)seconds;
}

void grub_default(struct grub_eval *ev, const struct grub_menu *menu)
{
	const char *spec = grub_env_get(&menu->env, "default");
	const char *fallback = grub_env_get(&menu->env, "fallback");
	long e = grub_default_resolve(menu, spec && *spec ? spec : "0");
	char safe[128];

	grub_default_timeout(ev, menu);
	while (e < 0 && fallback && *fallback) {
		char one[256];
		size_t n = strcspn(fallback, " ");

		if (n && n < sizeof(one)) {
			memcpy(one, fallback, n);
			one[n] = '\0';
			e = grub_default_resolve(menu, one);
		}
		fallback += n + strspn(fallback + n, " ");
	}
	if (e < 0) {
		e = grub_default_first(menu);
		if (e >= 0)
			grub_eval_warn(
				ev,
				"the default entry '%s' cannot be booted here; the first one that "
				"can is used instead",
				text_printable(spec && *spec ? spec : "0", safe, sizeof(safe)));
	}
	if (e >= 0)
		ev->state->list->v[e].is_default = true;
}
