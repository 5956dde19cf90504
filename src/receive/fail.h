/* fail.h - how a conversation ends before its time: an ERROR to the pusher
 *
 * Each function returns @status, so that a state of the conversation can
 * `return fail_with(...)`.
 */
#ifndef P2V_RECEIVE_FAIL_H
#define P2V_RECEIVE_FAIL_H

#include "wire/peer.h"

/* Logs the text, and sends it as an ERROR. @hint may be NULL. */
int fail_with(struct peer *p, int status, const char *code, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* After peer_next() has returned @r, which it has logged. */
int fail_read(struct peer *p, int status, int r);
/* The frame that was read last does not belong here. */
int fail_unexpected(struct peer *p, int status, const char *expected);

#endif
