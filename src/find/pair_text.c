/* pair_text.c - see pair_text.h */
#include "find/pair_text.h"
#include "util/cleanup.h"

#include <string.h>
#include <strings.h>

const char *pair_text_version(const char *name)
{
	static const char *const names[] = {"vmlinuz", "vmlinux", "bzImage",
					    "kernel",  "Image",   "vmlinuz.efi"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (!strcmp(name, names[i]))
			return "";
		if (!strncmp(name, names[i], n) && name[n] == '-' && name[n + 1])
			return name + n + 1;
	}
	return NULL;
}

/* The fields of one line of fstab; false for comments and short lines. */
struct pair_text_mount {
	char spec[256], dir[256], type[32], options[512];
};

static bool pair_text_mount(const char *line, struct pair_text_mount *m)
{
	line += strspn(line, " \t");
	return *line != '#' &&
	       sscanf(line, "%255s %255s %31s %511s", m->spec, m->dir, m->type, m->options) == 4;
}

/* Calls for each line: the mount of @dir; false when there is none. */
static bool pair_text_fstab_find(const char *fstab, const char *dir, struct pair_text_mount *m)
{
	while (*fstab) {
		size_t len = strcspn(fstab, "\n");
		char line[1100];

		if (len < sizeof(line)) {
			memcpy(line, fstab, len);
			line[len] = '\0';
			if (pair_text_mount(line, m) && !strcmp(m->dir, dir))
				return true;
		}
		fstab += len + (fstab[len] == '\n');
	}
	return false;
}

char *pair_text_fstab_root(const char *fstab, bool names)
{
	static const char *const tags[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
	struct pair_text_mount m;
	const char *subvol;
	char *root = NULL;
	bool tagged = false;

	if (!pair_text_fstab_find(fstab, "/", &m))
		return NULL;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		tagged = tagged || !strncmp(m.spec, tags[i], strlen(tags[i]));
	if (!tagged && (!names || strncmp(m.spec, "/dev/", 5) != 0))
		return NULL;
	subvol = strcmp(m.type, "btrfs") ? NULL : strstr(m.options, "subvol=");
	if (asprintf(&root, "root=%s%s%.*s", m.spec, subvol ? " rootflags=" : "",
		     subvol ? (int)strcspn(subvol, ",") : 0, subvol ? subvol : "") < 0)
		return NULL;
	return root;
}

bool pair_text_fstab_boot(const char *fstab, const char *uuid)
{
	struct pair_text_mount m;

	return *uuid && pair_text_fstab_find(fstab, "/boot", &m) && !strncmp(m.spec, "UUID=", 5) &&
	       !strcasecmp(m.spec + 5, uuid);
}

/* One shell word: quotes are taken off; what a shell would expand is refused. */
static char *pair_text_shell_word(const char *s)
{
	char *out = malloc(strcspn(s, "\n") + 1);
	char quote = '\0';
	size_t n = 0;

	if (!out)
		return NULL;
	for (; *s && *s != '\n'; s++) {
		if (*s == quote) {
			quote = '\0';
		} else if (!quote && (*s == '"' || *s == '\'')) {
			quote = *s;
		} else if (!quote && strchr(" \t#;&|<>()", *s)) {
			break;
		} else if (quote != '\'' && strchr("$`\\", *s)) {
			free(out);
			return NULL;
		} else {
			out[n++] = *s;
		}
	}
	out[n] = '\0';
	return out;
}

char *pair_text_shell_value(const char *text, const char *name)
{
	size_t n = strlen(name);
	const char *found = NULL;

	/* The last assignment counts. */
	while (*text) {
		text += strspn(text, " \t");
		if (!strncmp(text, name, n) && text[n] == '=')
			found = text + n + 1;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return found ? pair_text_shell_word(found) : NULL;
}
