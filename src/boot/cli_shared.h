/* cli_shared.h - what the commands of p2v-boot have in common
 */
#ifndef P2V_BOOT_CLI_SHARED_H
#define P2V_BOOT_CLI_SHARED_H

#include "boot/cli.h"
#include "bootconf/entry.h"
#include "find/tree.h"

/* What was found; the trees keep its file systems mounted. */
struct cli_state {
	struct find_trees trees;
	struct boot_list list;
};

/* Leaves an empty state behind. */
void cli_release(struct cli_state *s);
/* Fills @s as the options say. CLI_OK, CLI_REFUSED when there is nothing to
 * boot, CLI_FAILED; what went wrong is logged. */
int cli_find(const struct cli *c, struct cli_state *s);
void cli_print_entry(const struct boot_entry *e);
/* @status, or CLI_FAILED when stdout cannot take what was printed. */
int cli_flush(int status);
/* A copy of the entry's command line as the options change it; NULL when out
 * of memory. Owned. */
char *cli_line(const struct cli *c, const struct boot_entry *e);
/* Right before the jump: writes what the entry's boot loader would have, and
 * with --save-default the new default. A failure is a warning. */
void cli_save(const struct cli *c, struct cli_state *s, const struct boot_entry *e);

#endif
