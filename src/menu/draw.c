/* draw.c - see draw.h */
#include "menu/draw.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>

/* A row that fits on the screen; what does not is cut off. */
static struct draw_row *draw_row(const struct model *m, struct draw_screen *s, const char *text)
{
	struct draw_row *row;

	if (s->n == MODEL_MAX_ROWS || s->n >= m->rows)
		return NULL;
	row = &s->rows[s->n++];
	row->reverse = false;
	lines_fit(text, strlen(text), model_cols(m), row->text);
	return row;
}

static void draw_fill(const struct model *m, struct draw_screen *s, unsigned until)
{
	while (s->n < until && draw_row(m, s, ""))
		;
}

static void draw_head(const struct model *m, struct draw_screen *s)
{
	char title[64];
	char head[128];

	if (m->view == MODEL_EDIT)
		snprintf(head, sizeof(head), " The kernel's command line, for this start only");
	else if (m->view == MODEL_TEXT && !m->details)
		snprintf(head, sizeof(head), " Warnings of the boot configurations");
	else if (m->view == MODEL_TEXT)
		snprintf(head, sizeof(head), " Entry %zu", m->selected);
	else {
		size_t page = model_layout(m).page, below = m->list->n - m->top;

		title[0] = '\0';
		if (below > page)
			snprintf(title, sizeof(title), ", %zu more below", below - page);
		snprintf(head, sizeof(head), " Boot entries: %zu%s", m->list->n, title);
	}
	draw_row(m, s, head);
	draw_row(m, s, "");
}

/* An entry of a submenu that does not fit loses the submenu's name, not its own
 * end, which is where entries differ. */
static void draw_title(const char *title, unsigned cols, char *out)
{
	char line[LINES_BYTES + 1];
	const char *leaf = strrchr(title, '>');

	if (lines_fit(title, strlen(title), cols, line) == strlen(title) || !leaf || !leaf[1])
		snprintf(out, LINES_BYTES + 4, "%s", line);
	else
		snprintf(out, LINES_BYTES + 4, "..%s", leaf);
}

/* ">*! 12  Title": selected, the default, could not be started. */
static void draw_entry(const struct model *m, struct draw_screen *s, size_t i)
{
	const struct boot_entry *e = &m->list->v[i];
	const char *source = e->source ? e->source : "";
	char title[LINES_BYTES + 4], from[LINES_BYTES + 1], line[2 * LINES_BYTES + 64];
	int digits = m->list->n > 100 ? 4 : 2;
	unsigned cols = model_cols(m);
	struct draw_row *row;

	draw_title(e->title ? e->title : "", cols > 10 ? cols - 6 - (unsigned)digits : cols, title);
	lines_fit(source, strlen(source), LINES_MAX_COLS, from);
	snprintf(line, sizeof(line), "%c%c%c %*zu  %s%s%s%s", i == m->selected ? '>' : ' ',
		 e->is_default ? '*' : ' ', m->failed && m->failed[i] ? '!' : ' ', digits, i, title,
		 e->is_other ? "  (" : "", e->is_other ? from : "", e->is_other ? ")" : "");
	row = draw_row(m, s, line);
	if (row)
		row->reverse = i == m->selected;
}

/* The rows of the edited line that are on the screen. The cursor is always on
 * one of them, the model sees to that. */
static void draw_edit(const struct model *m, struct draw_screen *s, unsigned page)
{
	const char *text = m->edit.text;
	unsigned cols = model_cols(m), first = s->n, col;
	size_t len = strlen(text), at, row;

	lines_place(text, m->edit.cursor, cols, &row, &col);
	at = lines_offset(text, m->top, 0, cols);
	for (unsigned i = 0; i < page; i++) {
		struct draw_row *r = draw_row(m, s, "");

		if (r)
			at += lines_fit(text + at, len - at, cols < 2 ? 2 : cols, r->text);
	}
	if (row >= m->top && row - m->top < page) {
		s->cursor = true;
		s->cursor_row = first + (unsigned)(row - m->top);
		s->cursor_col = col;
	}
}

