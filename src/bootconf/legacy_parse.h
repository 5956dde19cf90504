/* legacy_parse.h - the lines of a GRUB legacy configuration, sorted into titles
 */
#ifndef P2V_BOOTCONF_LEGACY_PARSE_H
#define P2V_BOOTCONF_LEGACY_PARSE_H

#include "bootconf/entry.h"

#define LEGACY_MAX_ITEMS     4096u
#define LEGACY_MAX_COMMANDS  65536u
#define LEGACY_MAX_FALLBACKS 8u /* as in GRUB */

struct legacy_command {
	char *name; /* owned; its argument is behind the NUL, see legacy_parse_argument() */
	unsigned line;
};

struct legacy_item {
	char *title; /* owned */
	unsigned line;
	size_t first, count; /* of its commands */
	long entry;          /* its place in the list; -1: nothing that we can boot */
};

struct legacy_config {
	struct legacy_item *items; /* owned */
	size_t item_count;
	struct legacy_command *commands; /* owned */
	size_t command_count;
	bool saved;       /* default saved */
	uint64_t initial; /* the number of the default */
	uint64_t fallbacks[LEGACY_MAX_FALLBACKS];
	size_t fallback_count;
	bool has_timeout;
	unsigned timeout; /* seconds */
};

/* @text is changed. @source and @told are for warnings. 0 or -ENOMEM; to be
 * released in either case. */
int legacy_parse(char *text, size_t len, const char *source, struct boot_list *list, unsigned *told,
		 struct legacy_config *c);
void legacy_parse_release(struct legacy_config *c);

const char *legacy_parse_argument(const struct legacy_command *c);
/* The number that @text begins with, decimal or 0x...; false: none. */
bool legacy_parse_number(const char *text, uint64_t *out);

#endif
