/* bls.h - the Boot Loader Specification, as systemd-boot reads it
 *
 * Formats and rules: UAPI.1, Boot Loader Specification (text entries in
 * loader/entries, "type 1"; unified kernel images in EFI/Linux, "type 2"; boot
 * counting; the order of the menu), UAPI.5 (uki.h), UAPI.10 (version.h), and
 * systemd's loader.conf(5).
 *
 * The entries of the EFI system partition and of the extended boot partition
 * (XBOOTLDR) are one menu. Whether a file system is one of them is told by what
 * it holds, /loader/entries or /EFI/Linux; two file systems whose GRUB names
 * are both known belong together only when they are on the same disk. In a
 * tree that has them mounted, /boot, /efi and /boot/efi are looked at, too.
 *
 * An entry's id is its file name with the suffix, without the boot counters,
 * as `bootctl list` has it: "arch.conf", "linux.efi", for a further profile of
 * an image "linux.efi@1". The default is the first entry that loader.conf's
 * `default` pattern fits, else the first; entries that have no tries left are
 * last. EFI variables (LoaderEntryOneShot, LoaderEntryDefault, @saved) are
 * firmware's, not the disk's, and are not consulted.
 */
#ifndef P2V_BOOTCONF_BLS_H
#define P2V_BOOTCONF_BLS_H

#include "bootconf/reader.h"

/* A reader_fn. @path is the directory "/loader", or one like "/boot/loader", or
 * "/EFI/Linux"; a file below /loader stands for the directory. For a
 * single unified kernel image ("/EFI/Linux/x.efi") only that one is read. zipl.conf
 * is handed on to zipl.h's reader, and on s390x everything is. */
int bls_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		 struct boot_list *list);

/* Does the device have text entries or unified kernel images there? @prefix: ""
 * or the directory where the boot partition is mounted. */
bool bls_is_there(const struct reader_facts *facts, size_t device, const char *prefix);

#endif
