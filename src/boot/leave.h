/* leave.h - the orderly end of the running system before a kexec
 */
#ifndef P2V_BOOT_LEAVE_H
#define P2V_BOOT_LEAVE_H

/* A kernel is loaded. With systemd as PID 1 asks it to stop everything and
 * jump (`systemctl kexec`), and waits; else flushes and unmounts what it can
 * and jumps itself. Returns only when that failed (-errno, logged). */
int leave_by_kexec(void);

#endif
