/* source_lost.c - the ranges of the source that could not be read */
#include "source/source_lost.h"
#include "util/log.h"

#include <inttypes.h>
#include <stdbool.h>

static uint64_t source_lost_end(const struct source_lost *l)
{
	return l->offset + l->length;
}

static void source_lost_grow(struct source_lost *l, const struct source_lost *new)
{
	uint64_t end = source_lost_end(l);

	if (end < source_lost_end(new))
		end = source_lost_end(new);
	if (l->offset > new->offset)
		l->offset = new->offset;
	l->length = end - l->offset;
}

/* Extends a noted range that touches or overlaps the new one. A later pass
 * meets the same bad sectors again: they are noted once. */
static bool source_lost_merge(struct source_losses *losses, const struct source_lost *new)
{
	for (size_t i = 0; i < losses->count; i++) {
		struct source_lost *l = &losses->v[i];

		if (l->volume != new->volume || new->offset > source_lost_end(l) ||
		    source_lost_end(new) < l->offset)
			continue;
		source_lost_grow(l, new);
		return true;
	}
	return false;
}

/* The list is full: the volume's last range grows over what lies between. */
static void source_lost_overflow(struct source_losses *losses, const struct source_lost *new)
{
	for (size_t i = losses->count; i-- > 0;) {
		struct source_lost *l = &losses->v[i];

		if (l->volume != new->volume)
			continue;
		source_lost_grow(l, new);
		return;
	}
	log_error("more ranges are lost than can be listed");
}

void source_note_lost(struct source_losses *losses, uint32_t volume, uint64_t offset,
		      uint64_t length)
{
	struct source_lost new = {.volume = volume, .offset = offset, .length = length};

	log_warn("volume %" PRIu32 ": %" PRIu64 " bytes at byte %" PRIu64
		 " cannot be read; zeros take their place",
		 volume, length, offset);
	pthread_mutex_lock(&losses->lock);
	if (!source_lost_merge(losses, &new)) {
		if (losses->count < SOURCE_MAX_LOST)
			losses->v[losses->count++] = new;
		else
			source_lost_overflow(losses, &new);
	}
	pthread_mutex_unlock(&losses->lock);
}
