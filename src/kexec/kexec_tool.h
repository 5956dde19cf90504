/* kexec_tool.h - loading by kexec-tools' kexec(8), with kexec_load(2)
 *
 * The older system call: it takes the pieces that a program has prepared, asks for
 * no signature, and can hand over a device tree.
 */
#ifndef P2V_KEXEC_KEXEC_TOOL_H
#define P2V_KEXEC_KEXEC_TOOL_H

#include "util/err.h"

/* Loads open files; @initrd and @dtb -1: none. 0, or -errno with @why. */
int kexec_tool_load(int kernel, int initrd, int dtb, const char *cmdline, struct err_text *why);
/* Could it? 0, or -errno with @why: the program is not installed. */
int kexec_tool_present(struct err_text *why);

#endif
