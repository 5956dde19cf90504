/* cutover_mode.c - see cutover_mode.h */
#include "plan/cutover_mode.h"

#include <stddef.h>
#include <string.h>

static const char *const cutover_names[] = {
	[CUTOVER_NONE] = "none",
	[CUTOVER_KEXEC] = "kexec",
	[CUTOVER_REBOOT] = "reboot",
	[CUTOVER_POWEROFF] = "poweroff",
};

const char *cutover_mode_name(enum cutover_mode mode)
{
	return mode <= CUTOVER_POWEROFF ? cutover_names[mode] : "?";
}

bool cutover_mode_parse(const char *name, enum cutover_mode *mode)
{
	for (size_t i = 0; i <= CUTOVER_POWEROFF; i++)
		if (!strcmp(name, cutover_names[i])) {
			*mode = (enum cutover_mode)i;
			return true;
		}
	return false;
}
