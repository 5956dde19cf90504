/* image.c - see image.h */
#include "bootconf/image.h"
#include "util/buf.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define IMAGE_MAX_LINE 65536u

/* x86's kexec_file_load keeps room for what it adds for a crash kernel, always. */
#define IMAGE_X86_RESERVE 30u
#define IMAGE_ARM64_LINE  2047u /* arm64 cuts off what is longer */

/* bits of xloadflags that kexec_file_load asks for: 64-bit entry, above 4 GiB */
#define IMAGE_X86_64_FLAGS 0x3u

/* One file that is being decoded; whatever is outside of the head reads as zero. */
struct image_bytes {
	const uint8_t *b;
	size_t len;
	uint64_t size;
};

static uint64_t image_le(const struct image_bytes *in, uint64_t at, size_t width)
{
	struct buf_reader r;

	if (at > in->len || width > in->len - at)
		return 0;
	r = buf_reader(in->b + at, width);
	return buf_get_le(&r, width);
}

static bool image_is(const struct image_bytes *in, uint64_t at, const char *text, size_t len)
{
	return at <= in->len && len <= in->len - at && !memcmp(in->b + at, text, len);
}

static bool image_inside(const struct image_bytes *in, const struct image_part *p)
{
	return p->offset <= in->size && p->size <= in->size - p->offset;
}

/* A pointer into the set-up code, from byte 0x200, to "VERSION (who@where) #1 ...". */
static void image_bzimage_version(const struct image_bytes *in, struct image *out)
{
	uint64_t sectors = image_le(in, 0x1f1, 1), at = image_le(in, 0x20e, 2);
	struct image_part part = {.offset = at + 0x200, .size = IMAGE_VERSION};

	if (!at || at >= (sectors ? sectors : 4) * 0x200 || part.offset >= in->size)
		return;
	if (part.size > in->size - part.offset)
		part.size = in->size - part.offset;
	out->version = part;
}

static void image_bzimage(const struct image_bytes *in, struct image *out)
{
	uint16_t flags = 0;
	uint32_t line = 255; /* before 2.06 */

	out->kind = IMAGE_BZIMAGE;
	out->protocol = (uint16_t)image_le(in, 0x206, 2);
	if (out->protocol >= 0x206)
		line = (uint32_t)image_le(in, 0x238, 4);
	if (out->protocol >= 0x20a)
		out->memory = image_le(in, 0x260, 4);
	if (out->protocol >= 0x20c)
		flags = (uint16_t)image_le(in, 0x236, 2);
	out->machine = flags & 1 ? "x86_64" : "i686";
	image_bzimage_version(in, out);
	out->old_call = (flags & IMAGE_X86_64_FLAGS) != IMAGE_X86_64_FLAGS;
	/* The kernel counts the final NUL. */
	out->line_max = line > IMAGE_X86_RESERVE + 1 ? line - IMAGE_X86_RESERVE - 1 : 0;
}

static void image_arm64(const struct image_bytes *in, struct image *out)
{
	static const uint32_t pages[] = {0, 4096, 16384, 65536};
	uint64_t flags = image_le(in, 24, 8);

	out->kind = IMAGE_ARM64;
	out->machine = "aarch64";
	out->memory = image_le(in, 16, 8);
	out->big_endian = flags & 1;
	out->page = pages[flags >> 1 & 3];
	out->line_max = IMAGE_ARM64_LINE;
}

static const char *image_compression(const struct image_bytes *in)
{
	static const struct {
		const char *name, *magic;
		size_t len;
	} known[] = {
		{"gzip", "\x1f\x8b", 2},
		{"xz", "\xfd\x37zXZ", 6},
		{"zstd", "\x28\xb5\x2f\xfd", 4},
		{"lz4", "\x02\x21\x4c\x18", 4},
		{"bzip2", "BZh", 3},
		{"lzma", "\x5d\0\0", 3},
		{"lzo", "\x89LZO", 4},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (image_is(in, 0, known[i].magic, known[i].len))
			return known[i].name;
	return NULL;
}

/* The names are the kernel's for its compressors: "zstd22", "xzkern". */
static int image_zboot(const struct image_bytes *in, struct image *out, struct err_text *why)
{
	static const char *const known[] = {"gzip", "xz", "zstd", "lz4", "lzma", "lzo"};

	out->kind = IMAGE_ZBOOT;
	out->payload.offset = image_le(in, 8, 4);
	out->payload.size = image_le(in, 12, 4);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!out->compression && image_is(in, 24, known[i], strlen(known[i])))
			out->compression = known[i];
	if (!out->compression)
		return err_set(why, -ENOEXEC, "an EFI zboot image with an unknown compression");
	if (!out->payload.size || out->payload.offset < 64 || !image_inside(in, &out->payload))
		return err_set(why, -ENOEXEC, "an EFI zboot image that is cut off, or damaged");
	return 0;
}

