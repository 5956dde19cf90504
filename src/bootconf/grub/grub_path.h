/* grub_path.h - devices and files as a GRUB script names them
 *
 * GRUB knows devices by firmware order: hd0, hd1. The caller says what it
 * knows of that; where a script names a device that nobody claims, a file is
 * taken from the file systems whose GRUB name is not known, if it is there.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_PATH_H
#define P2V_BOOTCONF_GRUB_GRUB_PATH_H

#include "bootconf/grub/grub_eval.h"
#include "bootconf/reader.h"

struct grub_where {
	long device;      /* -1: not one that we know */
	const char *path; /* absolute, in the arena; NULL: no path at all */
	enum reader_kind kind;
	uint64_t size; /* bytes */
};

/* The file "(hd0,1)/vmlinuz", or "/vmlinuz" of $root. */
struct grub_where grub_path_find(struct grub_eval *ev, const char *word);
/* The device that GRUB or we call so ("hd0,1", "(hd0,gpt1)", "vda1"); -1: none. */
long grub_path_device(const struct grub_eval *ev, const char *name);
/* What a script calls the device. */
const char *grub_path_name(const struct grub_eval *ev, size_t device);

#endif
