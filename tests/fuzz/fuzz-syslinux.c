/* fuzz-syslinux.c - hostile configurations of syslinux, extlinux and U-Boot */
#include "bootconf/syslinux.h"
#include "reader-input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	reader_input_run(syslinux_evaluate, "/boot/extlinux/extlinux.conf", data, size, 4);
	return 0;
}
