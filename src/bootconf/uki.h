/* uki.h - unified kernel images: kernel, initrd, command line in one EFI program
 *
 * Formats: UAPI.5, Unified Kernel Image (sections, profiles, addons), and
 * os-release(5) for what is in .osrel and .profile. The EFI stub's own work is
 * done here: .ucode comes before .initrd, a profile's section replaces the one
 * of the same name before the first .profile, addons add to the command line
 * and to the initrds.
 */
#ifndef P2V_BOOTCONF_UKI_H
#define P2V_BOOTCONF_UKI_H

#include "bootconf/pe.h"

#define UKI_MAX_PROFILES 64u

struct uki {
	char *name;     /* owned: PRETTY_NAME or the like; NULL: none */
	char *version;  /* owned: of the system, for sorting; NULL: none */
	char *sort_key; /* owned: NULL: none */
	char *uname;    /* owned: the kernel's version; NULL: unknown */
	char *cmdline;  /* owned: NULL: the image has none */
	char *profile;  /* owned: TITLE= or ID= of the profile; NULL: none */
	struct pe_section kernel, initrd, ucode, devicetree; /* size 0: none */
};

/* pe_read(), and -ENOEXEC when there is no .linux section. */
int uki_open(const struct reader_facts *facts, size_t device, const char *path,
	     struct pe_image *image, struct err_text *why);
/* How many entries it makes, at least 1, at most UKI_MAX_PROFILES. */
unsigned uki_profiles(const struct pe_image *image);
/* What the stub would start for that profile. -ENOEXEC with @why when it
 * cannot be used, -errno. */
int uki_read(const struct reader_facts *facts, size_t device, const char *path,
	     const struct pe_image *image, unsigned profile, struct uki *out, struct err_text *why);
void uki_release(struct uki *u);
/* Kernel, initrds, device tree and command line into @e, addons beside the
 * image included. What an addon has that cannot be used is a warning. */
int uki_to_entry(const struct reader_facts *facts, size_t device, const char *path,
		 const struct uki *u, struct boot_entry *e, struct strv *warnings);

/* The value of KEY= in os-release's format, unquoted; NULL: not there or out
 * of memory. Owned by the caller. */
char *uki_osrel_get(const char *osrel, const char *key);

#endif
