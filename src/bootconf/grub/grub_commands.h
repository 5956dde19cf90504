/* grub_commands.h - all commands of a GRUB script, a table
 *
 * Who adds a command writes it in the file of its family, and a line here.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_COMMANDS_H
#define P2V_BOOTCONF_GRUB_GRUB_COMMANDS_H

#include "bootconf/grub/grub_eval.h"

/* The last one has no name. */
extern const struct grub_command grub_commands[];

#endif
