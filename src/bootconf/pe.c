/* pe.c - see pe.h */
#include "bootconf/pe.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define PE_DOS_HEADER     64u
#define PE_HEADER         26u /* signature, COFF header, magic of the optional header */
#define PE_SECTION_HEADER 40u
#define PE_MAX_OFFSET     ((uint64_t)1 << 20) /* of the PE header */

struct pe_reader {
	const struct reader_facts *facts;
	size_t device;
	const char *path;
	uint64_t size;
	struct err_text *why;
};

static int pe_bad(const struct pe_reader *r, const char *what)
{
	return err_set(r->why, -ENOEXEC, "%s", what);
}

/* @out: owned by the caller */
static int pe_get(const struct pe_reader *r, uint64_t offset, size_t size, void **out)
{
	int e;

	if (offset > r->size || size > r->size - offset)
		return pe_bad(r, "the file is cut off in its headers");
	e = r->facts->read_at(r->facts->ctx, r->device, r->path, offset, size, out);
	if (e < 0)
		err_set(r->why, e, "cannot be read: %s", strerror(-e));
	return e;
}

/* Where the PE header begins. */
static int pe_dos_header(const struct pe_reader *r, uint64_t *offset)
{
	CLEANUP_FREE void *head = NULL;
	struct buf_reader b;
	int e = pe_get(r, 0, PE_DOS_HEADER, &head);

	if (e < 0)
		return e;
	if (memcmp(head, "MZ", 2) != 0)
		return pe_bad(r, "the file is not an EFI program");
	b = buf_reader((const uint8_t *)head + 0x3c, 4);
	*offset = buf_get_u32(&b);
	return *offset < 4 || *offset > PE_MAX_OFFSET ? pe_bad(r, "the file has no PE header") : 0;
}

/* Reads the headers up to the section table: its place and its length. */
static int pe_header(const struct pe_reader *r, struct pe_image *image, uint64_t *table)
{
	CLEANUP_FREE void *head = NULL;
	struct buf_reader b;
	uint64_t offset = 0;
	unsigned optional, magic;
	int e = pe_dos_header(r, &offset);

	if (e < 0)
		return e;
	e = pe_get(r, offset, PE_HEADER, &head);
	if (e < 0)
		return e;
	b = buf_reader(head, PE_HEADER);
	if (buf_get_u32(&b) != 0x4550) /* "PE\0\0" */
		return pe_bad(r, "the file has no PE header");
	image->machine = buf_get_u16(&b);
	image->n = buf_get_u16(&b);
	buf_get(&b, 12); /* time, symbol table */
	optional = buf_get_u16(&b);
	buf_get(&b, 2);
	magic = buf_get_u16(&b);
	if (magic != 0x20b && magic != 0x10b)
		return pe_bad(r, "the PE header is neither PE32+ nor PE32");
	if (image->n > PE_MAX_SECTIONS)
		return pe_bad(r, "the section table is too long");
	*table = offset + PE_HEADER - 2 + optional;
	return 0;
}

static int pe_section(const struct pe_reader *r, struct buf_reader *b, struct pe_section *s)
{
	const uint8_t *name = buf_get(b, 8);
	uint64_t memory = buf_get_u32(b), raw;

	memcpy(s->name, name, 8);
	buf_get(b, 4); /* virtual address */
	raw = buf_get_u32(b);
	s->offset = buf_get_u32(b);
	buf_get(b, 16);
	/* The file's part is padded; what is longer in memory is zeros there. */
	s->size = memory && memory < raw ? memory : raw;
	if (s->size && (s->offset > r->size || s->size > r->size - s->offset))
		return err_set(r->why, -ENOEXEC, "the section %s is cut off", s->name);
	return 0;
}

/* Sections in the file must be behind the headers and beside each other. */
static int pe_check(const struct pe_reader *r, const struct pe_image *image, uint64_t headers)
{
	for (size_t i = 0; i < image->n; i++) {
		const struct pe_section *s = &image->v[i];

		if (s->size && s->offset < headers)
			return err_set(r->why, -ENOEXEC, "the section %s overlaps the headers",
				       s->name);
		for (size_t k = 0; k < i && s->size; k++) {
			const struct pe_section *t = &image->v[k];

			if (t->size && s->offset < t->offset + t->size &&
			    t->offset < s->offset + s->size)
				return err_set(r->why, -ENOEXEC, "the sections %s and %s overlap",
					       t->name, s->name);
		}
	}
	return 0;
}

int pe_read(const struct reader_facts *facts, size_t device, const char *path,
	    struct pe_image *image, struct err_text *why)
{
	struct pe_reader r = {.facts = facts, .device = device, .path = path, .why = why};
	CLEANUP_FREE void *sections = NULL;
	uint64_t table = 0;
	struct buf_reader b;
	int e;

	*image = (struct pe_image){0};
	if (facts->stat(facts->ctx, device, path, &r.size) != READER_REGULAR)
		return err_set(why, -ENOENT, "does not exist");
	e = pe_header(&r, image, &table);
	if (e < 0 || !image->n)
		return e;
	e = pe_get(&r, table, image->n * PE_SECTION_HEADER, &sections);
	if (e < 0)
		return e;
	b = buf_reader(sections, image->n * PE_SECTION_HEADER);
	for (size_t i = 0; i < image->n && !e; i++)
		e = pe_section(&r, &b, &image->v[i]);
	return e ? e : pe_check(&r, image, table + image->n * PE_SECTION_HEADER);
}

bool pe_runs_on(const struct pe_image *image, const char *machine)
{
	static const struct {
		const char *name;
		unsigned machine;
	} known[] = {
		{"x86_64", PE_MACHINE_AMD64},    {"i386", PE_MACHINE_I386},
		{"i486", PE_MACHINE_I386},       {"i586", PE_MACHINE_I386},
		{"i686", PE_MACHINE_I386},       {"aarch64", PE_MACHINE_ARM64},
		{"armv7l", PE_MACHINE_ARM},      {"armv8l", PE_MACHINE_ARM},
		{"riscv64", PE_MACHINE_RISCV64}, {"loongarch64", PE_MACHINE_LOONGARCH64},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(machine, known[i].name))
			return image->machine == known[i].machine;
	return true;
}
