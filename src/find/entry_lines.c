/* entry_lines.c - see entry_lines.h */
#include "find/entry_lines.h"
#include "bootconf/entry.h"
#include "util/cleanup.h"
#include "util/strv.h"

#include <inttypes.h>
#include <string.h>

/* @also: what is escaped beside control characters and the backslash. */
static void entry_lines_text(FILE *out, const char *text, const char *also)
{
	for (const char *p = text ? text : ""; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < ' ' || c == '\\' || c == 0x7f || strchr(also, c))
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
}

static void entry_lines_file(FILE *out, const struct boot_file *f)
{
	if (!f->path)
		return;
	if (f->newc) {
		fputs("newc:", out);
		entry_lines_text(out, f->newc, " #:");
		fputc(':', out);
	}
	entry_lines_text(out, f->device ? f->device : "?", " #:");
	fputc(':', out);
	entry_lines_text(out, f->path, " #");
	if (f->offset || f->size)
		fprintf(out, "#%" PRIu64 "+%" PRIu64, f->offset, f->size);
}

static void entry_lines_print(FILE *out, const struct boot_entry *e, const char *version,
			      bool is_default)
{
	fprintf(out, "%s\t", is_default ? "yes" : "no");
	entry_lines_text(out, e->reader, "");
	fputc('\t', out);
	entry_lines_text(out, e->source, " ");
	fputc('\t', out);
	entry_lines_file(out, &e->kernel);
	fputc('\t', out);
	entry_lines_text(out, version, " ");
	fputc('\t', out);
	for (size_t i = 0; i < e->initrd_count; i++) {
		if (i)
			fputc(' ', out);
		entry_lines_file(out, &e->initrds[i]);
	}
	fputc('\t', out);
	entry_lines_text(out, e->cmdline, "");
	fputc('\t', out);
	entry_lines_text(out, e->id, "");
	fputc('\t', out);
	entry_lines_text(out, e->title, "");
	fputc('\n', out);
}

/* The text that was written to @out, which is closed; NULL when memory was short. */
static char *entry_lines_finish(FILE *out, char **text)
{
	int bad = ferror(out);

	if (fclose(out) || bad) {
		free(*text);
		return NULL;
	}
	return *text;
}

char *entry_lines(const struct boot_list *list, const struct strv *versions)
{
	const struct boot_entry *chosen = boot_list_default(list);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		entry_lines_print(out, &list->v[i],
				  versions && i < versions->n ? versions->v[i] : NULL,
				  &list->v[i] == chosen);
	return entry_lines_finish(out, &text);
}

char *entry_lines_one(const struct boot_list *list, const struct boot_entry *entry,
		      const char *version)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	entry_lines_print(out, entry, version, entry == boot_list_default(list));
	return entry_lines_finish(out, &text);
}
