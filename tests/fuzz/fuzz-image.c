/* fuzz-image.c - hostile kernel images: decoded, and the parts taken out */
#include "bootconf/image.h"
#include "kexec/kexec_file.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A part that was found lies inside the file. */
static void fuzz_inside(const struct image_part *p, size_t size)
{
	if (p->offset > size || p->size > size - p->offset)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1, .size = size};
	struct err_text why = {""};
	struct image image;
	char version[32];

	if (image_decode(data, size < IMAGE_HEAD ? size : IMAGE_HEAD, size, &image, &why) < 0)
		return 0;
	fuzz_inside(&image.payload, size);
	fuzz_inside(&image.initrd, size);
	fuzz_inside(&image.cmdline, size);
	fuzz_inside(&image.version, size);
	image_version((const char *)data + image.version.offset, image.version.size, version,
		      sizeof(version));
	image_banner(data, size, version, sizeof(version));
	image_check(&image, "x86_64", 100, &why);
	image_check(&image, "aarch64", 100, &why);
	if (!image_is_wrapped(&image))
		return 0;
	f.fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (f.fd >= 0 && io_write_full(f.fd, data, size) == 0)
		kexec_file_unwrap(&f, &image, &why);
	return 0;
}
