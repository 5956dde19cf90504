/* cli.h - what the commands of p2v-boot do
 *
 * Data goes to stdout, everything else to the log. Each command returns one of
 * enum p2v_exit's values for the process.
 */
#ifndef P2V_BOOT_CLI_H
#define P2V_BOOT_CLI_H

#include "bootconf/entry.h"
#include "find/tree.h"
#include "util/exit.h"
#include "util/strv.h"

#include <stdbool.h>

struct cli {
	const char *root;     /* --root */
	struct strv trees;    /* --tree, as given */
	struct strv devices;  /* --device */
	const char *config;   /* --config */
	const char *platform; /* --platform */
	struct strv env;      /* --env, NAME=VALUE each */
	bool has_timeout;     /* --timeout was given */
	long timeout;         /* seconds that the menu waits; 0: not at all, -1: for ever */
	bool save_default;    /* --save-default */
	bool allow_shell;     /* --allow-shell */
	const char *append;   /* --append */
	const char *cmdline;  /* --cmdline */
	const char *kernel;   /* --kernel: no configuration is read */
	struct strv initrds;  /* --initrd */
	const char *dtb;      /* --dtb */
	bool kexec_load;      /* --kexec-load: by kexec-tools */
	bool json, tsv, dry_run, quiet;
};

int cli_list(const struct cli *c);
int cli_show(const struct cli *c, const char *id);
/* @id NULL: the default entry. @jump: and start it. */
int cli_kexec(const struct cli *c, const char *id, bool jump);
/* As cli_kexec() with the files of --kernel, --initrd and --dtb. */
int cli_direct(const struct cli *c, bool jump);
/* Leaves for the kernel that is loaded. */
int cli_jump(void);
/* Drops a kernel that is loaded. */
int cli_unload(void);

/* For the commands in files of their own: */

/* What was found; the trees keep its file systems mounted. */
struct cli_state {
	struct find_trees trees;
	struct boot_list list;
};

/* Leaves an empty state behind. */
void cli_release(struct cli_state *s);
/* Fills @s as the options say. P2V_EXIT_OK, P2V_EXIT_REFUSED when there is
 * nothing to boot, P2V_EXIT_FAILED; what went wrong is logged. */
int cli_find(const struct cli *c, struct cli_state *s);
void cli_print_entry(const struct boot_entry *e);
/* @status, or P2V_EXIT_FAILED when stdout cannot take what was printed. */
int cli_flush(int status);
/* A copy of the entry's command line as the options change it; NULL when out
 * of memory. Owned. */
char *cli_line(const struct cli *c, const struct boot_entry *e);
/* Right before the jump: writes what the entry's boot loader would have, and
 * with --save-default the new default. A failure is a warning. */
void cli_save(const struct cli *c, struct cli_state *s, const struct boot_entry *e);

#endif
