/* source_cursor.h - the workers' common list of what is to be read next
 */
#ifndef P2V_SOURCE_SOURCE_CURSOR_H
#define P2V_SOURCE_SOURCE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct source;

/* The chunks that have something in them, in disk order. A cursor is shared by
 * all workers. With @set NULL it goes over all; else over the chunks whose bit
 * is set: set[volume] is a bitmap of its chunks (bit n % 8 of byte n / 8 is
 * chunk n), or NULL for none of them; chunks without anything in them are left
 * out all the same. The bitmaps are borrowed for the cursor's life. */
struct source_cursor;
int source_cursor_new(const struct source *s, const uint8_t *const *set,
		      struct source_cursor **out);
void source_cursor_free(struct source_cursor *c);
/* Thread-safe. False at the end. */
bool source_cursor_next(struct source_cursor *c, uint32_t *volume, uint64_t *number);

#endif
