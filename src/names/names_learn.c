/* names_learn.c - see names_learn.h */
#include "names/names_learn.h"
#include "names/devname.h"
#include "names/names_find.h"
#include "names/spec.h"

#include <stdio.h>
#include <string.h>

/* Where the partition's number begins in a link's or a device mapper's name;
 * NULL: there is none. */
static const char *names_suffix(const char *name)
{
	const char *end = name + strlen(name), *p = end;

	while (p > name && p[-1] >= '0' && p[-1] <= '9')
		p--;
	if (p == end)
		return NULL;
	if (p - name > 5 && (!strncmp(p - 5, "-part", 5) || !strncmp(p - 5, "_part", 5)))
		return p - 5;
	if (p - name > 2 && p[-1] == 'p' && p[-2] >= '0' && p[-2] <= '9')
		return p - 1;
	return strncmp(name, "disk/by-", 8) ? p : NULL;
}

static bool names_is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

bool names_learn(struct names *n, const char *text, uint32_t volume)
{
	struct names_volume *v = &n->volumes[volume];
	char stem[SPEC_MAX], disk[SPEC_MAX];
	struct spec s;
	const char *suffix;
	uint32_t number;

	spec_parse(text, &s);
	/* A kernel's name says nothing that lasts from one start to the next. */
	if (s.kind != SPEC_DEVICE || !names_is_printable(s.value) ||
	    devname_split(s.value, disk, sizeof(disk), &number))
		return false;
	switch (names_find(n, text).answer) {
	case NAMES_UNKNOWN:
	case NAMES_ABSENT:
		break;
	default:
		return false;
	}
	suffix = names_suffix(s.value);
	if (v->disk == NAMES_NO_DISK || !v->partition || !suffix)
		return !strv_add(&v->names, s.value);
	snprintf(stem, sizeof(stem), "%.*s", (int)(suffix - s.value), s.value);
	if (names_partition(stem, s.value) != v->partition)
		return !strv_add(&v->names, s.value);
	return !strv_add(&n->disks[v->disk].names, stem);
}
