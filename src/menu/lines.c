/* lines.c - see lines.h */
#include "menu/lines.h"
#include "menu/glyph.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define LINES_MAX_MARKS 2u /* over one character; more are left out */

size_t lines_fit(const char *text, size_t len, unsigned cols, char *out)
{
	size_t at = 0, n = 0;
	unsigned used = 0, marks = 0;

	if (cols > LINES_MAX_COLS)
		cols = LINES_MAX_COLS;
	while (at < len) {
		struct glyph g = glyph_at(text + at, len - at);

		if (used + g.columns > cols)
			break;
		marks = g.columns ? 0 : marks + 1;
		if (marks <= LINES_MAX_MARKS && n + strlen(g.text) <= LINES_BYTES) {
			memcpy(out + n, g.text, strlen(g.text));
			n += strlen(g.text);
		}
		used += g.columns;
		at += g.bytes;
	}
	out[n] = '\0';
	return at;
}

/* In a single column a wide character would fit nowhere. */
static unsigned lines_clamp(unsigned cols)
{
	if (cols < 2)
		return 2;
	return cols < LINES_MAX_COLS ? cols : LINES_MAX_COLS;
}

int lines_wrap(struct strv *lines, const char *text, unsigned cols)
{
	size_t len = strlen(text), at = 0;
	char line[LINES_BYTES + 1];

	cols = lines_clamp(cols);
	do {
		at += lines_fit(text + at, len - at, cols, line);
		if (strv_add(lines, line) < 0)
			return -ENOMEM;
	} while (at < len);
	return 0;
}

static unsigned lines_columns(const char *text, size_t len)
{
	unsigned columns = 0;

	for (size_t i = 0; i < len;) {
		struct glyph g = glyph_at(text + i, len - i);

		columns += g.columns;
		i += g.bytes;
	}
	return columns;
}

void lines_place(const char *text, size_t at, unsigned cols, size_t *row, unsigned *col)
{
	size_t len = strlen(text), start = 0;
	char line[LINES_BYTES + 1];

	cols = lines_clamp(cols);
	*row = 0;
	for (;;) {
		size_t n = lines_fit(text + start, len - start, cols, line);

		if (at < start + n || start + n == len)
			break;
		start += n;
		(*row)++;
	}
	*col = lines_columns(text + start, at - start);
	/* Behind the last character of a full line the next one begins. */
	if (*col >= cols) {
		*col = 0;
		(*row)++;
	}
}

size_t lines_offset(const char *text, size_t row, unsigned col, unsigned cols)
{
	size_t len = strlen(text), start = 0;
	char line[LINES_BYTES + 1];

	cols = lines_clamp(cols);
	while (row--) {
		size_t n = lines_fit(text + start, len - start, cols, line);

		if (start + n == len)
			return len;
		start += n;
	}
	return start + lines_fit(text + start, len - start, col < cols ? col : cols - 1, line);
}

/* "kernel      vda1:/boot/vmlinuz", wrapped. */
static int lines_pair(struct strv *lines, const char *key, const char *device, const char *value,
		      unsigned cols)
{
	CLEANUP_FREE char *line = NULL;

	if (asprintf(&line, "%-11s %s%s%s", key, device ? device : "", device ? ":" : "", value) <
	    0) {
		line = NULL;
		return -ENOMEM;
	}
	return lines_wrap(lines, line, cols);
}

static int lines_file(struct strv *lines, const char *key, const struct boot_file *f, unsigned cols)
{
	return f->path ? lines_pair(lines, key, f->device ? f->device : "?", f->path, cols) : 0;
}

int lines_details(struct strv *lines, const struct boot_entry *e, const char *cmdline,
		  unsigned cols)
{
	int r = lines_pair(lines, "title", NULL, e->title ? e->title : "", cols);

	if (!r)
		r = lines_pair(lines, "id", NULL, e->id ? e->id : "", cols);
	if (!r)
		r = lines_file(lines, "kernel", &e->kernel, cols);
	for (size_t i = 0; i < e->initrd_count && !r; i++)
		r = lines_file(lines, "initrd", &e->initrds[i], cols);
	if (!r)
		r = lines_file(lines, "devicetree", &e->devicetree, cols);
	if (!r)
		r = lines_pair(lines, "cmdline", NULL, cmdline, cols);
	if (!r)
		r = lines_pair(lines, "default", NULL, e->is_default ? "yes" : "no", cols);
	if (!r)
		r = lines_pair(lines, "source", NULL, e->source ? e->source : "?", cols);
	return r;
}
