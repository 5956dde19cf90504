/* syslinux_parse.h - the lines of a SYSLINUX configuration, sorted into labels
 *
 * Reads the file and those that it includes, as if they were one. What the
 * labels lead to is not looked at here.
 */
#ifndef P2V_BOOTCONF_SYSLINUX_PARSE_H
#define P2V_BOOTCONF_SYSLINUX_PARSE_H

#include "bootconf/reader.h"

#define SYSLINUX_MAX_LABELS 4096u
#define SYSLINUX_MAX_MENUS  256u
#define SYSLINUX_MAX_DEPTH  16u               /* of menus, and of files that include files */
#define SYSLINUX_MAX_FILES  64u               /* read, the same one counted again */
#define SYSLINUX_MAX_BYTES  ((size_t)8 << 20) /* of all files */

struct syslinux_label {
	char *name;            /* owned, as all of them */
	char *title;           /* NULL: the name */
	char *kernel;          /* with what follows it on its line; NULL: the name */
	char *append;          /* NULL: none */
	struct strv initrds;   /* as written; empty: those of the command line */
	char *devicetree;      /* NULL: none */
	const char *foreign;   /* the keyword that starts something else than Linux; static */
	const char *unsettled; /* the keyword that leaves the device tree open; static */
	bool by_name;          /* KERNEL: the ending of the name says what it is */
	bool hidden, disabled, menu_default;
	size_t menu; /* that it is in */
	size_t file; /* where it begins */
	unsigned line;
};

struct syslinux_menu {
	char *tag, *label, *title; /* owned; NULL: not given */
	size_t parent;
	unsigned depth; /* 0: the main menu */
};

struct syslinux_config {
	struct syslinux_label *labels; /* owned */
	size_t label_count;
	struct syslinux_menu *menus; /* owned; [0] is the main menu */
	size_t menu_count;
	char *append;             /* owned; for what has no label; NULL: none */
	char *initial, *by_clock; /* owned; DEFAULT, ONTIMEOUT; NULL: not given */
	bool has_timeout;
	unsigned timeout;  /* seconds, rounded up */
	struct strv files; /* "DEVICE:/path" */
	unsigned told;     /* warnings */
};

/* 0, or -errno when the file itself cannot be read (a warning names it) or
 * memory ran out. To be released in either case. */
int syslinux_parse(const struct reader_facts *facts, size_t device, const char *path,
		   struct boot_list *list, struct syslinux_config *c);
void syslinux_parse_release(struct syslinux_config *c);

/* Appends a label that is open for keywords; NULL when out of memory or above
 * SYSLINUX_MAX_LABELS. */
struct syslinux_label *syslinux_parse_add(struct syslinux_config *c, const char *name);

#endif
