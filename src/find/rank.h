/* rank.h - which of a machine's boot configurations is the one it starts with
 *
 * Pure functions, so that the rule can be tested without a disk. In words:
 *
 *   1. A configuration whose boot loader is installed comes before one that
 *      was only left behind.
 *   2. The disk that the firmware numbers first comes first.
 *   3. On that disk, the loader that its boot code names (PC: the boot sector
 *      of the disk or partition; EFI: EFI/BOOT/BOOT<arch>.EFI, the only one
 *      that firmware without boot variables of its own knows) comes first.
 *   4. Else the kinds in the order of the platform:
 *        pc      GRUB 2, GRUB legacy, syslinux, Boot Loader Specification
 *        efi     GRUB 2, Boot Loader Specification, syslinux, GRUB legacy
 *        s390x   Boot Loader Specification (zipl), GRUB 2, ...
 *        ARM, RISC-V without EFI (U-Boot)  extlinux, GRUB 2, ...
 *      and among GRUB 2's files on EFI the one on the ESP, which leads to the
 *      others.
 *   5. Else the order of the file systems, and of the places in each.
 */
#ifndef P2V_FIND_RANK_H
#define P2V_FIND_RANK_H

#include <stdbool.h>
#include <stddef.h>

enum rank_kind {
	RANK_NONE, /* not known, or none of these */
	RANK_GRUB,
	RANK_LEGACY,
	RANK_SYSLINUX,
	RANK_BLS,
};

struct rank_machine {
	const char *platform; /* "pc" or "efi" */
	const char *machine;  /* uname -m */
};

struct rank_candidate {
	enum rank_kind kind;
	unsigned disk;   /* as the firmware counts; 0 where that is not known */
	bool installed;  /* the loader's own files were found */
	bool boot_code;  /* the firmware of that disk starts a loader of this kind */
	bool on_esp;     /* in a vendor's directory of the EFI system partition */
	size_t tree;     /* the file system's number */
	unsigned number; /* the place's, in the order of the search */
};

/* Negative: @a comes before @b; as for qsort. */
int rank_compare(const struct rank_machine *m, const struct rank_candidate *a,
		 const struct rank_candidate *b);

/* What the first 512 bytes of a disk or partition start. GRUB 2 and GRUB legacy
 * are told apart by the length of their first jump. */
enum rank_kind rank_boot_sector(const unsigned char sector[512]);
/* What an EFI program is: systemd-boot (BLS), GRUB or the shim that starts it,
 * syslinux, a unified kernel image (BLS). @len bytes are its beginning. */
enum rank_kind rank_efi_program(const void *program, size_t len);

#endif
