/* receive.h - p2v-receive as one call
 */
#ifndef P2V_RECEIVE_RECEIVE_H
#define P2V_RECEIVE_RECEIVE_H

#include "receive/receive_options.h"

/* The whole conversation over the descriptors @in and @out. Returns the exit
 * status (enum p2v_exit). */
int receive_run(const struct receive_options *options, int in, int out);

#endif
