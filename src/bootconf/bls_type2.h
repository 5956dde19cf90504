/* bls_type2.h - boot loader entries as unified kernel images (uki.h)
 */
#ifndef P2V_BOOTCONF_BLS_TYPE2_H
#define P2V_BOOTCONF_BLS_TYPE2_H

#include "bootconf/bls_item.h"
#include "bootconf/uki.h"

/* Reads one image and adds what it offers, an item for each profile: 0 or
 * -ENOMEM; what cannot be used is a warning. */
int bls_type2_read(struct bls_items *b, const struct bls_place *p, const char *path);
/* The same for all of a place's EFI/Linux. */
int bls_type2_dir(struct bls_items *b, const struct bls_place *p);
/* Makes an item of an opened image; @why as in uki_read(). */
int bls_type2_add(struct bls_items *b, const struct bls_place *p, const char *path,
		  const struct pe_image *image, unsigned profile, struct bls_item **out,
		  struct err_text *why);

#endif
