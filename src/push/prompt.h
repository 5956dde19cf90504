/* prompt.h - questions on the user's terminal (/dev/tty, never stdin) */
#ifndef P2V_PUSH_PROMPT_H
#define P2V_PUSH_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a line without its newline. 0, -ENOTTY when there is no terminal,
 * -EINTR when interrupted, -ENODATA at the end of input, or -errno. */
int prompt_line(const char *question, bool echo, char *out, size_t size);

#endif
