/* cutover_mode.h - how the target ends its bootstrap system after a push
 */
#ifndef P2V_PLAN_CUTOVER_MODE_H
#define P2V_PLAN_CUTOVER_MODE_H

#include <stdbool.h>

enum cutover_mode {
	CUTOVER_NONE,   /* it stays in it */
	CUTOVER_KEXEC,  /* the migrated kernel is started directly */
	CUTOVER_REBOOT, /* through its firmware */
	CUTOVER_POWEROFF,
};

const char *cutover_mode_name(enum cutover_mode mode); /* "none", "kexec", ... */
bool cutover_mode_parse(const char *name, enum cutover_mode *mode);

#endif
