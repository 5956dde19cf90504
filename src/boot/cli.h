/* cli.h - what the commands of p2v-boot do
 *
 * Data goes to stdout, everything else to the log. Each command returns one of
 * enum p2v_exit's values for the process (0 done, 1 usage, 2 nothing found or
 * refused, 4 failed).
 */
#ifndef P2V_BOOT_CLI_H
#define P2V_BOOT_CLI_H

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
/* For each name of the source on stdin, a line: that name, the answer (names.h), stays
 * or changes, the node here, the type, the name that stays true; tabs between them.
 * @facts: the folder that fixups are given. */
int cli_resolve(const char *facts);
/* Returns when somebody leaves the menu, or it was ended by a signal (128 + its
 * number). */
int cli_menu(const struct cli *c);
/* Was the program started as a login shell ("-p2v-boot"), or as p2v-menu? */
bool cli_menu_is_login(const char *argv0);
/* The menu with a shell and otherwise the defaults; there are no options. */
int cli_menu_login(int argc, char **argv);

#endif
