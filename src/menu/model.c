/* model.c - see model.h */
#include "menu/model.h"
#include "menu/lines.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>

void model_begin(struct model *m, const struct boot_list *list, size_t selected)
{
	*m = (struct model){.list = list, .rows = 24, .cols = 80};
	m->selected = selected < list->n ? selected : 0;
}

void model_count_from(struct model *m, unsigned timeout)
{
	m->counting = m->list->n > 0;
	m->timeout = m->left = timeout;
}

void model_release(struct model *m)
{
	edit_release(&m->edit);
	strv_release(&m->text);
}

unsigned model_cols(const struct model *m)
{
	unsigned cols = m->cols > 1 ? m->cols - 1 : 1;

	return cols < LINES_MAX_COLS ? cols : LINES_MAX_COLS;
}

#define MODEL_TITLE_COLS 40u /* of a title in the line of the countdown */

/* The countdown, or the question; "" for none. */
static void model_state(const struct model *m, char *out, size_t size)
{
	const struct boot_entry *e = m->list->n ? &m->list->v[m->selected] : NULL;
	const char *text = e && e->title ? e->title : "";
	char title[LINES_BYTES + 1];

	lines_fit(text, strlen(text), MODEL_TITLE_COLS, title);
	if (m->view == MODEL_CONFIRM)
		snprintf(out, size, "%s this machine? Press y for yes, any other key for no.",
			 m->confirm == MODEL_REBOOT ? "Reboot" : "Power off");
	else if (m->counting && m->held[0])
		snprintf(out, size, "The countdown is on hold: the menu is in use on %s.", m->held);
	else if (m->counting)
		snprintf(out, size, "'%.300s' starts in %u second%s; %s stops the countdown.",
			 title, m->left, m->left == 1 ? "" : "s",
			 m->by_line ? "the Enter key" : "any key");
	else
		snprintf(out, size, "%s",
			 m->list->n || m->message[0] ? "" : "Nothing to boot was found.");
}

void model_status(const struct model *m, unsigned cols, struct strv *lines)
{
	char state[512];

	model_state(m, state, sizeof(state));
	if (m->message[0])
		lines_wrap(lines, m->message, cols);
	while (lines->n > MODEL_MESSAGE_ROWS) {
		lines->n--;
		free(STEAL(lines->v[lines->n]));
	}
	if (state[0])
		lines_wrap(lines, state, cols);
}

/* At least one, so that a message that comes and goes does not move the list. */
static size_t model_status_rows(const struct model *m)
{
	CLEANUP(strv_release) struct strv lines = {0};

	model_status(m, model_cols(m), &lines);
	return lines.n ? lines.n : 1;
}

struct model_layout model_layout(const struct model *m)
{
	struct model_layout l = {0};
	unsigned left = m->rows;

	/* The list first; then what has just happened, the head, the keys. */
	l.page = 1;
	left = left > 1 ? left - 1 : 0;
	l.message = (unsigned)model_status_rows(m);
	if (l.message > left)
		l.message = left;
	left -= l.message;
	if (left >= 3) {
		l.head = 2;
		left -= 2;
	}
	if (left >= 4) {
		l.help = m->cols > 64 ? 3 : 4; /* a blank row is the first of them */
		if (l.help > left)
			l.help = left;
		left -= l.help;
	}
	l.page += left;
	return l;
}

/* Keeps @at on the screen, and the screen full if there is enough to fill it. */
static void model_scroll_to(struct model *m, size_t at, size_t total)
{
	size_t page = model_layout(m).page;

	if (at < m->top)
		m->top = at;
	if (at >= m->top + page)
		m->top = at - page + 1;
	if (m->top + page > total)
		m->top = total > page ? total - page : 0;
}

static void model_settle(struct model *m)
{
	size_t row;
	unsigned col;

	switch (m->view) {
	case MODEL_LIST:
	case MODEL_CONFIRM:
		model_scroll_to(m, m->selected, m->list->n);
		break;
	case MODEL_EDIT:
		lines_place(m->edit.text, m->edit.cursor, model_cols(m), &row, &col);
		model_scroll_to(m, row, row + model_layout(m).page);
		break;
	case MODEL_TEXT:
		model_scroll_to(m, m->top, m->text.n);
		break;
	}
}

