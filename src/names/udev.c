/* udev.c - see udev.h */
#include "names/udev.h"
#include "util/text.h"

#include <ctype.h>
#include <string.h>

bool udev_decode(const char *text, char *out, size_t size)
{
	size_t n = 0;

	while (*text) {
		unsigned char c = (unsigned char)*text;
		size_t used = 1;

		if (text[0] == '\\' && text[1] == 'x' && text[2] && text[3]) {
			const char hex[3] = {text[2], text[3], '\0'};

			if (text_from_hex(hex, &c, 1))
				used = 4;
		}
		if (!c || n + 1 >= size)
			return false;
		out[n++] = (char)c;
		text += used;
	}
	out[n] = '\0';
	return true;
}

/* As udev's util_replace_whitespace() and util_replace_chars(): no blanks around
 * it, one underscore for some inside, one for a character that no link has. */
static void udev_spell(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (text += strspn(text, " \t"); *text && n + 1 < size; text++) {
		if (*text != ' ' && *text != '\t') {
			bool safe = isalnum((unsigned char)*text) || strchr("#+-.:=@_", *text) ||
				    (unsigned char)*text >= 0x80;

			out[n++] = safe ? *text : '_';
		} else if (text[1] && text[1] != ' ' && text[1] != '\t') {
			out[n++] = '_';
		}
	}
	out[n] = '\0';
}

/* As a word of its own: "1234" is not in "ata-DISK_91234". */
static bool udev_has_word(const char *link, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = strstr(link, word); p; p = strstr(p + 1, word))
		if ((p == link || !isalnum((unsigned char)p[-1])) &&
		    !isalnum((unsigned char)p[len]))
			return true;
	return false;
}

bool udev_id_is(const char *link, const char *serial)
{
	char word[128];

	if (!strncmp(serial, "naa.", 4)) {
		if (strlen(serial) < 12)
			return false;
		return (!strncmp(link, "wwn-0x", 6) && !strcmp(link + 6, serial + 4)) ||
		       (!strncmp(link, "scsi-3", 6) && !strcmp(link + 6, serial + 4));
	}
	/* "t10.ATA     MODEL     SERIAL": the number is the last word. */
	if (!strncmp(serial, "t10.", 4) && strrchr(serial, ' '))
		serial = strrchr(serial, ' ') + 1;
	udev_spell(serial, word, sizeof(word));
	return strlen(word) >= 4 && udev_has_word(link, word);
}
