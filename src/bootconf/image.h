/* image.h - what kind of kernel a file is, and which version
 *
 * Formats: x86's bzImage (Linux' Documentation/arch/x86/boot.rst), arm64's Image
 * (Documentation/arch/arm64/booting.rst), the EFI zboot image (its header in
 * drivers/firmware/efi/libstub/zboot-header.S), the unified kernel image (UAPI.5;
 * a PE file with the sections .linux and .initrd), compressed ones; and those that
 * kexec cannot start but people try (U-Boot's uImage and FIT, ELF).
 *
 * Pure functions of bytes.
 */
#ifndef P2V_BOOTCONF_IMAGE_H
#define P2V_BOOTCONF_IMAGE_H

#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_HEAD    8192u /* bytes of a file that image_decode() wants, or all of a shorter one */
#define IMAGE_VERSION 128u  /* bytes that hold a version and what ends it */

enum image_kind {
	IMAGE_UNKNOWN,
	IMAGE_BZIMAGE,
	IMAGE_ARM64,
	IMAGE_ZBOOT,      /* payload is the compressed Image */
	IMAGE_COMPRESSED, /* the whole file is */
	IMAGE_UKI,        /* payload is .linux, itself any kind */
	IMAGE_PE,         /* another EFI program */
	IMAGE_UIMAGE,
	IMAGE_FIT,
	IMAGE_ELF,
};

struct image_part {
	uint64_t offset, size; /* bytes in the file; size 0: there is none */
};

struct image {
	enum image_kind kind;
	const char *machine;     /* as uname -m: "x86_64", "i686", "aarch64"; NULL: not said */
	const char *compression; /* "gzip", ... of the payload; NULL: not compressed */
	struct image_part payload;
	struct image_part ucode, initrd, cmdline, dtb; /* of a UKI */
	struct image_part version; /* text that begins with it; of a bzImage, a UKI */
	uint64_t memory;           /* bytes that it takes when it starts; 0: not said */
	uint32_t line_max;         /* bytes of command line that kexec can give it; 0: not said */
	uint16_t protocol;         /* of a bzImage: 0x20f is 2.15 */
	uint32_t page;             /* bytes, of an arm64 Image; 0: not said */
	bool big_endian;
	bool old_call; /* only kexec_load(2) takes it, not kexec_file_load(2) */
};

/* What begins with the @len bytes @head, of a file of @size bytes. 0 (IMAGE_UNKNOWN
 * when it is nothing known), or -ENOEXEC when its own header contradicts it (cut
 * off, a part outside the file). */
int image_decode(const void *head, size_t len, uint64_t size, struct image *out,
		 struct err_text *why);
/* May it be handed to kexec on @machine (uname -m) as it is, with a command line of
 * @line_len bytes? 0, -ENOEXEC, -E2BIG. On machines that no format here belongs to
 * the kernel itself must judge: 0. */
int image_check(const struct image *i, const char *machine, size_t line_len, struct err_text *why);
/* Something inside it must be taken out first. */
bool image_is_wrapped(const struct image *i);
/* The version (uname -r) that the text begins with, into @out: a word that can be part
 * of a file's name. False, and "", when it is none. */
bool image_version(const char *text, size_t len, char *out, size_t size);
/* The version in the first "Linux version ..." that @bytes hold whole: every kernel
 * has that text somewhere, if it is not compressed. False, and "". */
bool image_banner(const void *bytes, size_t len, char *out, size_t size);
/* "a bzImage", "an EFI zboot image". */
const char *image_kind_name(enum image_kind kind);

#endif