static void model_to_list(struct model *m)
{
	m->view = MODEL_LIST;
	edit_release(&m->edit);
	strv_release(&m->text);
	m->top = m->selected;
}

static void model_say(struct model *m, const char *text)
{
	snprintf(m->message, sizeof(m->message), "%s", text);
}

static const char *model_cmdline(const struct model *m)
{
	const char *line = m->list->v[m->selected].cmdline;

	return line ? line : "";
}

/* Out of memory a text stays short; nothing depends on it. */
static void model_open_text(struct model *m, bool details)
{
	strv_release(&m->text);
	if (details)
		lines_details(&m->text, &m->list->v[m->selected], model_cmdline(m), model_cols(m));
	else
		for (size_t i = 0; i < m->list->warnings.n; i++)
			lines_wrap(&m->text, m->list->warnings.v[i], model_cols(m));
	m->details = details;
	m->view = MODEL_TEXT;
	m->top = 0;
}

static void model_open_edit(struct model *m)
{
	if (edit_begin(&m->edit, model_cmdline(m)) < 0) {
		model_say(m, "This command line is too long to be edited.");
		return;
	}
	m->view = MODEL_EDIT;
	m->top = 0;
}

/* A digit goes on with the number that is being typed, if there is such an
 * entry, else it begins a number. */
static void model_digit(struct model *m, unsigned digit)
{
	size_t longer = m->selected * 10 + digit;

	if (m->typing && m->selected && longer < m->list->n)
		m->selected = longer;
	else if (digit < m->list->n)
		m->selected = digit;
	m->typing = true;
}

static void model_move(struct model *m, enum key_code code)
{
	size_t page = model_layout(m).page, last = m->list->n ? m->list->n - 1 : 0;

	switch (code) {
	case KEY_UP:
		m->selected -= m->selected > 0;
		break;
	case KEY_DOWN:
		m->selected += m->selected < last;
		break;
	case KEY_PAGE_UP:
		m->selected -= m->selected < page ? m->selected : page;
		break;
	case KEY_PAGE_DOWN:
		m->selected = last - m->selected < page ? last : m->selected + page;
		break;
	case KEY_HOME:
		m->selected = 0;
		break;
	case KEY_END:
		m->selected = last;
		break;
	default:
		break;
	}
}

/* Letters as in less(1) and vi(1). */
static enum key_code model_as_move(const struct key *key)
{
	if (key->code != KEY_TEXT)
		return key->code;
	switch (key->text[0]) {
	case 'k':
		return KEY_UP;
	case 'j':
		return KEY_DOWN;
	case 'b':
		return KEY_PAGE_UP;
	case ' ':
		return KEY_PAGE_DOWN;
	case 'g':
		return KEY_HOME;
	case 'G':
		return KEY_END;
	default:
		return KEY_UNKNOWN;
	}
}

static enum model_action model_ask(struct model *m, enum model_action action)
{
	m->confirm = action;
	m->view = MODEL_CONFIRM;
	return MODEL_NONE;
}

static enum model_action model_list_letter(struct model *m, char letter)
{
	m->message[0] = '\0';
	switch (letter) {
	case 'e':
		if (m->list->n)
			model_open_edit(m);
		return MODEL_NONE;
	case 'd':
		if (m->list->n)
			model_open_text(m, true);
		return MODEL_NONE;
	case 'w':
		if (m->list->warnings.n)
			model_open_text(m, false);
		else
			model_say(m, "There are no warnings.");
		return MODEL_NONE;
	case 's':
	case '!':
		if (m->allow_shell)
			return MODEL_SHELL;
		model_say(m, "There is no shell here: this system was built without one.");
		return MODEL_NONE;
	case 'r':
		return model_ask(m, MODEL_REBOOT);
	case 'p':
		return model_ask(m, MODEL_POWEROFF);
	case 'q':
		return MODEL_LEAVE;
	default:
		return MODEL_NONE;
	}
}

