/* push.h - the source's side of the conversation in wire/proto.h
 */
#ifndef P2V_PUSH_PUSH_H
#define P2V_PUSH_PUSH_H

#include "push/options.h"
#include "wire/proto.h"

/* Looks, plans, shows, asks, transfers, cuts over, and waits for the proof.
 * Everything that went wrong has been said when it returns. */
enum p2v_exit push_run(const struct options *o);

#endif
