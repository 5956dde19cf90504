/* reader.h - what every reader of a boot configuration is given, and promises
 *
 * A reader is a pure function from the bytes of a configuration and the facts
 * about the file systems around it to a list of entries. It has no access to
 * files but through the callbacks, changes nothing, and prints nothing.
 *
 * Each one keeps these promises, so that a hostile disk can waste neither the
 * machine nor the administrator's time:
 *
 *   - time, memory, nesting and the number of entries are bounded; what exceeds
 *     a bound is left out with a warning, and the other entries still work;
 *   - what it does not understand is a warning "DEVICE:/FILE:LINE: what";
 *   - an entry whose kernel does not exist is left out with a warning;
 *   - at most one entry is the default, the one that the boot loader itself
 *     would have started.
 */
#ifndef P2V_BOOTCONF_READER_H
#define P2V_BOOTCONF_READER_H

#include "bootconf/entry.h"
#include "util/strv.h"

#include <stddef.h>
#include <stdint.h>

#define READER_MAX_CONFIG ((size_t)4 << 20) /* bytes of one configuration file */

/* A file system. Strings are borrowed, "" means unknown. */
struct reader_device {
	const char *name;     /* what entries call it: "vda1" */
	const char *uuid;     /* of the file system */
	const char *label;    /* of the file system */
	const char *partuuid; /* of the partition */
	const char *grub;     /* GRUB's own name, "hd0,gpt2" */
};

enum reader_kind {
	READER_NONE,
	READER_REGULAR,
	READER_DIRECTORY,
};

struct reader_facts {
	const struct reader_device *devices;
	size_t n;
	const char *platform;   /* "pc" or "efi": the firmware that the boot loader would see */
	const char *machine;    /* uname -m of what will run the kernel: "x86_64", "aarch64" */
	const struct strv *env; /* NAME=VALUE that the user set (--env); NULL: none */
	size_t budget;          /* steps that a script may take; 0: the reader's default */
	/* A regular file of at most @max bytes, NUL-terminated, malloc'ed; -errno,
	 * -EFBIG when it is larger. */
	int (*read)(void *ctx, size_t device, const char *path, size_t max, char **out,
		    size_t *len);
	/* @size bytes of it from byte @offset, malloc'ed; -errno, -ENODATA when the
	 * file ends before. */
	int (*read_at)(void *ctx, size_t device, const char *path, uint64_t offset, size_t size,
		       void **out);
	/* What @path is; its size for a regular file (@size may be NULL). */
	enum reader_kind (*stat)(void *ctx, size_t device, const char *path, uint64_t *size);
	/* Appends the names in a directory, sorted by strcmp, no dot files; -errno. */
	int (*list)(void *ctx, size_t device, const char *path, struct strv *names);
	void *ctx;
};

/* Reads the configuration @path of device @device and appends to @list what it
 * offers. 0 (also when it offers nothing), or -errno when the file cannot be
 * read (a warning names it) or memory ran out. */
typedef int reader_fn(const struct reader_facts *facts, size_t device, const char *path,
		      struct boot_list *list);

#endif
