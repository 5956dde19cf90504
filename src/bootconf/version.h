/* version.h - which of two versions is the newer one
 *
 * Boot loaders sort entries, and thereby choose what is started, by rules of
 * their own. All functions return -1, 0 or 1 as strcmp does, and 1 means that
 * @a is newer. NULL is the empty version.
 */
#ifndef P2V_BOOTCONF_VERSION_H
#define P2V_BOOTCONF_VERSION_H

/* UAPI.10, the Version Format Specification, in the reading of systemd-boot
 * and `systemd-analyze compare-versions`: "~" sorts before the end of the
 * string, "^" behind it but before everything else, letters before numbers. */
int version_compare_uapi(const char *a, const char *b);

/* RPM's rpmvercmp: digits and letters in turn, "~" sorts before the end of the
 * string, "^" behind it, everything else only separates. */
int version_compare_rpm(const char *a, const char *b);

/* Fedora's GRUB: NAME-VERSION-RELEASE, each part compared by RPM's rule. What
 * has no "-" is a release, what has one is a version and a release. */
int version_compare_nvr(const char *a, const char *b);

/* GRUB 2.14: gnulib's filevercmp, which is Debian's rule for versions on names
 * whose file name suffixes were set aside. */
int version_compare_file(const char *a, const char *b);

#endif
