/* leave.h - the one way out of the running system
 *
 * p2v-receive after a push, p2v-boot, the menu and the relay all end here. Whatever
 * can fail has been done while everything was still running: for a kexec a kernel is
 * loaded. What remains happens in this order:
 *
 *   1  a process starts that has left the caller's session, and says so
 *   2  the caller is told; its ssh session ends, with status 0
 *   3  services and programs are stopped
 *   4  swap is given back, file systems are unmounted or made read-only, RAID arrays
 *      and device-mapper volumes that nobody needs are stopped
 *   5  disk caches are flushed (reboot(2) does not do it)
 *   6  a running watchdog is disarmed, or given the longest time it takes
 *   7  the jump, the reboot or the end; a kexec that returns becomes a reboot
 *
 * Where systemd is process 1 it does 3 to 7, and where another init system is, and
 * the root is not in RAM, its own reboot(8) and poweroff(8); a kexec without systemd,
 * and a system in RAM without any, are left by leave_stop.h.
 */
#ifndef P2V_KEXEC_LEAVE_H
#define P2V_KEXEC_LEAVE_H

#include <stdbool.h>

enum leave_mode {
	LEAVE_KEXEC,
	LEAVE_REBOOT,
	LEAVE_POWEROFF,
};

/* "kexec", "reboot", "poweroff": what systemctl and init systems call it. */
const char *leave_mode_name(enum leave_mode mode);

/* Starts that. 0: it is under way, and the caller should end now, with success, and
 * close its session: the machine waits for that, a few seconds at most. -errno
 * (logged): nothing has happened, a kernel that was loaded still is (but for a reboot,
 * which drops it first: some init systems would start it).
 * @server: the caller serves a peer, of whatever transport. Else, where it is not in an
 * ssh session and systemd is not there, this does not return when it succeeds. */
int leave_machine(enum leave_mode mode, bool server);

#endif
