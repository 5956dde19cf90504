/* process.h - what the kernel says of other processes, in /proc
 *
 * proc_pid_stat(5), proc_pid_comm(5).
 */
#ifndef P2V_UTIL_PROCESS_H
#define P2V_UTIL_PROCESS_H

#include <sys/types.h>

#define PROCESS_NAME_LEN 16 /* bytes of a name with its NUL: TASK_COMM_LEN */

/* The parent of @pid; 0 when it has none, or is gone. @name, which may be NULL, is
 * @pid's own name, "" when it is gone. */
pid_t process_parent(pid_t pid, char name[PROCESS_NAME_LEN]);
/* The process of an ssh server (OpenSSH, dropbear) that serves the connection in
 * which this process runs: it ends when the peer is gone. 0: there is none. */
pid_t process_ssh_server(void);
/* Waits until @pid has ended, @ms milliseconds at most. */
void process_wait_gone(pid_t pid, unsigned ms);

#endif
