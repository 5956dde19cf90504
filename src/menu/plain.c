/* plain.c - see plain.h */
#include "menu/plain.h"
#include "menu/model.h"
#include "menu/term.h"
#include "menu/timer.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

struct plain {
	const struct boot_list *list;
	const struct menu_options *o;
	struct menu_choice *choice;
	struct term term;
	struct model model; /* the countdown is the same */
	struct timer timer;
	char *line; /* PLAIN_MAX_LINE + 1 bytes */
	size_t len;
	bool overlong;
	char held[128]; /* has been said */
};

static const struct {
	const char *name, *shortcut;
	enum plain_verb verb;
	bool entry, text;
} plain_verbs[] = {
	{"edit", "e", PLAIN_EDIT, true, true},
	{"append", "a", PLAIN_APPEND, true, true},
	{"details", "d", PLAIN_DETAILS, true, false},
	{"list", "l", PLAIN_LIST, false, false},
	{"warnings", "w", PLAIN_WARNINGS, false, false},
	{"shell", "!", PLAIN_SHELL, false, false},
	/* Written out: nobody does these by a slip of a finger. */
	{"reboot", NULL, PLAIN_REBOOT, false, false},
	{"poweroff", NULL, PLAIN_POWEROFF, false, false},
	{"quit", "q", PLAIN_LEAVE, false, false},
};

/* The next word of *@at; NULL when there is none. */
static char *plain_word(char **at)
{
	char *word = *at + strspn(*at, " \t");
	size_t n = strcspn(word, " \t");

	if (!n)
		return NULL;
	*at = word + n;
	if (**at)
		*(*at)++ = '\0';
	return word;
}

static struct plain_command plain_arguments(size_t verb, char *at, const struct boot_list *list)
{
	struct plain_command c = {.verb = plain_verbs[verb].verb};
	uint64_t number;
	const char *word;

	if (plain_verbs[verb].entry) {
		word = plain_word(&at);
		if (!word || !list->n || !text_to_u64(word, 0, list->n - 1, &number))
			return (struct plain_command){.verb = PLAIN_WRONG};
		c.entry = (size_t)number;
	}
	at += strspn(at, " \t");
	if (*at && plain_verbs[verb].text)
		c.text = at;
	else if (*at)
		c.verb = PLAIN_WRONG;
	if (c.verb == PLAIN_APPEND && !c.text)
		c.verb = PLAIN_WRONG;
	return c;
}

struct plain_command plain_parse(char *line, const struct boot_list *list)
{
	struct plain_command c = {.verb = PLAIN_WRONG};
	const struct boot_entry *e;
	size_t n = strlen(line);
	uint64_t number;

	while (n && strchr(" \t\r", line[n - 1]))
		line[--n] = '\0';
	line += strspn(line, " \t");
	if (!*line) {
		c.verb = PLAIN_NOTHING;
		return c;
	}
	/* Before an entry's name: no disk can take these words away. */
	for (size_t i = 0; i < sizeof(plain_verbs) / sizeof(plain_verbs[0]); i++) {
		const char *names[] = {plain_verbs[i].name, plain_verbs[i].shortcut};

		for (size_t k = 0; k < 2; k++) {
			size_t len = names[k] ? strlen(names[k]) : 0;

			if (len && !strncmp(line, names[k], len) &&
			    (!line[len] || strchr(" \t", line[len])))
				return plain_arguments(i, line + len, list);
		}
	}
	/* The numbers are those on the screen, whatever ids there are. */
	if (list->n && text_to_u64(line, 0, list->n - 1, &number)) {
		c.verb = PLAIN_START;
		c.entry = (size_t)number;
		return c;
	}
	e = boot_list_find(list, line);
	if (e) {
		c.verb = PLAIN_START;
		c.entry = (size_t)(e - list->v);
	}
	return c;
}

__attribute__((format(printf, 2, 3))) static void plain_say(struct plain *p, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		term_write(&p->term, text, strlen(text));
	free(text);
}

