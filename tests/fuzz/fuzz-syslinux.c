/* fuzz-syslinux.c - hostile configurations of syslinux, extlinux and U-Boot
 *
 * The input is the configuration, and every other file that it names (so that
 * INCLUDE meets itself), four times; every path with a "v" in it exists.
 */
#include "bootconf/syslinux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
	const uint8_t *data;
	size_t size;
	unsigned reads; /* so that files which lead to each other do not eat the time */
};

static int fuzz_read(void *ctx, size_t device, const char *path, size_t max, char **out,
		     size_t *len)
{
	struct fuzz_input *in = ctx;

	(void)device;
	(void)path;
	if (++in->reads > 4)
		return -ENOENT;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader_device devices[] = {
		{"vda1", "3f1a8c2e", "boot", "", "hd0,gpt1"},
		{"vda2", "", "", "", ""},
	};
	struct fuzz_input in = {data, size, 0};
	const struct reader_facts facts = {.devices = devices,
					   .n = 2,
					   .platform = "pc",
					   .machine = "x86_64",
					   .read = fuzz_read,
					   .stat = fuzz_stat,
					   .ctx = &in};
	struct boot_list list = {0};
	size_t defaults = 0;

	syslinux_evaluate(&facts, 0, "/boot/extlinux/extlinux.conf", &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct boot_entry *e = &list.v[i];

		defaults += e->is_default;
		if (!e->id || !e->title || !e->cmdline || !e->source || !e->kernel.path ||
		    e->kernel.path[0] != '/')
			abort();
	}
	if (defaults != (list.n > 0))
		abort();
	boot_list_release(&list);
	return 0;
}
