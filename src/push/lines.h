/* lines.h - what the target's receiver writes to its stderr, as log lines */
#ifndef P2V_PUSH_LINES_H
#define P2V_PUSH_LINES_H

#include <stddef.h>

struct lines {
	char text[400]; /* of the line that has not ended yet */
	size_t len;
};

/* Logs every whole line as "target: ...", made printable. */
void lines_add(struct lines *l, const char *bytes, size_t len);
void lines_flush(struct lines *l);

#endif
