/* control.h - the control role: the right column of wire/proto.h
 */
#ifndef P2V_RECEIVE_CONTROL_H
#define P2V_RECEIVE_CONTROL_H

#include "receive/receive_options.h"
#include "wire/peer.h"

/* From FACTS to BYE; HELLO has been read (p->features) and is answered here.
 * Returns the exit status. */
int control_run(struct peer *p, const struct receive_options *options);

#endif
