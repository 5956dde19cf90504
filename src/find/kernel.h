/* kernel.h - which version is a kernel, by its image and not by its file's name
 *
 * bootconf/image.h says where an image has it: a bzImage in its header, a unified
 * kernel image in a section. In others the text "Linux version ..." is looked
 * for; a compressed one is unpacked into memory for that.
 */
#ifndef P2V_FIND_KERNEL_H
#define P2V_FIND_KERNEL_H

#include "bootconf/entry.h"
#include "find/tree.h"

#include <stddef.h>

#define KERNEL_MAX_SIZE ((uint64_t)128 << 20) /* bytes that are looked through, unpacked */

/* As uname -r has it, into @out; "" where the image does not tell, or cannot be read.
 * Returns @out. */
const char *kernel_version(const struct find_trees *trees, const struct boot_file *file, char *out,
			   size_t size);
/* The version of each entry's kernel appended to @out, in order. 0 or -ENOMEM. */
int kernel_versions(const struct find_trees *trees, const struct boot_list *list, struct strv *out);

#endif
