/* lines.c - see lines.h */
#include "push/lines.h"
#include "util/log.h"
#include "util/text.h"

void lines_flush(struct lines *l)
{
	char safe[sizeof(l->text)];

	if (!l->len)
		return;
	l->text[l->len] = '\0';
	log_info("target: %s", text_printable(l->text, safe, sizeof(safe)));
	l->len = 0;
}

void lines_add(struct lines *l, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			lines_flush(l);
			continue;
		}
		if (bytes[i] == '\r' || !bytes[i])
			continue;
		if (l->len == sizeof(l->text) - 1)
			lines_flush(l);
		l->text[l->len++] = bytes[i];
	}
}
