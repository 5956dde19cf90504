/* grub_ast.h - a GRUB script as a tree: what the parser builds, and the evaluator runs
 *
 * All of it lives in an arena (grub_arena.h) and is never changed.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_AST_H
#define P2V_BOOTCONF_GRUB_GRUB_AST_H

#include <stdbool.h>

enum grub_part_kind {
	GRUB_PART_TEXT,       /* unquoted */
	GRUB_PART_QUOTED,     /* makes a word even when it is empty */
	GRUB_PART_VAR,        /* $name: split at blanks, vanishes when empty */
	GRUB_PART_QUOTED_VAR, /* "$name" */
};

struct grub_part {
	enum grub_part_kind kind;
	const char *text; /* or the variable's name */
	struct grub_part *next;
};

struct grub_word {
	struct grub_part *parts;
	struct grub_word *next;
};

enum grub_node_kind {
	GRUB_NODE_COMMAND,
	GRUB_NODE_IF,       /* cond, then, other */
	GRUB_NODE_FOR,      /* name, words, body */
	GRUB_NODE_WHILE,    /* cond, body; negate: until */
	GRUB_NODE_FUNCTION, /* name, body */
};

struct grub_node {
	enum grub_node_kind kind;
	const char *file; /* "root:/boot/grub/grub.cfg" */
	unsigned line;
	bool negate;
	const char *name;
	struct grub_word *words;
	struct grub_node *cond;
	struct grub_node *body; /* also: a command's block, an if's then */
	struct grub_node *other;
	bool has_block;
	struct grub_node *next;
};

#endif
