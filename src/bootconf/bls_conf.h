/* bls_conf.h - the text of a boot loader entry
 *
 * Format: UAPI.1, the Boot Loader Specification, "Type #1". A line is a key,
 * blanks, and the value up to the end of the line; '#' begins a comment line.
 * loader.conf of systemd-boot has the same form.
 */
#ifndef P2V_BOOTCONF_BLS_CONF_H
#define P2V_BOOTCONF_BLS_CONF_H

#include <stdbool.h>
#include <stddef.h>

#define BLS_CONF_MAX_FILE ((size_t)1 << 20) /* bytes, as in GRUB */
#define BLS_CONF_MAX_KEYS 1024u

enum bls_dialect {
	BLS_UAPI, /* blank lines and keys without a value are skipped */
	BLS_GRUB, /* GRUB's blscfg stops reading at one */
};

struct bls_pair {
	const char *key, *value; /* in bls_conf.text */
	unsigned line;           /* from 1 */
};

struct bls_conf {
	char *text;         /* owned */
	struct bls_pair *v; /* owned; in the order of the file */
	size_t n;
};

/* Takes @text, NUL-terminated and malloc'ed, over, also when it fails: 0,
 * -ENOMEM, or -E2BIG when there are too many lines. */
int bls_conf_parse(char *text, enum bls_dialect dialect, struct bls_conf *conf);
void bls_conf_release(struct bls_conf *c);
/* The first pair with that key at or behind number @from; NULL: none. */
const struct bls_pair *bls_conf_next(const struct bls_conf *c, const char *key, size_t from);
/* The value; where the key is repeated, the last one. NULL: none. */
const char *bls_conf_last(const struct bls_conf *c, const char *key);
/* Drops the blanks at both ends, in place. */
char *bls_conf_trim(char *s);

#endif
