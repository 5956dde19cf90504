/* spec.c - see spec.h */
#include "names/spec.h"
#include "names/devname.h"
#include "util/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *prefix;
	enum spec_kind kind;
	const char *before; /* of a device's value */
} spec_forms[] = {
	{"UUID=", SPEC_UUID, ""},
	{"LABEL=", SPEC_LABEL, ""},
	{"PARTUUID=", SPEC_PARTUUID, ""},
	{"PARTLABEL=", SPEC_PARTLABEL, ""},
	{"ID=", SPEC_DEVICE, "disk/by-id/"},
	{"/dev/disk/by-uuid/", SPEC_UUID, ""},
	{"/dev/disk/by-label/", SPEC_LABEL, ""},
	{"/dev/disk/by-partuuid/", SPEC_PARTUUID, ""},
	{"/dev/disk/by-partlabel/", SPEC_PARTLABEL, ""},
	/* What these links are called after has a name of its own. */
	{"/dev/disk/by-id/lvm-pv-uuid-", SPEC_UUID, ""},
	{"/dev/disk/by-id/dm-name-", SPEC_DEVICE, "mapper/"},
	{"/dev/", SPEC_DEVICE, ""},
};

/* Tags may be quoted, links are not. */
static void spec_unquote(char *value)
{
	size_t n = strlen(value);

	if (n && strchr("\"'", value[n - 1]))
		value[--n] = '\0';
	if (n && strchr("\"'", value[0]))
		memmove(value, value + 1, n);
}

/* "UUID/PARTNROFF=1". */
static bool spec_cut_offset(struct spec *s)
{
	char *slash = strchr(s->value, '/'), *end;
	long n;

	if (!slash)
		return true;
	if (strncmp(slash, "/PARTNROFF=", 11) != 0)
		return false;
	n = strtol(slash + 11, &end, 10);
	if (end == slash + 11 || *end || n < -255 || n > 255)
		return false;
	*slash = '\0';
	s->offset = (int)n;
	return true;
}

/* /dev/VG/LV: a folder that is nobody else's. The dm name has each hyphen of
 * the two doubled, and one between them. */
static bool spec_volume_group(struct spec *s)
{
	static const char *const others[] = {"disk", "mapper", "md",    "cciss", "ida",  "rd",
					     "bus",  "input",  "block", "char",  "snd",  "dri",
					     "pts",  "shm",    "net",   "cpu",   "zvol", "loop"};
	const char *slash = strchr(s->value, '/');
	char name[SPEC_MAX];
	size_t n = 0;

	if (!slash || slash == s->value || !slash[1] || strchr(slash + 1, '/'))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strncmp(s->value, others[i], (size_t)(slash - s->value)) &&
		    !others[i][slash - s->value])
			return false;
	for (const char *p = s->value; *p && n + 2 < sizeof(name); p++) {
		name[n++] = p == slash ? '-' : *p;
		if (*p == '-')
			name[n++] = '-';
	}
	name[n] = '\0';
	if (n + 2 >= sizeof(name) || n + 7 >= sizeof(s->value))
		return false;
	snprintf(s->value, sizeof(s->value), "mapper/%.*s", (int)n, name);
	return true;
}

static bool spec_set_number(struct spec *s, unsigned long major, unsigned long minor)
{
	if (major > 4095 || minor > 0xfffff ||
	    !devname_from_number((uint32_t)major, (uint32_t)minor, s->value, sizeof(s->value)))
		return false;
	s->kind = SPEC_DEVICE;
	return true;
}

/* "8:1", or hexadecimal as the kernel encodes it (new_decode_dev()). */
static bool spec_number(struct spec *s, const char *text)
{
	const char *colon = strchr(text, ':');
	unsigned long n;
	char *end;

	/* Words of letters that happen to be hexadecimal are words. */
	if (!isdigit((unsigned char)text[0]) || strlen(text) > 12)
		return false;
	if (colon) {
		n = strtoul(text, &end, 10);
		return end == colon && isdigit((unsigned char)colon[1]) &&
		       colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
		       spec_set_number(s, n, strtoul(colon + 1, NULL, 10));
	}
	n = strtoul(text, &end, 16);
	/* Shorter ones have no major number; LILO writes three digits at least. */
	return !*end && strlen(text) >= 3 &&
	       spec_set_number(s, n >> 8 & 0xfff, (n & 0xff) | (n >> 12 & 0xfff00));
}

static void spec_refuse(struct spec *s)
{
	*s = (struct spec){.kind = SPEC_OTHER};
}

/* Which form is it? What is behind the prefix goes into the value. */
static bool spec_match(const char *text, struct spec *s, bool *quoted)
{
	for (size_t i = 0; i < sizeof(spec_forms) / sizeof(spec_forms[0]); i++) {
		size_t len = strlen(spec_forms[i].prefix);
		const char *before = spec_forms[i].before;

		if (strncmp(text, spec_forms[i].prefix, len))
			continue;
		s->kind = spec_forms[i].kind;
		*quoted = text[0] != '/';
		if (strlen(before) + strlen(text + len) >= sizeof(s->value))
			return false;
		/* Quotes come first in a tag, before what is put there. */
		text_copy(s->value, sizeof(s->value), text + len);
		if (*quoted)
			spec_unquote(s->value);
		if (!s->value[0])
			return false;
		memmove(s->value + strlen(before), s->value, strlen(s->value) + 1);
		memcpy(s->value, before, strlen(before));
		return true;
	}
	return false;
}

void spec_parse(const char *text, struct spec *out)
{
	bool quoted = false;

	spec_refuse(out);
	/* dracut's way of saying that it is a block device. */
	if (!strncmp(text, "block:", 6))
		text += 6;
	if (!strncmp(text, "/dev/block/", 11) || text[0] != '/') {
		const char *number = text[0] == '/' ? text + 11 : text;

		if (spec_number(out, number))
			return;
	}
	if (!spec_match(text, out, &quoted) ||
	    (out->kind == SPEC_PARTUUID && !spec_cut_offset(out))) {
		spec_refuse(out);
		return;
	}
	if (out->kind == SPEC_DEVICE)
		spec_volume_group(out);
}
