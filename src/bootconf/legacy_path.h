/* legacy_path.h - devices and files as GRUB legacy names them */
#ifndef P2V_BOOTCONF_LEGACY_PATH_H
#define P2V_BOOTCONF_LEGACY_PATH_H

#include "bootconf/reader.h"

struct legacy_where {
	size_t device;
	char *path; /* owned; NULL: not found */
};

/* The device "hd0,0" (without parentheses); -1: none that we know. @map is the
 * text of a device.map, or NULL. */
long legacy_path_device(const struct reader_facts *facts, const char *map, const char *name);

/* The file "(hd0,0)/vmlinuz" or "/vmlinuz". @root: the device for the latter, ""
 * for @own, the device that the configuration is on. 0 (w->path may be NULL) or
 * -ENOMEM. */
int legacy_path_find(const struct reader_facts *facts, const char *map, size_t own,
		     const char *root, const char *word, struct legacy_where *w);

#endif
