/* cli_menu.h - the menu as a command of p2v-boot
 */
#ifndef P2V_BOOT_CLI_MENU_H
#define P2V_BOOT_CLI_MENU_H

#include "boot/cli.h"

#include <stdbool.h>

/* Returns when somebody leaves the menu, or it was ended by a signal (128 + its
 * number). */
int cli_menu(const struct cli *c);
/* Was the program started as a login shell ("-p2v-boot"), or as p2v-menu? */
bool cli_menu_is_login(const char *argv0);
/* The menu with a shell and otherwise the defaults; there are no options. */
int cli_menu_login(int argc, char **argv);

#endif
