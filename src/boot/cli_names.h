/* cli_names.h - the command of p2v-boot that tells what a name means
 */
#ifndef P2V_BOOT_CLI_NAMES_H
#define P2V_BOOT_CLI_NAMES_H

/* For each name of the source on stdin, a line: that name, the answer (names_find.h), stays
 * or changes, the node here, the type, the name that stays true; tabs between them.
 * @facts: the folder that fixups are given. An exit status. */
int cli_resolve(const char *facts);

#endif
