/* grub_search.h - commands that look for a file system, or ask about one: search, probe
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_SEARCH_H
#define P2V_BOOTCONF_GRUB_GRUB_SEARCH_H

#include "bootconf/grub/grub_eval.h"

/* search [--file|--label|--fs-uuid] [--set[=VAR]] [--hint...=DEVICE] NAME, and
 * search.file, search.fs_label, search.fs_uuid NAME [VAR [HINT...]], the form
 * of the core image. */
int grub_search(struct grub_eval *ev, const struct grub_args *a);
/* probe [--set=VAR] --fs-uuid|--label|--part-uuid|--partmap DEVICE */
int grub_search_probe(struct grub_eval *ev, const struct grub_args *a);

#endif
