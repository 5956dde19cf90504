/* pe.h - the sections of a PE image: EFI programs, unified kernel images
 *
 * Format: Microsoft's "PE Format" document (PE32 and PE32+). Only the headers
 * are read. Everything in them is hostile: a table that leaves the file, or
 * sections that overlap each other or the headers, is an error, because a
 * kernel that was cut off or put together wrongly must not be started.
 */
#ifndef P2V_BOOTCONF_PE_H
#define P2V_BOOTCONF_PE_H

#include "bootconf/reader.h"
#include "util/err.h"

#define PE_MAX_SECTIONS 128u

enum pe_machine {
	PE_MACHINE_I386 = 0x014c,
	PE_MACHINE_ARM = 0x01c2,
	PE_MACHINE_AMD64 = 0x8664,
	PE_MACHINE_ARM64 = 0xaa64,
	PE_MACHINE_RISCV64 = 0x5064,
	PE_MACHINE_LOONGARCH64 = 0x6264,
};

struct pe_section {
	char name[9];
	uint64_t offset; /* in the file, bytes */
	uint64_t size;   /* without the padding that fills it up, bytes */
};

struct pe_image {
	unsigned machine; /* enum pe_machine, or another */
	size_t n;
	struct pe_section v[PE_MAX_SECTIONS]; /* in the order of the section table */
};

/* 0, -errno when the file cannot be read, or -ENOEXEC with the reason in @why
 * when it is no PE image or a broken one. */
int pe_read(const struct reader_facts *facts, size_t device, const char *path,
	    struct pe_image *image, struct err_text *why);

/* Does uname -m's @machine run images of that machine? An unknown one does. */
bool pe_runs_on(const struct pe_image *image, const char *machine);

#endif
