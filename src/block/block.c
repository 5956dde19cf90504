/* block.c - see block.h */
#include "block/block.h"

#include <stdlib.h>
#include <string.h>

void block_free(struct block_model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->devices.n; i++)
		device_free(m->devices.v[i]);
	free(m->devices.v);
	mounts_release(&m->mounts);
	free(m);
}

void block_freep(struct block_model **m)
{
	block_free(*m);
}

struct block_device *block_by_number(const struct block_model *m, dev_t number)
{
	for (size_t i = 0; number && i < m->devices.n; i++)
		if (m->devices.v[i]->number == number)
			return m->devices.v[i];
	return NULL;
}

struct block_device *block_by_name(const struct block_model *m, const char *name)
{
	for (size_t i = 0; i < m->devices.n; i++)
		if (!strcmp(m->devices.v[i]->name, name))
			return m->devices.v[i];
	return NULL;
}
