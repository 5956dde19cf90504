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
#ifndef P2V_BOOT_GRUB_H
#define P2V_BOOT_GRUB_H

#include "boot/entry.h"

#include <stdint.h>

#define GRUB_MAX_CONFIG ((size_t)4 << 20) /* bytes of one configuration file */

/* A file system. Strings are borrowed, "" means unknown. */
struct grub_device {
	const char *name;  /* what entries call it: "vda1" */
	const char *uuid;  /* for search --fs-uuid */
	const char *label; /* for search --label */
	const char *grub;  /* GRUB's own name, "hd0,gpt2" */
};

enum grub_file_kind {
	GRUB_FILE_NONE,
	GRUB_FILE_REGULAR,
	GRUB_FILE_DIRECTORY,
};

struct grub_facts {
	const struct grub_device *devices;
	size_t n;
	const char *platform; /* "pc", "efi" */
	size_t budget;        /* steps that the script may take; 0: the default, millions */
	/* A regular file of at most @max bytes, NUL-terminated, malloc'ed; -errno. */
	int (*read)(void *ctx, size_t device, const char *path, size_t max, char **out,
		    size_t *len);
	/* What @path is; its size for a regular file (@size may be NULL). */
	enum grub_file_kind (*stat)(void *ctx, size_t device, const char *path, uint64_t *size);
	void *ctx;
};

/* Evaluates the file @path of device @device and appends to @list what it
 * offers. An entry whose kernel does not exist is left out with a warning. At
 * most one entry becomes the default. 0, or -errno when the file cannot be
 * read (a warning names it) or memory ran out. */
int grub_evaluate(const struct grub_facts *facts, size_t device, const char *path,
		  struct boot_list *list);

#endif
