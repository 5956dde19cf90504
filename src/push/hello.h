/* hello.h - the pusher's first words on a connection, and their answer
 */
#ifndef P2V_PUSH_HELLO_H
#define P2V_PUSH_HELLO_H

#include "wire/message.h"
#include "wire/peer.h"

#define HELLO_E_VERSION 1 /* the other side speaks another version of the protocol */

/* Sends @hello (version, features and program are filled in here) and reads the
 * answer, which says what p->features are. 0, HELLO_E_VERSION or -errno, logged. */
int hello_exchange(struct peer *p, struct msg_hello *hello);

#endif
