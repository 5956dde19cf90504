/* grub_envblk.h - the format of GRUB's environment block: variables that outlive a start
 *
 * A file of exactly GRUB_ENVBLK_SIZE bytes: "# GRUB Environment Block", then lines
 * NAME=VALUE with a backslash before each newline and backslash of the value, filled
 * up with #. GRUB knows the block by the place of its sectors on the disk, so its
 * size must not change.
 *
 * Format: GRUB's manual, "The GRUB environment block", and what grub-editenv writes.
 * Pure.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_ENVBLK_H
#define P2V_BOOTCONF_GRUB_GRUB_ENVBLK_H

#include "util/err.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>

#define GRUB_ENVBLK_SIZE 1024u /* bytes */

/* Calls @fn for each variable of a block of any size; what is no variable is
 * skipped. False when the signature is missing. */
bool grub_envblk_read(const char *text, size_t len,
		      void (*fn)(void *ctx, const char *name, const char *value), void *ctx);

/* Copies the intact block @in with @set ("NAME=VALUE"; "NAME" alone: removed)
 * changed in it; what is not named stays as it is, in its order. -EINVAL when
 * @in is no block of @len == GRUB_ENVBLK_SIZE bytes, a line of it is no variable,
 * or something of @set is no variable; -ENOSPC when it gets too long. */
int grub_envblk_edit(const char *in, size_t len, const struct strv *set, char out[GRUB_ENVBLK_SIZE],
		     struct err_text *why);

#endif
