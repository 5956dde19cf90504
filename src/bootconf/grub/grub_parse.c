/* grub_parse.c - see grub_parse.h
 *
 * Recursive descent with one token of lookahead. A function that fails sets
 * p->why and returns NULL; only the outermost loop recovers.
 */
#include "bootconf/grub/grub_parse.h"
#include "bootconf/grub/grub_lex.h"

#include <string.h>

#define GRUB_PARSE_MAX_DEPTH 64 /* of blocks and compound statements */

struct grub_parse {
	struct grub_lex lex;
	struct grub_token tok;
	const char *file;
	unsigned depth;
	const char *why; /* the current statement cannot be understood */
};

static struct grub_node *grub_parse_list(struct grub_parse *p, const char *const *ends);

static void grub_parse_advance(struct grub_parse *p)
{
	p->tok = grub_lex_next(&p->lex);
}

static void *grub_parse_fail(struct grub_parse *p, const char *why)
{
	if (!p->why)
		p->why = p->tok.kind == GRUB_TOKEN_BAD ? p->tok.why : why;
	return NULL;
}

static bool grub_parse_at(const struct grub_parse *p, const char *keyword)
{
	return p->tok.kind == GRUB_TOKEN_WORD && p->tok.plain && !strcmp(p->tok.plain, keyword);
}

static bool grub_parse_at_any(const struct grub_parse *p, const char *const *keywords)
{
	for (; *keywords; keywords++)
		if (grub_parse_at(p, *keywords))
			return true;
	return false;
}

static struct grub_node *grub_parse_node(struct grub_parse *p, enum grub_node_kind kind)
{
	struct grub_node *n = grub_arena_alloc(p->lex.arena, sizeof(*n));

	if (!n)
		return grub_parse_fail(p, "the configuration is too large");
	n->kind = kind;
	n->file = p->file;
	n->line = p->tok.line;
	return n;
}

static void grub_parse_newlines(struct grub_parse *p)
{
	while (p->tok.kind == GRUB_TOKEN_NEWLINE || p->tok.kind == GRUB_TOKEN_SEMICOLON)
		grub_parse_advance(p);
}

/* Words up to a sign. */
static struct grub_word *grub_parse_words(struct grub_parse *p)
{
	struct grub_word *first = NULL, **tail = &first;

	while (p->tok.kind == GRUB_TOKEN_WORD) {
		struct grub_word *w = grub_arena_alloc(p->lex.arena, sizeof(*w));

		if (!w)
			return grub_parse_fail(p, "the configuration is too large");
		w->parts = p->tok.parts;
		*tail = w;
		tail = &w->next;
		grub_parse_advance(p);
	}
	return first;
}

/* "{ list }"; the tree of an empty block is NULL. */
static struct grub_node *grub_parse_block(struct grub_parse *p)
{
	static const char *const none[] = {NULL};
	struct grub_node *body;

	grub_parse_advance(p);
	body = grub_parse_list(p, none);
	if (p->why)
		return NULL;
	if (p->tok.kind != GRUB_TOKEN_CLOSE)
		return grub_parse_fail(p, "a block is not closed by }");
	grub_parse_advance(p);
	return body;
}

static struct grub_node *grub_parse_simple(struct grub_parse *p)
{
	struct grub_node *n = grub_parse_node(p, GRUB_NODE_COMMAND);

	if (!n)
		return NULL;
	n->words = grub_parse_words(p);
	if (p->why)
		return NULL;
	if (p->tok.kind == GRUB_TOKEN_OPEN) {
		n->has_block = true;
		n->body = grub_parse_block(p);
	}
	return p->why ? NULL : n;
}

/* Expects the keyword that ended a list. */
static bool grub_parse_expect(struct grub_parse *p, const char *keyword, const char *why)
{
	if (p->why || !grub_parse_at(p, keyword)) {
		grub_parse_fail(p, why);
		return false;
	}
	grub_parse_advance(p);
	return true;
}

/* Behind "if" or "elif". A chain of elif is a loop here, so that its length
 * needs no stack. */
static struct grub_node *grub_parse_if(struct grub_parse *p)
{
	static const char *const then[] = {"then", NULL};
	static const char *const after[] = {"elif", "else", "fi", NULL};
	static const char *const fi[] = {"fi", NULL};
	struct grub_node *first = NULL, **place = &first;
	bool more;

	do {
		struct grub_node *n = grub_parse_node(p, GRUB_NODE_IF);

		if (!n)
			return NULL;
		grub_parse_advance(p);
		n->cond = grub_parse_list(p, then);
		if (!grub_parse_expect(p, "then", "an if lacks its then"))
			return NULL;
		n->body = grub_parse_list(p, after);
		*place = n;
		place = &n->other;
		more = !p->why && grub_parse_at(p, "elif");
	} while (more);
	if (!p->why && grub_parse_at(p, "else")) {
		grub_parse_advance(p);
		*place = grub_parse_list(p, fi);
	}
	return grub_parse_expect(p, "fi", "an if lacks its fi") ? first : NULL;
}

static bool grub_parse_do_body(struct grub_parse *p, struct grub_node *n)
{
	static const char *const done[] = {"done", NULL};

	if (!grub_parse_expect(p, "do", "a loop lacks its do"))
		return false;
	n->body = grub_parse_list(p, done);
	return grub_parse_expect(p, "done", "a loop lacks its done");
}

