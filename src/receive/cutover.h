/* cutover.h - leaving the bootstrap system
 */
#ifndef P2V_RECEIVE_CUTOVER_H
#define P2V_RECEIVE_CUTOVER_H

#include "plan/cutover_mode.h"

#include <stddef.h>

/* What asking for @mode becomes on this machine now: a kexec that is not
 * loaded becomes a reboot. @text: in words, for BYE. */
enum cutover_mode cutover_choose(enum cutover_mode mode, char *text, size_t size);
/* Has the machine left in that way (kexec/leave.h) as soon as the pusher has closed
 * the connection. The caller must have checked check_cutover(); it is checked again
 * here. 0 or -errno: the machine stays as it is. */
int cutover_start(enum cutover_mode mode);

#endif
