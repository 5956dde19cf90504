/* rank.c - see rank.h */
#include "find/rank.h"

#include <string.h>

#define RANK_KINDS 5

/* The higher, the later. */
static unsigned rank_of_kind(const struct rank_machine *m, enum rank_kind kind)
{
	static const unsigned char efi[RANK_KINDS] = {9, 0, 3, 2, 1};
	static const unsigned char pc[RANK_KINDS] = {9, 0, 1, 2, 3};
	static const unsigned char zipl[RANK_KINDS] = {9, 1, 3, 2, 0};
	static const unsigned char uboot[RANK_KINDS] = {9, 1, 3, 0, 2};

	if (!strcmp(m->platform, "efi"))
		return efi[kind];
	if (!strncmp(m->machine, "s390", 4))
		return zipl[kind];
	if (!strncmp(m->machine, "aarch64", 7) || !strncmp(m->machine, "arm", 3) ||
	    !strncmp(m->machine, "riscv", 5))
		return uboot[kind];
	return pc[kind];
}

static int rank_sign(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

int rank_compare(const struct rank_machine *m, const struct rank_candidate *a,
		 const struct rank_candidate *b)
{
	bool efi = !strcmp(m->platform, "efi");
	int r = rank_sign(!(a->installed || a->boot_code), !(b->installed || b->boot_code));

	if (!r)
		r = rank_sign(a->disk, b->disk);
	if (!r)
		r = rank_sign(!a->boot_code, !b->boot_code);
	if (!r)
		r = rank_sign(rank_of_kind(m, a->kind), rank_of_kind(m, b->kind));
	if (!r)
		r = rank_sign(a->on_esp != efi, b->on_esp != efi);
	if (!r)
		r = rank_sign(a->tree, b->tree);
	return r ? r : rank_sign(a->number, b->number);
}

enum rank_kind rank_boot_sector(const unsigned char sector[512])
{
	if (sector[510] != 0x55 || sector[511] != 0xaa)
		return RANK_NONE;
	if (!memcmp(sector + 3, "SYSLINUX", 8) || !memcmp(sector + 3, "EXTLINUX", 8))
		return RANK_SYSLINUX;
	if (!memmem(sector, 510, "GRUB ", 5))
		return RANK_NONE;
	if (sector[0] == 0xeb && sector[1] == 0x63)
		return RANK_GRUB;
	return sector[0] == 0xeb && sector[1] == 0x48 ? RANK_LEGACY : RANK_NONE;
}

enum rank_kind rank_efi_program(const void *program, size_t len)
{
	static const struct {
		enum rank_kind kind;
		unsigned char len;
		const char *mark;
	} marks[] = {
		{RANK_BLS, 29, "#### LoaderInfo: systemd-boot"},
		{RANK_BLS, 6, ".linux"},
		{RANK_SYSLINUX, 8, "SYSLINUX"},
		{RANK_GRUB, 15, "Welcome to GRUB"},
		{RANK_GRUB, 8, "grub_efi"},
		{RANK_GRUB, 10, "g\0r\0u\0b\0x\0"}, /* what a shim loads */
		{RANK_GRUB, 10, "g\0r\0u\0b\0a\0"},
	};

	if (len < 2 || memcmp(program, "MZ", 2) != 0)
		return RANK_NONE;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		/* A section's name stands in the headers; anywhere else it is chance. */
		if (memmem(program, marks[i].mark[0] == '.' && len > 2048 ? 2048 : len,
			   marks[i].mark, marks[i].len))
			return marks[i].kind;
	return RANK_NONE;
}
