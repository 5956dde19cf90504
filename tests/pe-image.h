/* pe-image.h - makes PE images, for tests of unified kernel images
 *
 * The smallest file that the format allows: a DOS header, a PE32+ header
 * without data directories, the section table, and the sections, each filled
 * up to 512 bytes as linkers do it.
 */
#ifndef P2V_TESTS_PE_IMAGE_H
#define P2V_TESTS_PE_IMAGE_H

#include "util/buf.h"

#include <stdlib.h>
#include <string.h>

#define PE_IMAGE_HEADER   0x40u /* where the PE header begins */
#define PE_IMAGE_OPTIONAL 112u  /* bytes of the optional header */
#define PE_IMAGE_TABLE    (PE_IMAGE_HEADER + 24 + PE_IMAGE_OPTIONAL)
#define PE_IMAGE_ALIGN    512u

struct pe_image_section {
	const char *name; /* at most 8 characters; NULL ends the table */
	const void *data;
	size_t size; /* 0: @data is a string */
};

static inline size_t pe_image_align(size_t n)
{
	return (n + PE_IMAGE_ALIGN - 1) / PE_IMAGE_ALIGN * PE_IMAGE_ALIGN;
}

static inline size_t pe_image_size(const struct pe_image_section *s)
{
	return s->size ? s->size : strlen(s->data);
}

static inline size_t pe_image_count(const struct pe_image_section *s)
{
	size_t n = 0;

	while (s[n].name)
		n++;
	return n;
}

static inline void pe_image_headers(uint8_t *file, unsigned machine, size_t n)
{
	uint8_t *p = file + PE_IMAGE_HEADER;

	memcpy(file, "MZ", 2);
	buf_put_u32(file + 0x3c, PE_IMAGE_HEADER);
	p = buf_put_u32(p, 0x4550);
	p = buf_put_u16(p, (uint16_t)machine);
	p = buf_put_u16(p, (uint16_t)n);
	p = buf_put_le(p + 12, PE_IMAGE_OPTIONAL, 2);
	p = buf_put_u16(p, 0x0206); /* executable, no line numbers, no debug */
	buf_put_u16(p, 0x20b);      /* PE32+ */
	buf_put_u32(p + 32, 4096);  /* alignment in memory, and in the file */
	buf_put_u32(p + 36, PE_IMAGE_ALIGN);
	buf_put_u16(p + 68, 10); /* an EFI application */
}

/* The image, owned by the caller, and its length. */
static inline uint8_t *pe_image(unsigned machine, const struct pe_image_section *s, size_t *len)
{
	size_t n = pe_image_count(s), at = pe_image_align(PE_IMAGE_TABLE + n * 40), size = at;
	uint32_t memory = 0x10000;
	uint8_t *file, *p;

	for (size_t i = 0; i < n; i++)
		size += pe_image_align(pe_image_size(&s[i]));
	file = calloc(1, size);
	if (!file)
		abort();
	pe_image_headers(file, machine, n);
	p = file + PE_IMAGE_TABLE;
	for (size_t i = 0; i < n; i++) {
		size_t bytes = pe_image_size(&s[i]), room = pe_image_align(bytes);

		memcpy(p, s[i].name, strnlen(s[i].name, 8));
		p = buf_put_u32(p + 8, (uint32_t)bytes);
		p = buf_put_u32(p, memory);
		p = buf_put_u32(p, (uint32_t)room);
		p = buf_put_u32(p, (uint32_t)at);
		p = buf_put_u32(p + 12, 0x40000040); /* data, readable */
		memcpy(file + at, s[i].data, bytes);
		at += room;
		memory += (uint32_t)(room + 0xfff) / 0x1000 * 0x1000 + 0x1000;
	}
	*len = size;
	return file;
}

#endif
