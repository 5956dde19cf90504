/* reader-input.h - the fuzzer's input as a whole file system, for the readers of
 * boot configurations
 *
 * The input is the configuration and every other file that it names, so that a
 * file that includes another meets itself; every path with a "v" in it exists.
 */
#ifndef P2V_TESTS_FUZZ_READER_INPUT_H
#define P2V_TESTS_FUZZ_READER_INPUT_H

#include "bootconf/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader_input {
	const uint8_t *data;
	size_t size;
	unsigned reads; /* left; so that files which lead to each other do not eat the time */
};

static int reader_input_read_at(void *ctx, size_t device, const char *path, uint64_t offset,
				size_t size, void **out)
{
	const struct reader_input *in = ctx;

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

static int reader_input_read(void *ctx, size_t device, const char *path, size_t max, char **out,
			     size_t *len)
{
	struct reader_input *in = ctx;
	void *text;
	int r;

	if (!in->reads)
		return -ENOENT;
	in->reads--;
	if (in->size > max)
		return -EFBIG;
	r = reader_input_read_at(ctx, device, path, 0, in->size, &text);
	if (r)
		return r;
	*out = text;
	*len = in->size;
	return 0;
}

static enum reader_kind reader_input_stat(void *ctx, size_t device, const char *path,
					  uint64_t *size)
{
	const struct reader_input *in = ctx;

	(void)device;
	if (size)
		*size = in->size;
	return strchr(path, 'v') ? READER_REGULAR : READER_NONE;
}

static int reader_input_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	int r = strv_add(names, "v.cfg");

	(void)ctx;
	(void)device;
	(void)path;
	if (!r)
		r = strv_add(names, "v.conf");
	return r ? r : strv_add(names, "v.efi");
}

/* Runs @evaluate on the configuration @path and holds it to what reader.h
 * promises about its list. @reads: of files, at most. */
static void reader_input_run(reader_fn *evaluate, const char *path, const uint8_t *data,
			     size_t size, unsigned reads)
{
	static const struct reader_device devices[] = {
		{"vda1", "3f1a8c2e", "boot", "", "hd0,gpt1"},
		{"vda2", "", "", "", ""},
	};
	struct reader_input in = {data, size, reads};
	const struct reader_facts facts = {.devices = devices,
					   .n = 2,
					   .platform = "pc",
					   .machine = "x86_64",
					   .budget = 4000, /* so that loops do not eat the time */
					   .read = reader_input_read,
					   .read_at = reader_input_read_at,
					   .stat = reader_input_stat,
					   .list = reader_input_list,
					   .ctx = &in};
	struct boot_list list = {0};
	size_t defaults = 0;

	evaluate(&facts, 0, path, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct boot_entry *e = &list.v[i];

		defaults += e->is_default;
		if (!e->id || !e->title || !e->cmdline || !e->source || !e->kernel.path ||
		    e->kernel.path[0] != '/')
			abort();
	}
	if (defaults > 1)
		abort();
	boot_list_release(&list);
}

#endif
