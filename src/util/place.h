/* place.h - where this installation keeps its files and its programs
 */
#ifndef P2V_UTIL_PLACE_H
#define P2V_UTIL_PLACE_H

#include <stddef.h>

/* The folder of scripts ("/usr/lib/p2v-target"): beside the program that is
 * running when that is PREFIX/bin/NAME and PREFIX/lib/p2v-target exists, so
 * that an installation may be moved; else the one chosen at build time.
 * Returns @out (at least 256 bytes). */
const char *place_libexec(char *out, size_t size);

/* Where another of this installation's programs is ("/usr/bin/p2v-boot"): beside
 * the one that is running; only its name, for the PATH, when it is not there.
 * Returns @out. */
const char *place_program(const char *name, char *out, size_t size);

#endif
