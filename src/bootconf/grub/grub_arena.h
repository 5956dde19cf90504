/* grub_arena.h - the memory that one evaluation lives in
 *
 * Everything that belongs to one evaluation (syntax trees, variables, words)
 * is cut from one arena with a fixed ceiling: a hostile script can fill it,
 * and is then stopped, but cannot take more. Nothing in it is freed by itself.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_ARENA_H
#define P2V_BOOTCONF_GRUB_GRUB_ARENA_H

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

#endif
