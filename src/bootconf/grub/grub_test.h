/* grub_test.h - the conditions of a GRUB script: test and [
 *
 * GRUB's own reading of its arguments: from left to right, three-word tests
 * before two-word ones, -a and mere juxtaposition bind stronger than -o, and
 * no test at all is true.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_TEST_H
#define P2V_BOOTCONF_GRUB_GRUB_TEST_H

#include "bootconf/grub/grub_eval.h"

/* test EXPRESSION, [ EXPRESSION ]: 0 for true, 1 for false. */
int grub_test(struct grub_eval *ev, const struct grub_args *a);
int grub_test_bracket(struct grub_eval *ev, const struct grub_args *a);

#endif
