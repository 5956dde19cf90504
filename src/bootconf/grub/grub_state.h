/* grub_state.h - what the commands of a GRUB script look at and leave behind
 *
 * The evaluator carries it along as ev->state and never looks into it. Above
 * each part stands the file whose commands fill it. grub_menu_enter() keeps what
 * must not outlive a configuration or a body, grub_walk.c empties the rest before
 * it tries the next entry.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_STATE_H
#define P2V_BOOTCONF_GRUB_GRUB_STATE_H

#include "bootconf/entry.h"
#include "bootconf/grub/grub_env.h"
#include "bootconf/reader.h"

struct grub_menu;
struct grub_source;

struct grub_state {
	const struct reader_facts *facts; /* borrowed */
	struct boot_list *list;           /* borrowed: gets what can be booted (grub_walk.c) */

	/* grub_load.c, grub_chain.c: what has been loaded so far. */
	struct boot_entry draft; /* owned; without id and title */
	const char *foreign;     /* the command that loads something else than Linux, or leaves */
	bool missing;            /* a file that the draft needs was not found */

	/* grub_block.c */
	struct grub_env saved; /* what save_env would have written; NULL values: removed */
	long block_device;     /* the environment block in use; -1: none yet */
	char *block_path;      /* owned */

	/* grub_menu.c */
	struct grub_menu *menu; /* where menuentry adds */

	/* grub_source.c */
	struct grub_menu *next_menu;     /* a configfile took over with this one */
	const struct grub_source *files; /* that are being run, the innermost first */

	/* grub_walk.c */
	const char *chosen; /* the entry's ids from the top, as $chosen: "a>b"; NULL: none */
};

#endif
