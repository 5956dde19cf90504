/* fuzz-bls.c - hostile boot loader entries
 *
 * The input is cut at "\n---\n" into files: loader.conf, zipl.conf, GRUB's
 * environment block, then entries, whose names the first line of each gives.
 * Every path with a "v" in it exists. They are read as systemd-boot would, as
 * zipl and as GRUB's blscfg.
 */
#include "bootconf/bls.h"
#include "bootconf/grub/grub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_PARTS 12

struct fuzz_parts {
	const uint8_t *at[FUZZ_PARTS];
	size_t len[FUZZ_PARTS];
	char name[FUZZ_PARTS][64];
	size_t n;
};

static const char grub_cfg[] = "load_env\nset default=\"${saved_entry}\"\nblscfg\n"
			       "blscfg --path /loader -f\nuki\n";

/* "NAME\n" at the beginning of an entry, else a number. */
static void fuzz_name(struct fuzz_parts *p, size_t i)
{
	const uint8_t *end = p->len[i] ? memchr(p->at[i], '\n', p->len[i]) : NULL;
	size_t len = end ? (size_t)(end - p->at[i]) : 0, kept = 0;

	for (size_t k = 0; k < len && kept < sizeof(p->name[i]) - 16; k++)
		if (p->at[i][k] > ' ' && p->at[i][k] < 127 && p->at[i][k] != '/')
			p->name[i][kept++] = (char)p->at[i][k];
	snprintf(p->name[i] + kept, sizeof(p->name[i]) - kept, "%s.conf", kept ? "" : "v");
	if (end) {
		p->at[i] += len + 1;
		p->len[i] -= len + 1;
	}
}

static void fuzz_split(struct fuzz_parts *p, const uint8_t *data, size_t size)
{
	while (p->n < FUZZ_PARTS) {
		const uint8_t *cut = size ? memmem(data, size, "\n---\n", 5) : NULL;
		size_t len = cut ? (size_t)(cut - data) : size;

		p->at[p->n] = data;
		p->len[p->n] = len;
		if (p->n >= 3)
			fuzz_name(p, p->n);
		p->n++;
		if (!cut)
			return;
		data += len + 5;
		size -= len + 5;
	}
}

/* Which part is that file? p->n: none. */
static size_t fuzz_find(const struct fuzz_parts *p, const char *path)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	if (!strcmp(name, "loader.conf"))
		return 0;
	if (!strcmp(path, "/etc/zipl.conf"))
		return 1;
	if (!strcmp(name, "grubenv"))
		return 2;
	if (strncmp(path, "/loader/entries/", 16) != 0)
		return p->n;
	for (size_t i = 3; i < p->n; i++)
		if (!strcmp(name, p->name[i]))
			return i;
	return p->n;
}

static int fuzz_read(void *ctx, size_t device, const char *path, size_t max, char **out,
		     size_t *len)
{
	const struct fuzz_parts *p = ctx;
	size_t i = fuzz_find(p, path), size = i < p->n ? p->len[i] : sizeof(grub_cfg) - 1;
	const void *data = i < p->n ? (const void *)p->at[i] : grub_cfg;

	(void)device;
	if (i == p->n && !strstr(path, "grub.cfg"))
		return -ENOENT;
	if (size > max)
		return -EFBIG;
	*out = malloc(size + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, data, size);
	(*out)[size] = '\0';
	*len = size;
	return 0;
}

static int fuzz_read_at(void *ctx, size_t device, const char *path, uint64_t offset, size_t size,
			void **out)
{
	(void)ctx, (void)device, (void)path, (void)offset, (void)size, (void)out;
	return -ENODATA;
}

static enum reader_kind fuzz_stat(void *ctx, size_t device, const char *path, uint64_t *size)
{
	const struct fuzz_parts *p = ctx;

	(void)device;
	if (size)
		*size = 100;
	if (!strcmp(path, "/loader/entries") || !strcmp(path, "/loader/entries/") ||
	    !strcmp(path, "/loader"))
		return READER_DIRECTORY;
	return fuzz_find(p, path) < p->n || strchr(path, 'v') ? READER_REGULAR : READER_NONE;
}

static int fuzz_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	const struct fuzz_parts *p = ctx;
	int r = 0;

	(void)device;
	if (strncmp(path, "/loader/entries", 15) != 0)
		return -ENOENT;
	for (size_t i = 3; i < p->n && !r; i++)
		r = strv_add(names, p->name[i]);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader_device devices[] = {
		{"vda1", "1234-ABCD", "ESP", "", "hd0,gpt1"},
	};
	struct fuzz_parts parts = {0};
	const struct reader_facts facts = {.devices = devices,
					   .n = 1,
					   .platform = "efi",
					   .machine = "x86_64",
					   .budget = 4000,
					   .read = fuzz_read,
					   .read_at = fuzz_read_at,
					   .stat = fuzz_stat,
					   .list = fuzz_list,
					   .ctx = &parts};
	static const struct {
		reader_fn *read;
		const char *path;
	} readers[] = {{bls_evaluate, "/loader"},
		       {bls_evaluate, "/etc/zipl.conf"},
		       {grub_evaluate, "/grub/grub.cfg"}};

	fuzz_split(&parts, data, size);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		struct boot_list list = {0};
		size_t defaults = 0;

		readers[i].read(&facts, 0, readers[i].path, &list);
		for (size_t k = 0; k < list.n; k++) {
			const struct boot_entry *e = &list.v[k];

			defaults += e->is_default;
			/* What everybody relies on. */
			if (!e->id || !e->title || !e->kernel.path || !e->cmdline || !e->source ||
			    e->kernel.path[0] != '/')
				abort();
		}
		if (defaults > 1)
			abort();
		boot_list_release(&list);
	}
	return 0;
}
