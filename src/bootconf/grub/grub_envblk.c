/* grub_envblk.c - see grub_envblk.h */
#include "bootconf/grub/grub_envblk.h"

#include <errno.h>
#include <string.h>

static const char grub_envblk_signature[] = "# GRUB Environment Block\n";

bool grub_envblk_read(const char *text, size_t len,
		      void (*fn)(void *ctx, const char *name, const char *value), void *ctx)
{
	size_t i = sizeof(grub_envblk_signature) - 1;

	if (len < i || memcmp(text, grub_envblk_signature, i) != 0)
		return false;
	while (i < len) {
		char line[1024], *eq;
		size_t n = 0;

		for (; i < len && text[i] != '\n'; i++) {
			if (text[i] == '\\' && i + 1 < len)
				i++;
			if (n + 1 < sizeof(line))
				line[n++] = text[i];
		}
		i++;
		line[n] = '\0';
		eq = strchr(line, '=');
		if (line[0] == '#' || !eq || eq == line)
			continue;
		*eq = '\0';
		fn(ctx, line, eq + 1);
	}
	return true;
}

struct grub_envblk_edit {
	const struct strv *set;
	char *out;
	size_t n;
};

static int grub_envblk_append(struct grub_envblk_edit *e, const char *s, size_t len)
{
	if (len > GRUB_ENVBLK_SIZE - e->n)
		return -ENOSPC;
	memcpy(e->out + e->n, s, len);
	e->n += len;
	return 0;
}

/* The end of the line at @p, its newline; one behind a backslash is part of a
 * value. NULL: there is none. */
static const char *grub_envblk_line_end(const char *p, const char *end)
{
	for (; p < end && *p != '\n'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p : NULL;
}

/* Does one of @set name the variable that the line @p is about? */
static bool grub_envblk_replaces(const struct strv *set, const char *p, size_t name)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcspn(set->v[i], "=") == name && !strncmp(set->v[i], p, name))
			return true;
	return false;
}

/* The lines that stay. */
static int grub_envblk_keep(struct grub_envblk_edit *e, const char *p, const char *end,
			    struct err_text *why)
{
	while (p < end) {
		const char *newline = grub_envblk_line_end(p, end);
		const char *eq = newline ? memchr(p, '=', (size_t)(newline - p)) : NULL;
		int r = 0;

		if (!newline)
			break;
		if (*p != '#' && (!eq || eq == p))
			return err_set(why, -EINVAL, "a line of the environment block is damaged");
		if (*p == '#' || !grub_envblk_replaces(e->set, p, (size_t)(eq - p)))
			r = grub_envblk_append(e, p, (size_t)(newline + 1 - p));
		if (r < 0)
			return r;
		p = newline + 1;
	}
	for (; p < end; p++)
		if (*p != '#')
			return err_set(why, -EINVAL,
				       "the environment block is not padded as GRUB does it");
	return 0;
}

static int grub_envblk_add(struct grub_envblk_edit *e, const char *variable)
{
	const char *eq = strchr(variable, '=');
	int r = grub_envblk_append(e, variable, (size_t)(eq + 1 - variable));

	for (const char *c = eq + 1; *c && !r; c++) {
		if (*c == '\\' || *c == '\n')
			r = grub_envblk_append(e, "\\", 1);
		if (!r)
			r = grub_envblk_append(e, c, 1);
	}
	return r ? r : grub_envblk_append(e, "\n", 1);
}

static bool grub_envblk_name_ok(const char *variable)
{
	size_t name = strcspn(variable, "=");

	return name && strcspn(variable, "#\\\n") >= name;
}

/* The last of several for one name counts. */
static bool grub_envblk_is_last(const struct strv *set, size_t i)
{
	size_t name = strcspn(set->v[i], "=");

	for (size_t k = i + 1; k < set->n; k++)
		if (strcspn(set->v[k], "=") == name && !strncmp(set->v[k], set->v[i], name))
			return false;
	return true;
}

int grub_envblk_edit(const char *in, size_t len, const struct strv *set, char out[GRUB_ENVBLK_SIZE],
		     struct err_text *why)
{
	const size_t signature = sizeof(grub_envblk_signature) - 1;
	struct grub_envblk_edit e = {.set = set, .out = out};
	int r;

	if (len != GRUB_ENVBLK_SIZE || memcmp(in, grub_envblk_signature, signature) != 0)
		return err_set(why, -EINVAL, "it is not a GRUB environment block");
	for (size_t i = 0; i < set->n; i++)
		if (!grub_envblk_name_ok(set->v[i]))
			return err_set(why, -EINVAL, "'%.64s' is not a variable", set->v[i]);
	memcpy(out, in, signature);
	e.n = signature;
	r = grub_envblk_keep(&e, in + signature, in + len, why);
	for (size_t i = 0; i < set->n && !r; i++)
		if (strchr(set->v[i], '=') && grub_envblk_is_last(set, i))
			r = grub_envblk_add(&e, set->v[i]);
	if (r == -ENOSPC)
		return err_set(why, r, "the environment block has no room for that");
	if (!r)
		memset(out + e.n, '#', GRUB_ENVBLK_SIZE - e.n);
	return r;
}