static const char *image_pe_machine(unsigned machine)
{
	switch (machine) {
	case 0x8664:
		return "x86_64";
	case 0x014c:
		return "i686";
	case 0xaa64:
		return "aarch64";
	default:
		return NULL;
	}
}

/* The first section of each name counts: those of further profiles come later. */
static int image_section(const struct image_bytes *in, uint64_t at, struct image *out,
			 struct err_text *why)
{
	const struct {
		char name[8];
		struct image_part *part;
	} known[] = {
		{".linux", &out->payload},   {".ucode", &out->ucode}, {".initrd", &out->initrd},
		{".cmdline", &out->cmdline}, {".dtb", &out->dtb},     {".uname", &out->version},
	};
	struct image_part part = {.offset = image_le(in, at + 20, 4),
				  .size = image_le(in, at + 16, 4)};
	uint64_t used = image_le(in, at + 8, 4);

	/* On disk it is rounded up. */
	if (used < part.size)
		part.size = used;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!image_is(in, at, known[i].name, 8) || known[i].part->size || !part.size)
			continue;
		if (!image_inside(in, &part))
			return err_set(why, -ENOEXEC,
				       "a unified kernel image that is cut off: its section %.8s "
				       "extends beyond the end of the file",
				       known[i].name);
		*known[i].part = part;
	}
	return 0;
}

/* @pe: where the PE header begins. */
static int image_pe(const struct image_bytes *in, uint64_t pe, struct image *out,
		    struct err_text *why)
{
	uint64_t sections = image_le(in, pe + 6, 2);
	uint64_t at = pe + 24 + image_le(in, pe + 20, 2);

	out->kind = IMAGE_PE;
	out->machine = image_pe_machine((unsigned)image_le(in, pe + 4, 2));
	for (uint64_t i = 0; i < sections && at + 40 <= in->len; i++, at += 40) {
		int r = image_section(in, at, out, why);

		if (r < 0)
			return r;
	}
	if (out->payload.size)
		out->kind = IMAGE_UKI;
	return 0;
}

static void image_elf(const struct image_bytes *in, struct image *out)
{
	uint64_t machine = image_le(in, 18, 2);

	out->kind = IMAGE_ELF;
	out->machine = machine == 62    ? "x86_64"
		       : machine == 3   ? "i686"
		       : machine == 183 ? "aarch64"
					: NULL;
}

int image_decode(const void *head, size_t len, uint64_t size, struct image *out,
		 struct err_text *why)
{
	const struct image_bytes in = {.b = head, .len = len, .size = size};
	uint64_t pe = image_le(&in, 0x3c, 4);

	*out = (struct image){0};
	if (len < 64)
		return err_set(why, -ENOEXEC, "the file is too short to be a kernel");
	if (image_is(&in, 0x1fe, "\x55\xaa", 2) && image_is(&in, 0x202, "HdrS", 4)) {
		if (len < 0x264)
			return err_set(why, -ENOEXEC, "a bzImage that is cut off");
		image_bzimage(&in, out);
	} else if (image_is(&in, 0, "MZ", 2) && image_is(&in, 4, "zimg", 4)) {
		return image_zboot(&in, out, why);
	} else if (image_is(&in, 56, "ARM\x64", 4)) {
		image_arm64(&in, out);
	} else if (image_is(&in, 0, "MZ", 2) && image_is(&in, pe, "PE\0\0", 4)) {
		return image_pe(&in, pe, out, why);
	} else if (image_is(&in, 0, "\x27\x05\x19\x56", 4)) {
		out->kind = IMAGE_UIMAGE;
	} else if (image_is(&in, 0, "\xd0\x0d\xfe\xed", 4)) {
		out->kind = IMAGE_FIT;
	} else if (image_is(&in, 0,
			    "\x7f"
			    "ELF",
			    4)) {
		image_elf(&in, out);
	} else {
		out->compression = image_compression(&in);
		if (out->compression) {
			out->kind = IMAGE_COMPRESSED;
			out->payload.size = size;
		}
	}
	return 0;
}

