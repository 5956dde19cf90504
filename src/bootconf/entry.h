/* entry.h - a boot entry, as every reader produces it
 */
#ifndef P2V_BOOTCONF_ENTRY_H
#define P2V_BOOTCONF_ENTRY_H

#include "util/jdoc.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file on one of the trees that a search looks at (see find/tree.h), or a
 * part of one: the sections of a unified kernel image. */
struct boot_file {
	char *device;    /* owned: the tree's name, "vda1" or "root"; NULL: not known */
	char *path;      /* owned: absolute inside the tree, "/boot/vmlinuz-6.1.0-56-amd64" */
	char *newc;      /* owned: the kernel is to find it in its initramfs under this name
			  * (GRUB's newc:NAME:FILE); NULL: it is an initramfs itself */
	uint64_t offset; /* bytes */
	uint64_t size;   /* bytes; 0: to the end of the file */
};

/* What the boot loader writes into its environment block when it starts an
 * entry: next_entry is consumed, saved_entry follows. Nothing is written
 * before the entry is really booted. */
struct boot_save {
	struct boot_file block; /* path NULL: there is none */
	struct strv set;        /* "NAME=VALUE"; "NAME" alone: unset */
	char *name; /* owned; what saved_entry calls this entry, "SUBMENU>ID"; NULL: nothing */
};

struct boot_entry {
	char *id;    /* owned: as the boot loader's own configuration has it, or a made-up
		      * one; unique in its list */
	char *title; /* owned */
	struct boot_file kernel;
	struct boot_file *initrds; /* owned; in load order */
	size_t initrd_count;
	struct boot_file devicetree; /* path NULL: none */
	struct boot_save save;
	char *cmdline; /* owned; "" if none */
	char *source;  /* owned: the configuration that it came from, "root:/boot/grub/grub.cfg" */
	const char
		*reader; /* static; which kind of configuration that is: "grub"; NULL: not told */
	bool is_default;
	bool is_other; /* of a configuration that the machine would not have booted with */
};

/* In menu order: those of the configuration that the machine would have booted
 * with first, then those of the others, which their source tells apart. */
struct boot_list {
	struct boot_entry *v; /* owned */
	size_t n;
	bool has_timeout;     /* the configuration says how long the default waits */
	unsigned timeout;     /* seconds */
	struct strv warnings; /* "FILE:LINE: what", a line each */
};

/* Appends an empty entry; NULL when out of memory or above 4096 entries. */
struct boot_entry *boot_list_add(struct boot_list *l);
int boot_file_set(struct boot_file *f, const char *device, const char *path);
/* "DEVICE:/path", of a part of a file "DEVICE:/path#OFFSET+SIZE"; owned by the
 * caller, NULL: out of memory. */
char *boot_file_text(const struct boot_file *f);
int boot_entry_add_initrd(struct boot_entry *e, const char *device, const char *path);
void boot_entry_clear_initrds(struct boot_entry *e);
/* Leaves an empty entry behind. */
void boot_entry_release(struct boot_entry *e);
void boot_list_release(struct boot_list *l);
/* The entry with that id (".conf" or ".efi" at its end may be left out, or be
 * too much), else with that title, else with that number in the list
 * ("0" is the first); NULL for none. */
const struct boot_entry *boot_list_find(const struct boot_list *l, const char *what);
/* The default entry, else the first, else NULL. */
const struct boot_entry *boot_list_default(const struct boot_list *l);
/* The JSON array of `p2v-boot list --json` (README.rst has its schema); files
 * are written DEVICE:/path. Owned. */
struct jdoc *boot_list_to_json(const struct boot_list *l);

#endif
