/* grub_lex.c - see grub_lex.h */
#include "bootconf/grub/grub_lex.h"

#include <ctype.h>
#include <string.h>

/* The longest word; GRUB itself has no limit, kernels stop at 4 KiB or less. */
#define GRUB_LEX_MAX_WORD ((size_t)32 << 10)

struct grub_lex_word {
	struct grub_lex *lex;
	struct grub_part *first, **tail;
	size_t length;
	const char *why; /* set when the word cannot be used */
};

struct grub_lex grub_lex(struct grub_arena *arena, const char *text, size_t len)
{
	return (struct grub_lex){.at = text, .end = text + len, .line = 1, .arena = arena};
}

/* The character at @n places ahead, 0 at the end. A NUL in the file is
 * returned as 0x01, which is an ordinary character. */
static int grub_lex_peek(const struct grub_lex *l, size_t n)
{
	if ((size_t)(l->end - l->at) <= n)
		return 0;
	return l->at[n] ? (unsigned char)l->at[n] : 1;
}

static void grub_lex_part(struct grub_lex_word *w, enum grub_part_kind kind, const char *text,
			  size_t len)
{
	struct grub_part *p = grub_arena_alloc(w->lex->arena, sizeof(*p));

	w->length += len;
	if (w->length > GRUB_LEX_MAX_WORD)
		w->why = "a word is too long";
	if (!p || w->why)
		return;
	p->kind = kind;
	p->text = grub_arena_strndup(w->lex->arena, text, len);
	if (!p->text)
		return;
	*w->tail = p;
	w->tail = &p->next;
}

static bool grub_lex_name_char(int c)
{
	return isalnum(c) || c == '_';
}

/* The length of the variable's name at @at places ahead; 0: none. */
static size_t grub_lex_name(const struct grub_lex *l, size_t at)
{
	int c = grub_lex_peek(l, at);
	size_t n = 0;

	if (c && strchr("?#@*", c))
		return 1;
	if (isdigit(c)) {
		while (isdigit(grub_lex_peek(l, at + n)))
			n++;
		return n;
	}
	while (grub_lex_name_char(grub_lex_peek(l, at + n)))
		n++;
	return n;
}

/* At a '$': a variable, or the character itself. */
static void grub_lex_dollar(struct grub_lex_word *w, bool quoted)
{
	struct grub_lex *l = w->lex;
	bool brace = grub_lex_peek(l, 1) == '{';
	size_t from = brace ? 2 : 1, len = grub_lex_name(l, from);

	if (!len || (brace && grub_lex_peek(l, from + len) != '}')) {
		grub_lex_part(w, quoted ? GRUB_PART_QUOTED : GRUB_PART_TEXT, "$", 1);
		l->at++;
		return;
	}
	grub_lex_part(w, quoted ? GRUB_PART_QUOTED_VAR : GRUB_PART_VAR, l->at + from, len);
	l->at += from + len + brace;
}

static void grub_lex_single(struct grub_lex_word *w)
{
	struct grub_lex *l = w->lex;
	const char *from = ++l->at;

	while (l->at < l->end && *l->at != '\'') {
		l->line += *l->at == '\n';
		l->at++;
	}
	if (l->at == l->end) {
		w->why = "a quote is not closed";
		return;
	}
	grub_lex_part(w, GRUB_PART_QUOTED, from, (size_t)(l->at - from));
	l->at++;
}

/* One step inside double quotes. */
static void grub_lex_double_step(struct grub_lex_word *w)
{
	struct grub_lex *l = w->lex;
	int next = grub_lex_peek(l, 1);
	const char *from = l->at;

	if (*l->at == '$') {
		grub_lex_dollar(w, true);
	} else if (*l->at == '\\' && next == '\n') {
		l->line++;
		l->at += 2;
	} else if (*l->at == '\\' && next && strchr("$\\\"", next)) {
		grub_lex_part(w, GRUB_PART_QUOTED, l->at + 1, 1);
		l->at += 2;
	} else {
		do {
			l->line += *l->at == '\n';
			l->at++;
		} while (l->at < l->end && !memchr("$\\\"", *l->at, 3));
		grub_lex_part(w, GRUB_PART_QUOTED, from, (size_t)(l->at - from));
	}
}

