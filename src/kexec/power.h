/* power.h - the orderly end of this system through its firmware
 */
#ifndef P2V_KEXEC_POWER_H
#define P2V_KEXEC_POWER_H

enum power_mode {
	POWER_REBOOT,
	POWER_OFF,
};

/* "reboot", "poweroff": also the programs' names. */
const char *power_name(enum power_mode mode);
/* Asks systemd, or the init system's own program; a system in RAM that has
 * neither is ended by the kernel, after what has been written is on the disks.
 * A kernel that is loaded for kexec is dropped before, because some init
 * systems would start it. Returns only when it failed (-errno, logged). */
int power_end(enum power_mode mode);

#endif
