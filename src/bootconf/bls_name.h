/* bls_name.h - what the file name of a boot loader entry says
 *
 * Format: UAPI.1, the Boot Loader Specification, "Boot counting".
 */
#ifndef P2V_BOOTCONF_BLS_NAME_H
#define P2V_BOOTCONF_BLS_NAME_H

#include <stdbool.h>

/* A file name's parts: NAME[+LEFT[-DONE]]SUFFIX. */
struct bls_name {
	char *id;     /* owned: NAME and SUFFIX */
	bool counted; /* boot counting is on */
	unsigned long left, done;
};

/* False when @file does not end in @suffix (upper or lower case) or memory ran out. */
bool bls_name_parse(const char *file, const char *suffix, struct bls_name *name);
void bls_name_release(struct bls_name *name);

#endif
