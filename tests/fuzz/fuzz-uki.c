/* fuzz-uki.c - hostile unified kernel images
 *
 * The input is every .efi file there is: an image in EFI/Linux, its addon, and
 * one that GRUB chainloads. A part that is handed out must lie in the file.
 */
#include "bootconf/bls.h"
#include "bootconf/grub/grub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

static const char grub_cfg[] = "menuentry a { chainloader /EFI/Linux/a.efi @1 quiet }\nuki\n";

static int fuzz_read(void *ctx, size_t device, const char *path, size_t max, char **out,
		     size_t *len)
{
	(void)ctx, (void)device, (void)max;
	if (!strstr(path, "grub.cfg"))
		return -ENOENT;
	*out = strdup(grub_cfg);
	*len = sizeof(grub_cfg) - 1;
	return *out ? 0 : -ENOMEM;
}

static int fuzz_read_at(void *ctx, size_t device, const char *path, uint64_t offset, size_t size,
			void **out)
{
	const struct fuzz_input *in = ctx;

	(void)device, (void)path;
	if (offset > in->size || size > in->size - offset)
		return -ENODATA;
	*out = calloc(1, size + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, in->data + offset, size);
	return 0;
}

static enum reader_kind fuzz_stat(void *ctx, size_t device, const char *path, uint64_t *size)
{
	const struct fuzz_input *in = ctx;
	size_t len = strlen(path);

	(void)device;
	if (size)
		*size = in->size;
	if (len > 4 && !strcmp(path + len - 4, ".efi"))
		return READER_REGULAR;
	return !strcmp(path, "/EFI/Linux") || strstr(path, ".extra.d") ? READER_DIRECTORY
								       : READER_NONE;
}

static int fuzz_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	(void)ctx, (void)device;
	return strv_add(names, strstr(path, ".extra.d") ? "x.addon.efi" : "a.efi");
}

static void fuzz_check_file(const struct fuzz_input *in, const struct boot_file *f)
{
	if (!f->path || f->path[0] != '/' || !f->device || !f->size || f->offset > in->size ||
	    f->size > in->size - f->offset)
		abort();
}

static void fuzz_check(const struct fuzz_input *in, const struct boot_entry *e)
{
	if (!e->id || !e->title || !e->cmdline || !e->source)
		abort();
	fuzz_check_file(in, &e->kernel);
	for (size_t i = 0; i < e->initrd_count; i++)
		fuzz_check_file(in, &e->initrds[i]);
	if (e->devicetree.path)
		fuzz_check_file(in, &e->devicetree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader_device devices[] = {{"vda1", "", "", "", "hd0,gpt1"}};
	struct fuzz_input in = {data, size};
	const struct reader_facts facts = {.devices = devices,
					   .n = 1,
					   .platform = "efi",
					   .machine = "x86_64",
					   .budget = 4000,
					   .read = fuzz_read,
					   .read_at = fuzz_read_at,
					   .stat = fuzz_stat,
					   .list = fuzz_list,
					   .ctx = &in};
	struct boot_list list = {0};

	bls_evaluate(&facts, 0, "/EFI/Linux", &list);
	grub_evaluate(&facts, 0, "/EFI/test/grub.cfg", &list);
	for (size_t i = 0; i < list.n; i++)
		fuzz_check(&in, &list.v[i]);
	boot_list_release(&list);
	return 0;
}
