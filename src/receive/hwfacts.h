/* hwfacts.h - the folder of facts that fixups read
 *
 * Plain text, a fact in each file; docs/fixups.rst describes them.
 */
#ifndef P2V_RECEIVE_HWFACTS_H
#define P2V_RECEIVE_HWFACTS_H

#include "plan/facts.h"
#include "receive/root.h"
#include "util/err.h"

/* Writes them into the existing folder @dir. 0 or -errno with @err. */
int hwfacts_write(const char *dir, const struct root *root, const struct facts *facts,
		  struct err_text *err);
/* The serial console of a kernel command line, "ttyS0,115200"; "" if none. Pure. */
void hwfacts_console(const char *cmdline, char *out, size_t size);

#endif
