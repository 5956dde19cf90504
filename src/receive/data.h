/* data.h - the data role: chunks from one connection onto the disk
 *
 *   HELLO {role: data, session, token}  ->
 *                                       <-  HELLO
 *   CHUNK *                             ->
 *   END                                 ->
 *                                       <-  DONE {stored, bad, proven, missing}
 *   and again, for further passes over the same connection
 */
#ifndef P2V_RECEIVE_DATA_H
#define P2V_RECEIVE_DATA_H

#include "receive/receive_options.h"
#include "wire/message.h"
#include "wire/peer.h"

/* @hello has been read, and is answered here. Returns the exit status. */
int data_run(struct peer *p, const struct receive_options *options, const struct msg_hello *hello);

#endif
