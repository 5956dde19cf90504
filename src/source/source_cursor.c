/* source_cursor.c - the workers' common list of what is to be read next */
#include "source/source_cursor.h"
#include "source/state.h"

#include <errno.h>
#include <stdlib.h>

struct source_cursor {
	const struct source *s;
	bool all;
	const uint8_t *set[PLAN_MAX_VOLUMES]; /* borrowed */
	pthread_mutex_t lock;
	uint32_t volume; /* the next to look at */
	uint64_t number;
};

int source_cursor_new(const struct source *s, const uint8_t *const *set, struct source_cursor **out)
{
	struct source_cursor *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	if (pthread_mutex_init(&c->lock, NULL)) {
		free(c);
		return -ENOMEM;
	}
	c->s = s;
	c->all = !set;
	for (uint32_t i = 0; set && i < s->volume_count; i++)
		c->set[i] = set[i];
	*out = c;
	return 0;
}

void source_cursor_free(struct source_cursor *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* The first used and wanted chunk of a volume from @n on; its chunk count if
 * there is none. */
static uint64_t source_cursor_find(const struct source_cursor *c, uint32_t volume, uint64_t n)
{
	const struct source_volume *v = &c->s->volumes[volume];
	const uint8_t *set = c->set[volume];

	if (!v->image || (!c->all && !set))
		return v->chunks;
	while (n < v->chunks) {
		uint8_t byte = v->chunk_bits[n / 8];

		if (!c->all)
			byte &= set[n / 8];
		byte = (uint8_t)(byte >> (n % 8));
		if (byte) {
			n += (unsigned)__builtin_ctz(byte);
			return n;
		}
		n = (n / 8 + 1) * 8;
	}
	return v->chunks;
}

bool source_cursor_next(struct source_cursor *c, uint32_t *volume, uint64_t *number)
{
	bool found = false;

	pthread_mutex_lock(&c->lock);
	while (!found && c->volume < c->s->volume_count) {
		uint64_t n = source_cursor_find(c, c->volume, c->number);

		if (n < c->s->volumes[c->volume].chunks) {
			*volume = c->volume;
			*number = n;
			c->number = n + 1;
			found = true;
		} else {
			c->volume++;
			c->number = 0;
		}
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}