static void plain_list(struct plain *p)
{
	for (size_t i = 0; i < p->list->n; i++) {
		const struct boot_entry *e = &p->list->v[i];
		char title[512];

		plain_say(p, "%c%c %2zu  %s\n", e->is_default ? '*' : ' ',
			  p->o->failed && p->o->failed[i] ? '!' : ' ', i,
			  text_printable(e->title ? e->title : "", title, sizeof(title)));
	}
}

static void plain_lines(struct plain *p, const struct strv *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		plain_say(p, "%s\n", lines->v[i]);
}

static void plain_details(struct plain *p, size_t i)
{
	CLEANUP(strv_release) struct strv lines = {0};
	const struct boot_entry *e = &p->list->v[i];

	lines_details(&lines, e, e->cmdline ? e->cmdline : "", LINES_MAX_COLS);
	plain_lines(p, &lines);
}

static void plain_warnings(struct plain *p)
{
	CLEANUP(strv_release) struct strv lines = {0};

	for (size_t i = 0; i < p->list->warnings.n; i++)
		lines_wrap(&lines, p->list->warnings.v[i], LINES_MAX_COLS);
	plain_lines(p, &lines);
}

static void plain_help(struct plain *p)
{
	plain_say(
		p,
		"A number starts that entry; \"e N\" edits its command line, \"a N TEXT\" adds to "
		"it;\n\"d N\" details, \"l\" list, \"w\" warnings, %sreboot, poweroff, \"q\" "
		"leaves.\n",
		p->o->allow_shell ? "shell, " : "");
}

static void plain_status(struct plain *p)
{
	CLEANUP(strv_release) struct strv lines = {0};

	model_status(&p->model, LINES_MAX_COLS, &lines);
	plain_lines(p, &lines);
}

/* A second of the countdown. True: it is over. */
static bool plain_second(struct plain *p)
{
	char who[128];

	if (!timer_second(&p->timer))
		return false;
	lock_elsewhere(p->o->lock, who, sizeof(who));
	model_hold(&p->model, who);
	if (strcmp(who, p->held) != 0) {
		text_copy(p->held, sizeof(p->held), who);
		plain_say(p, "\n");
		plain_status(p);
	}
	return model_second(&p->model) == MODEL_BOOT && lock_start(p->o->lock);
}

/* One byte at a time: what follows the line in a pipe is for whoever reads
 * next. True: a line is complete. */
static bool plain_byte(struct plain *p, enum term_event *event)
{
	char c;
	ssize_t n = read(p->term.in, &c, 1);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) {
		*event = TERM_END;
		return false;
	}
	timer_touch(&p->timer);
	lock_use(p->o->lock, p->o->who);
	if (c == '\n') {
		/* A terminal has shown what was typed, and the end of the line. */
		if (!isatty(p->term.in))
			plain_say(p, "\n");
		p->line[p->len] = '\0';
		return true;
	}
	/* A NUL would end the text too early. */
	if (!c || p->len == PLAIN_MAX_LINE)
		p->overlong = true;
	else
		p->line[p->len++] = c;
	return false;
}

/* Waits for a line. TERM_INPUT: it is in p->line; TERM_TIMEOUT: the countdown
 * is over; TERM_END: nobody is there. */
static enum term_event plain_wait(struct plain *p)
{
	p->len = 0;
	p->overlong = false;
	for (;;) {
		bool ticking = p->model.counting || p->timer.idle;
		enum term_event event = term_wait(&p->term, ticking ? timer_left(&p->timer) : -1,
						  &p->choice->signal);

		if (event == TERM_INPUT && plain_byte(p, &event)) {
			p->model.counting = false;
			return TERM_INPUT;
		}
		if (event == TERM_END)
			return TERM_END;
		if (timer_idle(&p->timer))
			lock_leave(p->o->lock);
		if (p->model.counting && plain_second(p))
			return TERM_TIMEOUT;
		if (!p->model.counting)
			timer_second(&p->timer);
	}
}

