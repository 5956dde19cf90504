/* detach.h - a process that outlives the session that started it
 *
 * When a terminal or an ssh connection goes away, the kernel and the server end what
 * belongs to it. A process that must go on is out of their reach only when it is in a
 * session of its own, ignores their signals, and has nothing of theirs open. That
 * takes a moment, and whoever started it may end first. So it says through a pipe
 * that it has done so, and only then the caller hears that it has started.
 */
#ifndef P2V_UTIL_DETACH_H
#define P2V_UTIL_DETACH_H

#include <sys/types.h>

/* Starts a process that has left this session (in /, standard descriptors on
 * /dev/null, no others, all signals but SIGCHLD ignored), and calls @run there, whose
 * result becomes its exit status. Returns when it has left: its pid, which the caller
 * may wait for, or -errno (logged), and then @run is not called. */
pid_t detach_run(int (*run)(void *ctx), void *ctx);

#endif