static enum model_action model_list_key(struct model *m, const struct key *key)
{
	enum model_action action = MODEL_NONE;
	bool digit = key->code == KEY_TEXT && key->text[0] >= '0' && key->text[0] <= '9';

	if (key->code == KEY_ENTER)
		return m->list->n ? MODEL_BOOT : MODEL_NONE;
	if (key->code == KEY_ESCAPE)
		model_say(m, "Press q to leave the menu.");
	if (digit)
		model_digit(m, (unsigned)(key->text[0] - '0'));
	else {
		m->typing = false;
		model_move(m, model_as_move(key));
		if (key->code == KEY_TEXT && model_as_move(key) == KEY_UNKNOWN)
			action = model_list_letter(m, key->text[0]);
	}
	return action;
}

static void model_text_key(struct model *m, const struct key *key)
{
	size_t page = model_layout(m).page;

	switch (model_as_move(key)) {
	case KEY_UP:
		m->top -= m->top > 0;
		break;
	case KEY_DOWN:
		m->top += m->top + page < m->text.n;
		break;
	case KEY_PAGE_UP:
		m->top -= m->top < page ? m->top : page;
		break;
	case KEY_PAGE_DOWN:
		m->top += page;
		break;
	case KEY_HOME:
		m->top = 0;
		break;
	case KEY_END:
		m->top = m->text.n;
		break;
	default:
		if (key->code == KEY_ESCAPE || key->code == KEY_ENTER ||
		    (key->code == KEY_TEXT && strchr("qd", key->text[0])))
			model_to_list(m);
		break;
	}
	if (m->view == MODEL_TEXT && m->top + page > m->text.n)
		m->top = m->text.n > page ? m->text.n - page : 0;
}

/* Up and down are a row of the screen. */
static void model_edit_row(struct model *m, bool down)
{
	size_t row;
	unsigned col;

	lines_place(m->edit.text, m->edit.cursor, model_cols(m), &row, &col);
	if (down || row)
		m->edit.cursor =
			lines_offset(m->edit.text, down ? row + 1 : row - 1, col, model_cols(m));
}

static enum model_action model_edit_key(struct model *m, const struct key *key)
{
	if (key->code == KEY_ENTER)
		return MODEL_BOOT;
	if (key->code == KEY_ESCAPE)
		model_to_list(m);
	else if (key->code == KEY_UP || key->code == KEY_DOWN)
		model_edit_row(m, key->code == KEY_DOWN);
	else
		edit_key(&m->edit, key);
	return MODEL_NONE;
}

enum model_action model_key(struct model *m, const struct key *key)
{
	enum model_action action = MODEL_NONE;

	m->counting = false;
	if (key->code == KEY_REDRAW)
		return MODEL_REDRAW;
	switch (m->view) {
	case MODEL_LIST:
		action = model_list_key(m, key);
		break;
	case MODEL_EDIT:
		action = model_edit_key(m, key);
		break;
	case MODEL_TEXT:
		model_text_key(m, key);
		break;
	case MODEL_CONFIRM:
		model_to_list(m);
		if (key->code == KEY_TEXT && (key->text[0] == 'y' || key->text[0] == 'Y'))
			action = m->confirm;
		break;
	}
	model_settle(m);
	return action;
}

enum model_action model_second(struct model *m)
{
	if (!m->counting || m->held[0])
		return MODEL_NONE;
	m->left -= m->left > 0;
	return m->left ? MODEL_NONE : MODEL_BOOT;
}

void model_hold(struct model *m, const char *who)
{
	if (m->held[0] && !who[0])
		m->left = m->timeout;
	snprintf(m->held, sizeof(m->held), "%s", who);
}

void model_resize(struct model *m, unsigned rows, unsigned cols)
{
	m->rows = rows ? rows : 24;
	if (m->rows > MODEL_MAX_ROWS)
		m->rows = MODEL_MAX_ROWS;
	m->cols = cols ? cols : 80;
	if (m->cols < MODEL_MIN_COLS)
		m->cols = MODEL_MIN_COLS;
	if (m->view == MODEL_TEXT) {
		size_t top = m->top;

		model_open_text(m, m->details);
		m->top = top;
	}
	model_settle(m);
}
