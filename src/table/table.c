/* table.c - see table.h */
#include "table/table.h"

#include <stdlib.h>

const char *table_kind_name(enum table_kind kind)
{
	static const char *const names[] = {
		[TABLE_NONE] = "none", [TABLE_MBR] = "mbr", [TABLE_GPT] = "gpt"};

	return kind <= TABLE_GPT ? names[kind] : "?";
}

void table_release(struct table *t)
{
	for (uint32_t i = 0; i < t->extent_count; i++)
		free(t->extents[i].bytes);
	free(t->extents);
	free(t->partitions);
	*t = (struct table){0};
}

const struct table_partition *table_find(const struct table *t, uint32_t number)
{
	for (uint32_t i = 0; i < t->partition_count; i++)
		if (t->partitions[i].number == number)
			return &t->partitions[i];
	return NULL;
}

uint64_t table_min_size(const struct table *t)
{
	uint64_t end = t->first_usable;

	for (uint32_t i = 0; i < t->partition_count; i++)
		if (t->partitions[i].start + t->partitions[i].length > end)
			end = t->partitions[i].start + t->partitions[i].length;
	/* The backup is a copy of the header and of the entries. */
	for (uint32_t i = 1; t->kind == TABLE_GPT && i < t->extent_count; i++)
		end += t->extents[i].length;
	return end;
}