bool image_is_wrapped(const struct image *i)
{
	return i->kind == IMAGE_ZBOOT || i->kind == IMAGE_COMPRESSED || i->kind == IMAGE_UKI;
}

bool image_version(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	while (n < len &&
	       (isalnum((unsigned char)text[n]) || (text[n] && strchr("._+~-", text[n]))))
		n++;
	/* It must end, and begin as all of them do. */
	if (n >= size || !n || !isdigit((unsigned char)text[0]) ||
	    (n < len && text[n] && !isspace((unsigned char)text[n])))
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

bool image_banner(const void *bytes, size_t len, char *out, size_t size)
{
	static const char mark[] = "Linux version ";
	const char *at = bytes, *end = at + len;

	out[0] = '\0';
	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		size_t left;

		at += sizeof(mark) - 1;
		left = (size_t)(end - at);
		if (memchr(at, ' ', left < IMAGE_VERSION ? left : IMAGE_VERSION) &&
		    image_version(at, left, out, size))
			return true;
	}
	return false;
}

const char *image_kind_name(enum image_kind kind)
{
	switch (kind) {
	case IMAGE_BZIMAGE:
		return "a bzImage";
	case IMAGE_ARM64:
		return "an arm64 Image";
	case IMAGE_ZBOOT:
		return "an EFI zboot image";
	case IMAGE_COMPRESSED:
		return "a compressed file";
	case IMAGE_UKI:
		return "a unified kernel image";
	case IMAGE_PE:
		return "an EFI program without a kernel in it";
	case IMAGE_UIMAGE:
		return "a U-Boot image (uImage; the kernel in it begins at byte 64)";
	case IMAGE_FIT:
		return "a device tree, or U-Boot's FIT image";
	case IMAGE_ELF:
		return "an ELF file (vmlinux?)";
	case IMAGE_UNKNOWN:
		break;
	}
	return "not a Linux kernel";
}

/* @machine runs x86 kernels of both widths. */
static bool image_is_x86(const char *machine)
{
	return !strcmp(machine, "x86_64") || (machine[0] == 'i' && !strcmp(machine + 2, "86"));
}

static int image_check_machine(const struct image *i, const char *machine, struct err_text *why)
{
	bool x86 = image_is_x86(machine);
	enum image_kind wanted = x86 ? IMAGE_BZIMAGE : IMAGE_ARM64;

	if (i->machine && i->kind != wanted && strcmp(i->machine, machine) != 0)
		return err_set(why, -ENOEXEC, "the file is %s for %s, this machine is %s",
			       image_kind_name(i->kind), i->machine, machine);
	if (i->kind != wanted)
		return err_set(why, -ENOEXEC, "the file is %s; kexec here starts %s",
			       image_kind_name(i->kind), image_kind_name(wanted));
	if (!strcmp(i->machine, "x86_64") && strcmp(machine, "x86_64") != 0)
		return err_set(why, -ENOEXEC,
			       "a 64-bit kernel, which the running 32-bit one cannot start");
	return 0;
}

static int image_check_arm64(const struct image *i, struct err_text *why)
{
	const bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	if (!i->memory)
		return err_set(why, -ENOEXEC,
			       "the kernel is older than 3.17 and does not say its size");
	if (i->big_endian != big)
		return err_set(why, -ENOEXEC, "the kernel is %s-endian, the running one is not",
			       i->big_endian ? "big" : "little");
	return 0;
}

int image_check(const struct image *i, const char *machine, size_t line_len, struct err_text *why)
{
	bool arm64 = !strcmp(machine, "aarch64");
	int r = 0;

	if (line_len > IMAGE_MAX_LINE)
		return err_set(why, -E2BIG, "the kernel command line is too long (%zu bytes)",
			       line_len);
	if (!arm64 && !image_is_x86(machine))
		return 0;
	r = image_check_machine(i, machine, why);
	if (!r && arm64)
		r = image_check_arm64(i, why);
	if (!r && line_len > i->line_max)
		return err_set(why, -E2BIG, "the command line has %zu bytes, this kernel takes %u",
			       line_len, i->line_max);
	return r;
}
