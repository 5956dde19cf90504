/* words.c - see words.h */
#include "util/words.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Takes the word that begins at *@p, without its quoting, into @word. */
static bool words_next(const char **p, char *word)
{
	char quote = '\0';
	const char *s = *p;

	for (; *s && (quote || (*s != ' ' && *s != '\t' && *s != '\n')); s++) {
		if (quote ? *s == quote : (*s == '\'' || *s == '"')) {
			quote = quote ? '\0' : *s;
			continue;
		}
		if (*s == '\\' && quote != '\'' && s[1])
			s++;
		*word++ = *s;
	}
	*word = '\0';
	*p = s;
	return !quote;
}

int words_split(const char *text, struct strv *out, struct err_text *err)
{
	CLEANUP_FREE char *word = malloc(strlen(text) + 1);
	const char *p = text;

	if (!word)
		return -ENOMEM;
	for (;;) {
		p += strspn(p, " \t\n");
		if (!*p)
			break;
		if (!words_next(&p, word))
			return err_set(err, -EINVAL, "a quote is not closed: %s", text);
		if (strv_add(out, word) < 0)
			return -ENOMEM;
	}
	return out->n ? 0 : err_set(err, -EINVAL, "the command is empty");
}
