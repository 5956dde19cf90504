/* rsh.h - a transport that runs a program for each connection (--rsh)
 *
 * The program's argument vector is the words of --rsh followed by the words of
 * --receiver; no shell is involved and HOST is not appended. Its standard
 * input and output are the byte stream, its standard error is logged.
 */
#ifndef P2V_PUSH_RSH_H
#define P2V_PUSH_RSH_H

#include "push/transport.h"

/* @command and @receiver are not kept. 0 or -errno, logged. */
int rsh_new(const char *command, const char *receiver, struct transport **out);

#endif
