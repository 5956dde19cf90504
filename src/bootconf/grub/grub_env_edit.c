/* grub_env_edit.c - changing variables in GRUB's environment block, see grub_env.h
 *
 * GRUB knows the block by the place of its sectors on the disk, so its size
 * must not change: it is filled up with #.
 */
#include "bootconf/grub/grub_env.h"

#include <errno.h>
#include <string.h>

static const char grub_edit_signature[] = "# GRUB Environment Block\n";

struct grub_edit {
	const struct strv *set;
	char *out;
	size_t n;
};

static int grub_edit_append(struct grub_edit *e, const char *s, size_t len)
{
	if (len > GRUB_ENV_BLOCK - e->n)
		return -ENOSPC;
	memcpy(e->out + e->n, s, len);
	e->n += len;
	return 0;
}

/* The end of the line at @p, its newline; one behind a backslash is part of a
 * value. NULL: there is none. */
static const char *grub_edit_line_end(const char *p, const char *end)
{
	for (; p < end && *p != '\n'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p : NULL;
}

/* Does one of @set name the variable that the line @p is about? */
static bool grub_edit_replaces(const struct strv *set, const char *p, size_t name)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcspn(set->v[i], "=") == name && !strncmp(set->v[i], p, name))
			return true;
	return false;
}

/* The lines that stay. */
static int grub_edit_keep(struct grub_edit *e, const char *p, const char *end, struct err_text *why)
{
	while (p < end) {
		const char *newline = grub_edit_line_end(p, end);
		const char *eq = newline ? memchr(p, '=', (size_t)(newline - p)) : NULL;
		int r = 0;

		if (!newline)
			break;
		if (*p != '#' && (!eq || eq == p))
			return err_set(why, -EINVAL, "a line of the environment block is damaged");
		if (*p == '#' || !grub_edit_replaces(e->set, p, (size_t)(eq - p)))
			r = grub_edit_append(e, p, (size_t)(newline + 1 - p));
		if (r < 0)
			return r;
		p = newline + 1;
	}
	for (; p < end; p++)
		if (*p != '#')
			return err_set(why, -EINVAL,
				       "the environment block is not filled up as GRUB does");
	return 0;
}

static int grub_edit_add(struct grub_edit *e, const char *variable)
{
	const char *eq = strchr(variable, '=');
	int r = grub_edit_append(e, variable, (size_t)(eq + 1 - variable));

	for (const char *c = eq + 1; *c && !r; c++) {
		if (*c == '\\' || *c == '\n')
			r = grub_edit_append(e, "\\", 1);
		if (!r)
			r = grub_edit_append(e, c, 1);
	}
	return r ? r : grub_edit_append(e, "\n", 1);
}

static bool grub_edit_name_ok(const char *variable)
{
	size_t name = strcspn(variable, "=");

	return name && strcspn(variable, "#\\\n") >= name;
}

/* The last of several for one name counts. */
static bool grub_edit_is_last(const struct strv *set, size_t i)
{
	size_t name = strcspn(set->v[i], "=");

	for (size_t k = i + 1; k < set->n; k++)
		if (strcspn(set->v[k], "=") == name && !strncmp(set->v[k], set->v[i], name))
			return false;
	return true;
}

int grub_env_block_edit(const char *in, size_t len, const struct strv *set,
			char out[GRUB_ENV_BLOCK], struct err_text *why)
{
	const size_t signature = sizeof(grub_edit_signature) - 1;
	struct grub_edit e = {.set = set, .out = out};
	int r;

	if (len != GRUB_ENV_BLOCK || memcmp(in, grub_edit_signature, signature) != 0)
		return err_set(why, -EINVAL, "it is no environment block of GRUB's");
	for (size_t i = 0; i < set->n; i++)
		if (!grub_edit_name_ok(set->v[i]))
			return err_set(why, -EINVAL, "'%.64s' is no variable", set->v[i]);
	memcpy(out, in, signature);
	e.n = signature;
	r = grub_edit_keep(&e, in + signature, in + len, why);
	for (size_t i = 0; i < set->n && !r; i++)
		if (strchr(set->v[i], '=') && grub_edit_is_last(set, i))
			r = grub_edit_add(&e, set->v[i]);
	if (r == -ENOSPC)
		return err_set(why, r, "the environment block has no room for that");
	if (!r)
		memset(out + e.n, '#', GRUB_ENV_BLOCK - e.n);
	return r;
}