static void draw_status(const struct model *m, struct draw_screen *s, unsigned rows)
{
	CLEANUP(strv_release) struct strv lines = {0};

	model_status(m, model_cols(m), &lines);
	for (size_t i = 0; i < rows; i++)
		draw_row(m, s, i < lines.n ? lines.v[i] : "");
}

/* What the keys do, as many rows of it as there are. */
static void draw_help(const struct model *m, struct draw_screen *s, unsigned rows)
{
	static const char *const list[] = {"Up/Down move", "0-9 choose", "Enter start",
					   "e edit once",  "d details",  "w warnings",
					   "s shell",      "r reboot",   "p power off",
					   "q leave",      NULL};
	static const char *const edit[] = {"Enter start with this command line", "Esc back",
					   "Ctrl-A Ctrl-E Ctrl-U Ctrl-K Ctrl-W as in a shell",
					   NULL};
	static const char *const text[] = {"Up/Down PgUp/PgDn scroll", "Esc back", NULL};
	const char *const *item = list;
	unsigned until = s->n + rows;

	if (m->view == MODEL_EDIT)
		item = edit;
	else if (m->view == MODEL_TEXT)
		item = text;
	draw_row(m, s, "");
	while (s->n < until && *item) {
		char line[LINES_MAX_COLS + 1];
		size_t n = 0;

		for (; *item; item++) {
			size_t more = strlen(*item) + (n ? 3 : 0);

			if (!m->allow_shell && !strcmp(*item, "s shell"))
				continue;
			if (n && n + more > model_cols(m))
				break;
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s", n ? "   " : "",
					      *item);
		}
		if (!draw_row(m, s, line))
			return;
	}
	draw_fill(m, s, until);
}

void draw_screen(const struct model *m, struct draw_screen *out)
{
	struct model_layout l = model_layout(m);
	unsigned page_end;

	out->n = 0;
	out->cursor = false;
	out->cursor_row = out->cursor_col = 0;
	if (l.head)
		draw_head(m, out);
	page_end = out->n + l.page;
	if (m->view == MODEL_EDIT)
		draw_edit(m, out, l.page);
	else if (m->view == MODEL_TEXT)
		for (size_t i = m->top; i < m->text.n && out->n < page_end; i++)
			draw_row(m, out, m->text.v[i]);
	else
		for (size_t i = m->top; i < m->list->n && out->n < page_end; i++)
			draw_entry(m, out, i);
	draw_fill(m, out, page_end);
	if (l.message)
		draw_status(m, out, l.message);
	if (l.help)
		draw_help(m, out, l.help);
}

static bool draw_same(const struct draw_screen *shown, const struct draw_screen *next, unsigned i)
{
	return shown && i < shown->n && shown->rows[i].reverse == next->rows[i].reverse &&
	       !strcmp(shown->rows[i].text, next->rows[i].text);
}

static bool draw_same_cursor(const struct draw_screen *a, const struct draw_screen *b)
{
	return a->n == b->n && a->cursor == b->cursor && a->cursor_row == b->cursor_row &&
	       a->cursor_col == b->cursor_col;
}

char *draw_update(const struct draw_screen *shown, const struct draw_screen *next, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	bool changed = !shown || !draw_same_cursor(shown, next);

	if (!out)
		return NULL;
	for (unsigned i = 0; i < next->n; i++) {
		const struct draw_row *row = &next->rows[i];

		if (draw_same(shown, next, i))
			continue;
		changed = true;
		fprintf(out, "\033[%u;1H%s%s%s\033[K", i + 1, row->reverse ? "\033[7m" : "",
			row->text, row->reverse ? "\033[0m" : "");
	}
	if (!shown || shown->n > next->n)
		fputs("\033[J", out);
	if (changed && next->cursor)
		fprintf(out, "\033[%u;%uH\033[?25h", next->cursor_row + 1, next->cursor_col + 1);
	else if (changed)
		fputs("\033[?25l", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