static struct grub_node *grub_parse_while(struct grub_parse *p)
{
	static const char *const doit[] = {"do", NULL};
	struct grub_node *n = grub_parse_node(p, GRUB_NODE_WHILE);

	if (!n)
		return NULL;
	n->negate = grub_parse_at(p, "until");
	grub_parse_advance(p);
	n->cond = grub_parse_list(p, doit);
	return grub_parse_do_body(p, n) ? n : NULL;
}

static struct grub_node *grub_parse_for(struct grub_parse *p)
{
	struct grub_node *n = grub_parse_node(p, GRUB_NODE_FOR);

	if (!n)
		return NULL;
	grub_parse_advance(p);
	if (p->tok.kind != GRUB_TOKEN_WORD || !p->tok.plain)
		return grub_parse_fail(p, "a for lacks its variable");
	n->name = p->tok.plain;
	grub_parse_advance(p);
	if (!grub_parse_expect(p, "in", "a for lacks its in"))
		return NULL;
	n->words = grub_parse_words(p);
	grub_parse_newlines(p);
	return grub_parse_do_body(p, n) ? n : NULL;
}

static struct grub_node *grub_parse_function(struct grub_parse *p)
{
	struct grub_node *n = grub_parse_node(p, GRUB_NODE_FUNCTION);

	if (!n)
		return NULL;
	grub_parse_advance(p);
	if (p->tok.kind != GRUB_TOKEN_WORD || !p->tok.plain)
		return grub_parse_fail(p, "a function lacks its name");
	n->name = p->tok.plain;
	grub_parse_advance(p);
	while (p->tok.kind == GRUB_TOKEN_NEWLINE)
		grub_parse_advance(p);
	if (p->tok.kind != GRUB_TOKEN_OPEN)
		return grub_parse_fail(p, "a function lacks its {");
	n->body = grub_parse_block(p);
	return p->why ? NULL : n;
}

static struct grub_node *grub_parse_statement(struct grub_parse *p)
{
	static const char *const misplaced[] = {"then", "elif", "else", "fi", "do", "done", NULL};
	struct grub_node *n;

	if (p->tok.kind != GRUB_TOKEN_WORD)
		return grub_parse_fail(p, p->tok.kind == GRUB_TOKEN_CLOSE
						  ? "a } closes nothing"
						  : "a command was expected");
	if (grub_parse_at_any(p, misplaced))
		return grub_parse_fail(p, "a keyword stands where a command was expected");
	if (p->depth == GRUB_PARSE_MAX_DEPTH)
		return grub_parse_fail(p, "statements are nested too deeply");
	p->depth++;
	if (grub_parse_at(p, "if"))
		n = grub_parse_if(p);
	else if (grub_parse_at(p, "for"))
		n = grub_parse_for(p);
	else if (grub_parse_at(p, "while") || grub_parse_at(p, "until"))
		n = grub_parse_while(p);
	else if (grub_parse_at(p, "function") && p->depth == 1)
		n = grub_parse_function(p);
	else
		n = grub_parse_simple(p);
	p->depth--;
	return n;
}

/* Behind a statement there is a delimiter, a closing brace or the end. */
static bool grub_parse_delimited(struct grub_parse *p)
{
	switch (p->tok.kind) {
	case GRUB_TOKEN_NEWLINE:
	case GRUB_TOKEN_SEMICOLON:
	case GRUB_TOKEN_CLOSE:
	case GRUB_TOKEN_END:
		return true;
	default:
		grub_parse_fail(p, "a statement does not end where it should");
		return false;
	}
}

/* Statements up to one of the keywords, a } or the end. */
static struct grub_node *grub_parse_list(struct grub_parse *p, const char *const *ends)
{
	struct grub_node *first = NULL, **tail = &first;

	while (!p->why) {
		struct grub_node *n;

		grub_parse_newlines(p);
		if (p->tok.kind == GRUB_TOKEN_CLOSE || p->tok.kind == GRUB_TOKEN_END ||
		    grub_parse_at_any(p, ends))
			return first;
		n = grub_parse_statement(p);
		if (!n || !grub_parse_delimited(p))
			return NULL;
		*tail = n;
		tail = &n->next;
	}
	return NULL;
}

/* Behind a statement that failed: goes on behind the line where it did. */
static void grub_parse_recover(struct grub_parse *p)
{
	if (p->tok.kind != GRUB_TOKEN_NEWLINE && p->tok.kind != GRUB_TOKEN_END)
		grub_lex_skip_line(&p->lex);
	p->why = NULL;
	p->depth = 0;
	grub_parse_advance(p);
}

struct grub_node *grub_parse(struct grub_arena *arena, const char *file, const char *text,
			     size_t len, grub_parse_warn_fn *warn, void *ctx)
{
	struct grub_parse p = {.lex = grub_lex(arena, text, len), .file = file};
	struct grub_node *first = NULL, **tail = &first;

	grub_parse_advance(&p);
	for (;;) {
		struct grub_node *n;

		grub_parse_newlines(&p);
		if (p.tok.kind == GRUB_TOKEN_END)
			return first;
		n = grub_parse_statement(&p);
		if (n && grub_parse_delimited(&p) && p.tok.kind != GRUB_TOKEN_CLOSE) {
			*tail = n;
			tail = &n->next;
			continue;
		}
		grub_parse_fail(&p, "a } closes nothing");
		warn(ctx, file, p.tok.line, p.why);
		if (arena->full)
			return first;
		grub_parse_recover(&p);
	}
}
