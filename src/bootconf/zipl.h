/* zipl.h - IBM Z: /etc/zipl.conf, and zipl's dialect of boot loader entries
 *
 * Format: zipl.conf(5) of s390-tools. zipl is no loader but writes one: what it
 * reads is what the machine starts, if it was run since. [defaultboot] names
 * the section or the menu that counts; without a menu ("defaultauto", or no
 * word about it) all sections are one, and the text entries of
 * /boot/loader/entries follow them, the newest version first. Such an entry
 * goes by its title, which is also the name of its section; its paths say
 * /boot even where that is a partition of its own.
 *
 * Sections that dump, or load segments, are not Linux kernels and left out.
 */
#ifndef P2V_BOOTCONF_ZIPL_H
#define P2V_BOOTCONF_ZIPL_H

#include "bootconf/reader.h"

/* A reader_fn for "/etc/zipl.conf". */
int zipl_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		  struct boot_list *list);

#endif
