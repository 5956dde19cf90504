/* grub_load.c - see grub_load.h */
#include "bootconf/grub/grub_load.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"

#include <stdlib.h>
#include <string.h>

/* One word of the kernel's command line as GRUB hands it over: in double
 * quotes when it has a blank, with a backslash before quotes and backslashes. */
static size_t grub_load_line_word(char *out, const char *word)
{
	bool blank = strchr(word, ' ') != NULL;
	size_t n = 0;

	if (blank)
		out[n++] = '"';
	for (; *word; word++) {
		if (strchr("\\'\"", *word))
			out[n++] = '\\';
		out[n++] = *word;
	}
	if (blank)
		out[n++] = '"';
	return n;
}

char *grub_load_line(const struct grub_args *a, size_t from)
{
	size_t size = 1, n = 0;
	char *line;

	for (size_t i = from; i < a->n; i++)
		size += 2 * strlen(a->v[i]) + 3;
	line = malloc(size);
	for (size_t i = from; line && i < a->n; i++) {
		if (n)
			line[n++] = ' ';
		n += grub_load_line_word(line + n, a->v[i]);
	}
	if (line)
		line[n] = '\0';
	return line;
}

/* A file that the entry cannot do without. */
static bool grub_load_file(struct grub_eval *ev, const char *word, struct grub_where *w)
{
	*w = grub_path_find(ev, word);
	if (w->device >= 0 && w->kind == READER_REGULAR)
		return true;
	ev->state->missing = true;
	grub_eval_warn(ev,
		       w->device < 0 ? "%.300s: its file system is not among those looked at"
				     : "%.300s does not exist",
		       w->path ? w->path : word);
	return false;
}

int grub_load_linux(struct grub_eval *ev, const struct grub_args *a)
{
	struct grub_state *st = ev->state;
	struct boot_entry *e = &st->draft;
	struct grub_where w;

	if (a->n < 2)
		return 1;
	boot_entry_release(e);
	st->missing = false;
	st->foreign = NULL;
	if (!grub_load_file(ev, a->v[1], &w))
		return 1;
	boot_file_set(&e->kernel, st->facts->devices[w.device].name, w.path);
	e->cmdline = grub_load_line(a, 2);
	return 0;
}

/* newc:NAME:FILE: a file that the kernel finds in its initramfs as NAME. Returns
 * FILE, and the copy of NAME in @name; NULL: not of that form. */
static const char *grub_load_newc(struct grub_eval *ev, const char *word, char **name)
{
	const char *colon = strchr(word + 5, ':');
	const char *from = word + 5 + strspn(word + 5, "/");

	if (!colon || colon <= from || colon - from > 255)
		return NULL;
	*name = grub_arena_strndup(&ev->arena, from, (size_t)(colon - from));
	return *name ? colon + 1 : NULL;
}

static int grub_load_one_initrd(struct grub_eval *ev, const char *word)
{
	struct boot_entry *e = &ev->state->draft;
	char *name = NULL;
	struct grub_where w;

	if (!strncmp(word, "newc:", 5)) {
		word = grub_load_newc(ev, word, &name);
		if (!word) {
			grub_eval_warn(ev, "newc: takes NAME:FILE");
			ev->state->missing = true;
			return 1;
		}
	}
	if (!grub_load_file(ev, word, &w) ||
	    boot_entry_add_initrd(e, ev->state->facts->devices[w.device].name, w.path) < 0)
		return 1;
	if (name)
		e->initrds[e->initrd_count - 1].newc = strdup(name);
	return 0;
}

int grub_load_initrd(struct grub_eval *ev, const struct grub_args *a)
{
	if (!ev->state->draft.kernel.path)
		return 1;
	boot_entry_clear_initrds(&ev->state->draft);
	for (size_t i = 1; i < a->n; i++)
		if (grub_load_one_initrd(ev, a->v[i]))
			return 1;
	return a->n < 2;
}

int grub_load_devicetree(struct grub_eval *ev, const struct grub_args *a)
{
	struct grub_where w;

	if (a->n != 2 || !grub_load_file(ev, a->v[1], &w))
		return 1;
	return boot_file_set(&ev->state->draft.devicetree, ev->state->facts->devices[w.device].name,
			     w.path) < 0;
}

int grub_load_foreign(struct grub_eval *ev, const struct grub_args *a)
{
	ev->state->foreign = a->v[0];
	return 0;
}

int grub_load_exit(struct grub_eval *ev, const struct grub_args *a)
{
	if (!ev->state->foreign)
		ev->state->foreign = a->v[0];
	ev->flow = GRUB_FLOW_EXIT;
	return 0;
}

int grub_load_boot(struct grub_eval *ev, const struct grub_args *a)
{
	(void)a;
	ev->flow = GRUB_FLOW_EXIT;
	return 0;
}

int grub_load_fwsetup(struct grub_eval *ev, const struct grub_args *a)
{
	if (a->n > 1)
		return strcmp(ev->state->facts->platform, "efi") != 0;
	return grub_load_foreign(ev, a);
}
