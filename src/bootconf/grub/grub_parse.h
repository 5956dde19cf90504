/* grub_parse.h - a GRUB 2 script as a tree of commands
 *
 * GRUB reads its configuration statement by statement: one that cannot be
 * understood is reported and skipped, up to the end of the line where it went
 * wrong, and the rest still counts. This parser recovers at the same places.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_PARSE_H
#define P2V_BOOTCONF_GRUB_GRUB_PARSE_H

#include "bootconf/grub/grub_arena.h"
#include "bootconf/grub/grub_ast.h"

/* Called for each statement that is skipped. */
typedef void grub_parse_warn_fn(void *ctx, const char *file, unsigned line, const char *why);

/* The statements of @text in order; NULL for none. The tree lives in @arena,
 * @file (borrowed) must live as long. */
struct grub_node *grub_parse(struct grub_arena *arena, const char *file, const char *text,
			     size_t len, grub_parse_warn_fn *warn, void *ctx);

#endif