/* True: the menu is done. */
static bool plain_start(struct plain *p, size_t entry, char *cmdline)
{
	if (!lock_start(p->o->lock)) {
		plain_say(p, "Another menu is starting an entry.\n");
		free(cmdline);
		return false;
	}
	p->choice->action = MENU_BOOT;
	p->choice->entry = entry;
	p->choice->cmdline = cmdline;
	return true;
}

static bool plain_edit(struct plain *p, const struct plain_command *c)
{
	const struct boot_entry *e = &p->list->v[c->entry];
	const char *old = e->cmdline ? e->cmdline : "";
	char *line = NULL;

	if (c->verb == PLAIN_APPEND) {
		if (asprintf(&line, "%s%s%s", old, *old ? " " : "", c->text) < 0)
			line = NULL;
	} else if (c->text) {
		line = strdup(c->text);
	} else {
		plain_details(p, c->entry);
		plain_say(p, "New command line (empty: not now): ");
		if (plain_wait(p) != TERM_INPUT)
			return true;
		if (!p->line[0] || p->overlong)
			return false;
		line = strdup(p->line);
	}
	if (line)
		return plain_start(p, c->entry, line);
	plain_say(p, "Out of memory.\n");
	return false;
}

static bool plain_command(struct plain *p, const struct plain_command *c)
{
	switch (c->verb) {
	case PLAIN_START:
		return plain_start(p, c->entry, NULL);
	case PLAIN_EDIT:
	case PLAIN_APPEND:
		return plain_edit(p, c);
	case PLAIN_DETAILS:
		plain_details(p, c->entry);
		return false;
	case PLAIN_WARNINGS:
		plain_warnings(p);
		return false;
	case PLAIN_LIST:
		plain_list(p);
		return false;
	case PLAIN_SHELL:
		if (!p->o->allow_shell)
			plain_say(p, "There is no shell here.\n");
		else
			p->choice->action = MENU_SHELL;
		return p->o->allow_shell;
	case PLAIN_REBOOT:
		p->choice->action = MENU_REBOOT;
		return true;
	case PLAIN_POWEROFF:
		p->choice->action = MENU_POWEROFF;
		return true;
	case PLAIN_LEAVE:
		return true;
	case PLAIN_NOTHING:
		return false;
	case PLAIN_WRONG:
		break;
	}
	plain_say(p, "There is no such entry or command.\n");
	plain_help(p);
	return false;
}

static void plain_loop(struct plain *p)
{
	plain_list(p);
	plain_help(p);
	plain_status(p);
	for (;;) {
		struct plain_command c = {.verb = PLAIN_WRONG};

		plain_say(p, "Start: ");
		switch (plain_wait(p)) {
		case TERM_INPUT:
			break;
		case TERM_TIMEOUT:
			plain_say(p, "\n");
			p->choice->action = MENU_BOOT;
			p->choice->entry = p->model.selected;
			p->choice->unattended = true;
			return;
		default:
			plain_say(p, "\n");
			return;
		}
		p->model.message[0] = '\0';
		if (!p->overlong)
			c = plain_parse(p->line, p->list);
		if (plain_command(p, &c))
			return;
	}
}

int plain_run(const struct boot_list *list, const struct menu_options *o,
	      struct menu_choice *choice)
{
	struct plain p = {.list = list, .o = o, .choice = choice};
	int r;

	p.line = malloc(PLAIN_MAX_LINE + 1);
	if (!p.line)
		return -ENOMEM;
	r = term_open(&p.term, o->in, o->out, false);
	if (!r) {
		model_begin(&p.model, list, o->selected);
		p.model.by_line = true;
		if (o->message)
			text_copy(p.model.message, sizeof(p.model.message), o->message);
		if (o->timeout != MENU_NO_COUNTDOWN)
			model_count_from(&p.model, menu_choice_seconds(o));
		timer_start(&p.timer);
		plain_loop(&p);
		model_release(&p.model);
	}
	term_close(&p.term);
	free(p.line);
	return r;
}
