/* connect.h - which transport reaches the target, made from the command line
 */
#ifndef P2V_PUSH_CONNECT_H
#define P2V_PUSH_CONNECT_H

#include "push/options.h"
#include "push/ssh.h"
#include "push/transport.h"

/* What the options say about the target's address and the login. It borrows from
 * @o. */
struct ssh_target connect_target(const struct options *o);
/* --rsh's program, or ssh. @o must outlive it. 0 or -errno, logged. */
int connect_new(const struct options *o, struct transport **out);

#endif