static void grub_lex_double(struct grub_lex_word *w)
{
	struct grub_lex *l = w->lex;

	l->at++;
	grub_lex_part(w, GRUB_PART_QUOTED, "", 0);
	while (l->at < l->end && *l->at != '"' && !w->why && !l->arena->full)
		grub_lex_double_step(w);
	if (l->at == l->end)
		w->why = "a quote is not closed";
	else
		l->at++;
}

/* Characters that end a run of ordinary ones. */
static bool grub_lex_special(int c)
{
	return !c || strchr("{}|&$;<> \t\r\n'\"\\", c) != NULL;
}

static void grub_lex_text(struct grub_lex_word *w)
{
	struct grub_lex *l = w->lex;
	const char *from = l->at;

	while (!grub_lex_special(grub_lex_peek(l, 0)))
		l->at++;
	grub_lex_part(w, GRUB_PART_TEXT, from, (size_t)(l->at - from));
}

/* Outside quotes a backslash takes the next character as it is. */
static void grub_lex_escape(struct grub_lex_word *w)
{
	struct grub_lex *l = w->lex;

	if (l->end - l->at < 2) {
		l->at = l->end;
	} else if (l->at[1] == '\n') {
		l->line++;
		l->at += 2;
	} else {
		grub_lex_part(w, GRUB_PART_QUOTED, l->at + 1, 1);
		l->at += 2;
	}
}

static struct grub_token grub_lex_word(struct grub_lex *l)
{
	struct grub_lex_word w = {.lex = l};
	struct grub_token t = {.kind = GRUB_TOKEN_WORD, .line = l->line};

	w.tail = &w.first;
	for (;;) {
		int c = grub_lex_peek(l, 0);

		if (w.why || l->arena->full)
			break;
		if (c == '\'')
			grub_lex_single(&w);
		else if (c == '"')
			grub_lex_double(&w);
		else if (c == '$' && grub_lex_peek(l, 1) == '"')
			l->at++; /* a translatable string */
		else if (c == '$')
			grub_lex_dollar(&w, false);
		else if (c == '\\')
			grub_lex_escape(&w);
		else if (c == '\r')
			l->at++;
		else if (grub_lex_special(c))
			break;
		else
			grub_lex_text(&w);
	}
	if (w.why || l->arena->full) {
		t.kind = GRUB_TOKEN_BAD;
		t.why = w.why ? w.why : "the configuration is too large";
		return t;
	}
	t.parts = w.first;
	if (w.first && w.first->kind == GRUB_PART_TEXT && !w.first->next)
		t.plain = w.first->text;
	return t;
}

/* Blanks, comments, continued lines. */
static void grub_lex_blanks(struct grub_lex *l)
{
	for (;;) {
		int c = grub_lex_peek(l, 0);

		if (c == ' ' || c == '\t' || c == '\r') {
			l->at++;
		} else if (c == '\\' && grub_lex_peek(l, 1) == '\n') {
			l->line++;
			l->at += 2;
		} else if (c == '#') {
			while (l->at < l->end && *l->at != '\n')
				l->at++;
		} else {
			return;
		}
	}
}

struct grub_token grub_lex_next(struct grub_lex *l)
{
	struct grub_token t;

	grub_lex_blanks(l);
	t = (struct grub_token){.line = l->line};
	switch (grub_lex_peek(l, 0)) {
	case 0:
		t.kind = GRUB_TOKEN_END;
		return t;
	case '\n':
		t.kind = GRUB_TOKEN_NEWLINE;
		l->line++;
		break;
	case ';':
		t.kind = GRUB_TOKEN_SEMICOLON;
		break;
	case '{':
		t.kind = GRUB_TOKEN_OPEN;
		break;
	case '}':
		t.kind = GRUB_TOKEN_CLOSE;
		break;
	case '&':
	case '|':
	case '<':
	case '>':
		t.kind = GRUB_TOKEN_BAD;
		t.why = "one of & | < > has no meaning here";
		break;
	default:
		return grub_lex_word(l);
	}
	l->at++;
	return t;
}

void grub_lex_skip_line(struct grub_lex *l)
{
	const char *nl = memchr(l->at, '\n', (size_t)(l->end - l->at));

	l->at = nl ? nl + 1 : l->end;
	l->line++;
}
