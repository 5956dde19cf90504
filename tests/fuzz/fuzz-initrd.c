/* fuzz-initrd.c - hostile initramfs images */
#include "initramfs/initramfs.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <stdint.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fuzz_name(void *ctx, const char *name)
{
	size_t *names = ctx;

	/* Reads the whole name, for the sanitizer. */
	while (*name)
		*names += (unsigned char)*name++;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FD int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct err_text why = {""};
	CLEANUP(initramfs_file_release) struct initramfs_file file = {0};
	size_t names = 0;

	if (fd < 0 || io_write_full(fd, data, size) < 0)
		return 0;
	initramfs_names(fd, fuzz_name, &names, &why);
	if (initramfs_read(fd, "init", 4096, &file, &why) == 0)
		fuzz_name(&names, (const char *)file.data);
	return 0;
}
