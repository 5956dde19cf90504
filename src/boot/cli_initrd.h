/* cli_initrd.h - the commands of p2v-boot that look into an initramfs, for the
 * scripts that add drivers to one; p2v-boot(8) has what they print
 *
 * @file is the image. Each returns one of enum p2v_exit's values: refused when
 * the image, or the file in it, cannot be read.
 */
#ifndef P2V_BOOT_CLI_INITRD_H
#define P2V_BOOT_CLI_INITRD_H

#include <stdbool.h>

/* The names of all files. */
int cli_initrd_files(const char *file);
/* A file's content; @link: what a symbolic link points to. */
int cli_initrd_cat(const char *file, const char *name, bool link);
/* All that can be said of the image, as lines for programs or as JSON. */
int cli_initrd_show(const char *file, bool json);

#endif
