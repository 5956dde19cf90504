/* bls_type1.h - boot loader entries as text files
 *
 * A file of RHEL's may hold variables of GRUB's ($kernelopts). They are taken
 * from GRUB's environment block, so that the entry means the same here; an
 * entry that needs one which is not there is left out, as it would start a
 * kernel without its root=.
 */
#ifndef P2V_BOOTCONF_BLS_TYPE1_H
#define P2V_BOOTCONF_BLS_TYPE1_H

#include "bootconf/bls_item.h"

/* Reads one file and adds what it offers: 0 or -ENOMEM; what cannot be used is a
 * warning. */
int bls_type1_read(struct bls_items *b, const struct bls_place *p, const char *path);
/* The same for all of a place's loader/entries. */
int bls_type1_dir(struct bls_items *b, const struct bls_place *p);

#endif
