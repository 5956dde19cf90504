/* cutover.c - see cutover.h */
#include "receive/cutover.h"
#include "block/mounts.h"
#include "kexec/kexec.h"
#include "kexec/leave.h"
#include "plan/check.h"

#include <errno.h>
#include <stdio.h>

enum cutover_mode cutover_choose(enum cutover_mode mode, char *text, size_t size)
{
	switch (mode) {
	case CUTOVER_NONE:
		snprintf(text, size, "the target stays in its bootstrap system");
		break;
	case CUTOVER_KEXEC:
		if (!kexec_is_loaded()) {
			snprintf(text, size,
				 "no kernel is loaded for kexec: the target reboots through its "
				 "firmware");
			return CUTOVER_REBOOT;
		}
		snprintf(text, size, "the target starts the migrated kernel by kexec");
		break;
	case CUTOVER_REBOOT:
		snprintf(text, size, "the target reboots through its firmware");
		break;
	case CUTOVER_POWEROFF:
		snprintf(text, size, "the target powers off");
		break;
	}
	return mode;
}

int cutover_start(enum cutover_mode mode)
{
	/* The last line of defence for a machine that is not a bootstrap
	 * system: no message of any peer takes it down. */
	if (!check_cutover(mode, mounts_root_in_ram()))
		return -EPERM;
	switch (mode) {
	case CUTOVER_NONE:
		break;
	case CUTOVER_KEXEC:
		return leave_machine(LEAVE_KEXEC, true);
	case CUTOVER_REBOOT:
		return leave_machine(LEAVE_REBOOT, true);
	case CUTOVER_POWEROFF:
		return leave_machine(LEAVE_POWEROFF, true);
	}
	return 0;
}
