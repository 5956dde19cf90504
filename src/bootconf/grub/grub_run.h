/* grub_run.h - running the statements of a GRUB script
 *
 * Control flow, functions, assignments; a command is looked up in ev->commands.
 * $? and ev->flow are as the script left them.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_RUN_H
#define P2V_BOOTCONF_GRUB_GRUB_RUN_H

#include "bootconf/grub/grub_eval.h"

/* The script's statements; NULL: none, or no steps are left. What is skipped is
 * a warning. @file names it there, and must live as long as the arena. */
struct grub_node *grub_run_parse(struct grub_eval *ev, const char *file, const char *text,
				 size_t len);
/* Parses and runs. */
void grub_run_text(struct grub_eval *ev, const char *file, const char *text, size_t len);
/* Runs a function's or an entry's body with its own $1... */
void grub_run_call(struct grub_eval *ev, const struct grub_node *body, struct grub_args args);

#endif
