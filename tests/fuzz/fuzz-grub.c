/* fuzz-grub.c - hostile GRUB configurations */
#include "bootconf/grub/grub.h"
#include "reader-input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	reader_input_run(grub_evaluate, "/boot/grub/grub.cfg", data, size, 1000);
	return 0;
}
