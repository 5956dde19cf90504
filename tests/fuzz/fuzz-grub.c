/* fuzz-grub.c - hostile GRUB configurations
 *
 * The input is grub.cfg; every other file that the script asks for is the
 * input again (so that source and configfile meet themselves), and every path
 * with a "v" in it exists.
 */
#include "bootconf/grub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

static int fuzz_read(void *ctx, size_t device, const char *path, size_t max, char **out,
		     size_t *len)
{
	const struct fuzz_input *in = ctx;

	(void)device;
	(void)path;
	if (in->size > max)
		return -EFBIG;
	*out = malloc(in->size + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, in->data, in->size);
	(*out)[in->size] = '\0';
	*len = in->size;
	return 0;
}

static enum reader_kind fuzz_stat(void *ctx, size_t device, const char *path, uint64_t *size)
{
	const struct fuzz_input *in = ctx;

	(void)device;
	if (size)
		*size = in->size;
	return strchr(path, 'v') ? READER_REGULAR : READER_NONE;
}

static int fuzz_read_at(void *ctx, size_t device, const char *path, uint64_t offset, size_t size,
			void **out)
{
	const struct fuzz_input *in = ctx;

	(void)device;
	(void)path;
	if (offset > in->size || size > in->size - offset)
		return -ENODATA;
	*out = calloc(1, size + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, in->data + offset, size);
	return 0;
}

static int fuzz_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	int r = strv_add(names, "v.cfg");

	(void)ctx;
	(void)device;
	(void)path;
	if (!r)
		r = strv_add(names, "v.conf");
	return r ? r : strv_add(names, "v.efi");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader_device devices[] = {
		{"vda1", "3f1a8c2e", "boot", "", "hd0,gpt1"},
		{"vda2", "", "", "", ""},
	};
	struct fuzz_input in = {data, size};
	const struct reader_facts facts = {.devices = devices,
					   .n = 2,
					   .platform = "pc",
					   .machine = "x86_64",
					   .budget = 4000, /* so that loops do not eat the time */
					   .read = fuzz_read,
					   .read_at = fuzz_read_at,
					   .stat = fuzz_stat,
					   .list = fuzz_list,
					   .ctx = &in};
	struct boot_list list = {0};

	grub_evaluate(&facts, 0, "/boot/grub/grub.cfg", &list);
	boot_list_release(&list);
	return 0;
}
