/* dial.h - a TCP connection to something that says it is an ssh server
 *
 * An emulator's port forwarding, or a load balancer, accepts connections for a
 * machine that is not listening yet. So a connection counts only when the
 * banner is there.
 */
#ifndef P2V_PUSH_DIAL_H
#define P2V_PUSH_DIAL_H

#include "util/err.h"

#include <stdint.h>

/* Connects and waits for "SSH-", which stays unread. @ms bounds each of the
 * two. 0 with an owned descriptor, or -errno with @err saying what was there. */
int dial_ssh(const char *host, uint16_t port, int ms, int *out, struct err_text *err);

/* A dead peer is noticed by the kernel within about a minute, also while
 * nothing is being sent. */
void dial_keep_alive(int fd);

#endif
