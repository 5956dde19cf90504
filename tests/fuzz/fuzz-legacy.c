/* fuzz-legacy.c - hostile configurations of GRUB legacy */
#include "bootconf/legacy.h"
#include "reader-input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	reader_input_run(legacy_evaluate, "/boot/grub/menu.lst", data, size, 4);
	return 0;
}
