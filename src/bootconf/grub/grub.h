/* grub.h - GRUB 2's configuration, evaluated into boot entries
 *
 * A pure function of bytes: files and device facts come from the caller, and
 * nothing is written anywhere (save_env changes a copy). The script runs as
 * GRUB would run it up to the menu, then each entry's body runs on a copy of
 * the variables, as if it had been chosen, and what it would have booted is
 * an entry. Submenus and configurations that an entry opens are flattened in
 * menu order; their entries are called "Submenu>Title".
 *
 * Where GRUB would have tried its default first and then its fallbacks, so do
 * we; a default that is no Linux kernel gives way to the first entry that is
 * one, with a warning.
 *
 * Bounded: steps, memory, nesting, words, files. An entry that exceeds a
 * bound is left out, the others stay.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_H
#define P2V_BOOTCONF_GRUB_GRUB_H

#include "bootconf/reader.h"

/* Evaluates the file @path of device @device and appends to @list what it
 * offers. An entry whose kernel does not exist is left out with a warning. At
 * most one entry becomes the default. 0, or -errno when the file cannot be
 * read (a warning names it) or memory ran out. */
int grub_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		  struct boot_list *list);

#endif
