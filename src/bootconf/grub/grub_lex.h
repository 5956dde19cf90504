/* grub_lex.h - words and signs of a GRUB 2 script
 *
 * The language is described in GRUB's manual, "Writing full configuration
 * files directly". Differences from a POSIX shell that matter here: braces end
 * a word wherever they stand unquoted, `&`, `|`, `<` and `>` are always signs,
 * a comment begins only where a word could, carriage returns do not exist.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_LEX_H
#define P2V_BOOTCONF_GRUB_GRUB_LEX_H

#include "bootconf/grub/grub_arena.h"
#include "bootconf/grub/grub_ast.h"

enum grub_token_kind {
	GRUB_TOKEN_END,
	GRUB_TOKEN_NEWLINE,
	GRUB_TOKEN_SEMICOLON,
	GRUB_TOKEN_OPEN,  /* { */
	GRUB_TOKEN_CLOSE, /* } */
	GRUB_TOKEN_WORD,
	GRUB_TOKEN_BAD, /* a sign that has no meaning, an unclosed quote */
};

struct grub_token {
	enum grub_token_kind kind;
	unsigned line;
	struct grub_part *parts; /* of a word */
	const char *plain;       /* a word of one unquoted text, or NULL: may be a keyword */
	const char *why;         /* of a bad one */
};

struct grub_lex {
	const char *at, *end;
	unsigned line;
	struct grub_arena *arena;
};

struct grub_lex grub_lex(struct grub_arena *arena, const char *text, size_t len);
struct grub_token grub_lex_next(struct grub_lex *lex);
/* Skips to behind the next newline, for recovery. */
void grub_lex_skip_line(struct grub_lex *lex);

#endif
