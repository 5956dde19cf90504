/* grub_ast.h - what the GRUB script parser builds, and the memory it lives in
 *
 * Everything that belongs to one evaluation (syntax trees, variables, words)
 * is cut from one arena with a fixed ceiling: a hostile script can fill it,
 * and is then stopped, but cannot take more.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_AST_H
#define P2V_BOOTCONF_GRUB_GRUB_AST_H

#include <stdbool.h>
#include <stddef.h>

struct grub_arena_block;

struct grub_arena {
	struct grub_arena_block *head; /* owned */
	size_t used;                   /* of all blocks together */
	size_t limit;
	bool full; /* an allocation was refused; stays set */
};

/* A place to return to: everything allocated later is given back. */
struct grub_arena_mark {
	struct grub_arena_block *head;
	size_t head_used, used;
};

/* Zeroed memory; NULL when the arena is full. */
void *grub_arena_alloc(struct grub_arena *a, size_t size);
char *grub_arena_strndup(struct grub_arena *a, const char *s, size_t len);
char *grub_arena_strdup(struct grub_arena *a, const char *s);
struct grub_arena_mark grub_arena_mark(const struct grub_arena *a);
void grub_arena_reset(struct grub_arena *a, struct grub_arena_mark mark);
void grub_arena_release(struct grub_arena *a);

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
