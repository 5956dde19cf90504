/* leave.h - the orderly end of the running system before a kexec
 *
 * A kernel is loaded by now, so that whatever could fail has failed while everything
 * was still running. What remains happens in this order:
 *
 *   1  the caller is told, and its ssh session ends with status 0
 *   2  services and programs are stopped
 *   3  swap is given back, file systems are unmounted or made read-only, RAID arrays
 *      and device-mapper volumes that nobody needs are stopped
 *   4  disk caches are flushed (reboot(2) does not do it)
 *   5  a running watchdog is disarmed, or given the longest time it takes
 *   6  the jump; should it return, a reboot
 *
 * Where systemd is process 1, it does 2 to 6: `systemctl kexec`.
 */
#ifndef P2V_KEXEC_LEAVE_H
#define P2V_KEXEC_LEAVE_H

/* Starts that in a process of its own. 0: it is under way, and the caller should end
 * now, with success, and close its session. -errno (logged): nothing has happened, the
 * kernel is still loaded. Without systemd and not over ssh it does not return when it
 * succeeds. */
int leave_by_kexec(void);

#endif
