/* names_learn.h - what a system's own files tell about its disks' names
 */
#ifndef P2V_NAMES_NAMES_LEARN_H
#define P2V_NAMES_NAMES_LEARN_H

#include "names/names.h"

/* @text is known to mean @volume: a system's own fstab calls its root so. What
 * this says about the disk (a by-path link's name) is added to its names. True
 * if that was something new. */
bool names_learn(struct names *n, const char *text, uint32_t volume);

#endif
