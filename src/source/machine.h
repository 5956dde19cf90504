/* machine.h - the running machine itself: its name and interfaces
 */
#ifndef P2V_SOURCE_MACHINE_H
#define P2V_SOURCE_MACHINE_H

#include "source/inventory.h"

/* Fills in the host name and the physical network interfaces. @root is "" for
 * this machine; tests give a directory with sys/ in it. */
void machine_identity(const char *root, struct inventory *inv);

#endif
