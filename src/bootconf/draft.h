/* draft.h - what the readers of line-based configurations share
 *
 * Pure, as reader.h promises: warnings go into the list, files are only looked
 * at through the facts.
 */
#ifndef P2V_BOOTCONF_DRAFT_H
#define P2V_BOOTCONF_DRAFT_H

#include "bootconf/reader.h"

#define DRAFT_MAX_LINE 8192u /* bytes of a line that are still believed */
#define DRAFT_MAX_WARN 100u  /* of one configuration */
#define DRAFT_MAX_ID   200u  /* bytes, without what makes it unique */

/* "FILE:LINE: what", without control characters; @line 0: "FILE: what". After
 * DRAFT_MAX_WARN of them in @told nothing more is said. */
void draft_warn(struct boot_list *l, unsigned *told, const char *file, unsigned line,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* @wanted, cut to DRAFT_MAX_ID bytes, or "@wanted#2" and so on when the list has
 * such an id; owned; NULL when out of memory. */
char *draft_id(const struct boot_list *l, const char *wanted);

/* @path from the root of a file system, relative ones below @dir, without "."
 * and "..", which cannot leave the root; owned; NULL when out of memory. */
char *draft_path(const char *dir, const char *path);

/* The regular file @path of @device, or the one behind /boot, where the
 * partition that was /boot is a directory now. Owned; NULL: there is none. */
char *draft_look(const struct reader_facts *facts, size_t device, const char *path);

/* Makes the first entry from @first on that can be started the default. */
void draft_first_default(struct boot_list *l, size_t first);

#endif
