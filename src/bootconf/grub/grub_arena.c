/* grub_arena.c - see grub_arena.h */
#include "bootconf/grub/grub_arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GRUB_ARENA_BLOCK ((size_t)64 << 10)

struct grub_arena_block {
	struct grub_arena_block *below;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

static bool grub_arena_grow(struct grub_arena *a, size_t size)
{
	size_t want = size > GRUB_ARENA_BLOCK ? size : GRUB_ARENA_BLOCK;
	struct grub_arena_block *b;

	b = malloc(sizeof(*b) + want);
	if (!b)
		return false;
	*b = (struct grub_arena_block){.below = a->head, .size = want};
	a->head = b;
	return true;
}

void *grub_arena_alloc(struct grub_arena *a, size_t size)
{
	void *p;

	if (a->full || size > a->limit) {
		a->full = true;
		return NULL;
	}
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (size > a->limit - a->used ||
	    ((!a->head || size > a->head->size - a->head->used) && !grub_arena_grow(a, size))) {
		a->full = true;
		return NULL;
	}
	p = a->head->bytes + a->head->used;
	a->head->used += size;
	a->used += size;
	return memset(p, 0, size);
}

char *grub_arena_strndup(struct grub_arena *a, const char *s, size_t len)
{
	char *p = len < a->limit ? grub_arena_alloc(a, len + 1) : NULL;

	if (p)
		memcpy(p, s, len);
	return p;
}

char *grub_arena_strdup(struct grub_arena *a, const char *s)
{
	return grub_arena_strndup(a, s, strlen(s));
}

struct grub_arena_mark grub_arena_mark(const struct grub_arena *a)
{
	return (struct grub_arena_mark){a->head, a->head ? a->head->used : 0, a->used};
}

void grub_arena_reset(struct grub_arena *a, struct grub_arena_mark mark)
{
	while (a->head && a->head != mark.head) {
		struct grub_arena_block *below = a->head->below;

		free(a->head);
		a->head = below;
	}
	if (a->head)
		a->head->used = mark.head_used;
	a->used = mark.used;
	a->full = false;
}

void grub_arena_release(struct grub_arena *a)
{
	grub_arena_reset(a, (struct grub_arena_mark){0});
}
