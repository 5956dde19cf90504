/* grub_load.c - the commands that load something to boot, see grub_eval.h
 */
#include "bootconf/grub_eval.h"

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

static char *grub_load_line(const struct grub_args *a, size_t from)
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
	ev->missing = true;
	grub_eval_warn(ev,
		       w->device < 0 ? "%.300s: its file system is not among those looked at"
				     : "%.300s does not exist",
		       w->path ? w->path : word);
	return false;
}

int grub_load_linux(struct grub_eval *ev, const struct grub_args *a)
{
	struct boot_entry *e = ev->draft;
	struct grub_where w;

	if (a->n < 2)
		return 1;
	boot_entry_release(e);
	ev->missing = false;
	ev->foreign = NULL;
	if (!grub_load_file(ev, a->v[1], &w))
		return 1;
	boot_file_set(&e->kernel, ev->facts->devices[w.device].name, w.path);
	e->cmdline = grub_load_line(a, 2);
	return 0;
}

int grub_load_initrd(struct grub_eval *ev, const struct grub_args *a)
{
	struct boot_entry *e = ev->draft;

	if (!e->kernel.path)
		return 1;
	/* As in GRUB, a second initrd command replaces the first. */
	boot_entry_clear_initrds(e);
	for (size_t i = 1; i < a->n; i++) {
		struct grub_where w;

		if (!strncmp(a->v[i], "newc:", 5)) {
			grub_eval_warn(ev, "initrd newc:... is not supported, left out");
			continue;
		}
		if (!grub_load_file(ev, a->v[i], &w))
			return 1;
		boot_entry_add_initrd(e, ev->facts->devices[w.device].name, w.path);
	}
	return a->n < 2;
}

int grub_load_devicetree(struct grub_eval *ev, const struct grub_args *a)
{
	struct grub_where w;

	if (a->n != 2 || !grub_load_file(ev, a->v[1], &w))
		return 1;
	return boot_file_set(&ev->draft->devicetree, ev->facts->devices[w.device].name, w.path) < 0;
}

/* Loads something that is not a Linux kernel. */
int grub_load_foreign(struct grub_eval *ev, const struct grub_args *a)
{
	ev->foreign = a->v[0];
	return 0;
}
