/* bls_item.h - boot loader entries on their way from their files to the menu
 *
 * What the readers of the Boot Loader Specification share: bls_type1.h reads text
 * entries, bls_type2.h unified kernel images, bls.h merges and sorts, zipl.h has
 * the dialect of IBM Z. bls.h has the whole story.
 */
#ifndef P2V_BOOTCONF_BLS_ITEM_H
#define P2V_BOOTCONF_BLS_ITEM_H

#include "bootconf/reader.h"

#define BLS_ITEM_MAX       1024u             /* files of one evaluation */
#define BLS_ITEM_MAX_BYTES ((size_t)8 << 20) /* of all text entries together */
#define BLS_ITEM_MAX_WARN  100u

/* A directory that is, or holds, the root of a boot partition. */
struct bls_place {
	size_t device;
	const char *prefix; /* "" or a directory: "/boot" */
};

struct bls_item {
	char *id;           /* owned: the file name without counters, "@N" for a profile */
	char *stem;         /* owned: the id without "@N" */
	char *title;        /* owned: as written, not yet unique */
	char *version;      /* owned: for sorting; NULL: none */
	char *show_version; /* owned: for people; NULL: none */
	char *machine_id;   /* owned: NULL: none */
	char *sort_key;     /* owned: NULL: none */
	unsigned profile;
	bool bad; /* boot counting: no tries are left */
	unsigned long left, done;
	size_t number;           /* in the order of reading */
	struct boot_entry entry; /* without id and title */
};

/* All of one evaluation. */
struct bls_items {
	const struct reader_facts *facts;
	struct boot_list *list; /* for the warnings */
	struct bls_item *v;     /* owned */
	size_t n;
	size_t files, bytes, warned; /* spent */
	struct strv vars;            /* GRUB's environment block, "NAME=VALUE" */
	bool vars_read;
};

void bls_items_release(struct bls_items *b);
/* "DEVICE:PATH:LINE: what"; without the line when it is 0. */
void bls_item_warn(struct bls_items *b, size_t device, const char *path, unsigned line,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Another item, empty; NULL when out of memory. */
struct bls_item *bls_item_add(struct bls_items *b);
void bls_item_drop_last(struct bls_items *b);
/* May another file be read? Warns once when the bound is reached. */
bool bls_item_charge(struct bls_items *b, const struct bls_place *p, const char *path);
/* DIR/NAME, owned; NULL: out of memory. */
char *bls_item_join(const char *dir, const char *name);

/* The file that a key of an entry names, as a path on the entry's device,
 * owned; 1 when it does not exist. */
int bls_item_find_file(const struct bls_items *b, const struct bls_place *p, const char *value,
		       char **out);

/* Moves the items into the list, in their order, with unique ids and titles. */
int bls_item_finish(struct bls_items *b);

#endif
