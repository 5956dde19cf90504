/* legacy_path.c - see legacy_path.h */
#include "bootconf/legacy_path.h"
#include "bootconf/draft.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

struct legacy_name {
	char disk[16]; /* "hd0" */
	long part;     /* from 1; 0: the whole disk */
};

static bool legacy_path_split(const char *name, struct legacy_name *out)
{
	size_t len = strcspn(name, ",");
	char digits[8] = "";
	uint64_t n;

	if (strncmp(name, "hd", 2) != 0 || len >= sizeof(out->disk))
		return false;
	memcpy(out->disk, name, len);
	out->disk[len] = '\0';
	out->part = 0;
	if (!name[len])
		return true;
	/* What follows another comma is a BSD partition. */
	name += len + 1;
	len = strcspn(name, ",");
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, name, len);
	if (!text_to_u64(digits, 0, 255, &n))
		return false;
	out->part = (long)n + 1;
	return true;
}

/* GRUB 2 calls it "hd0,msdos1", "hd0,gpt1" or "hd0,1". */
static bool legacy_path_same(const char *grub, const struct legacy_name *n)
{
	size_t len = strlen(n->disk);
	uint64_t part;

	if (strncmp(grub, n->disk, len) != 0)
		return false;
	grub += len;
	if (!*grub || !n->part)
		return !*grub && !n->part;
	if (*grub != ',')
		return false;
	grub += 1 + strcspn(grub + 1, "0123456789");
	return text_to_u64(grub, 1, 256, &part) && (long)part == n->part;
}

/* A line of device.map: "(hd0)   /dev/sda"; the partition is then sda1, or
 * nvme0n1p1. */
static long legacy_path_mapped(const struct reader_facts *f, const char *map,
			       const struct legacy_name *n)
{
	size_t len = strlen(n->disk);
	char name[64] = "", with[96];

	for (const char *line = map; line && *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *dev;
		size_t size;

		if (*line != '(' || strncmp(line + 1, n->disk, len) != 0 || line[len + 1] != ')')
			continue;
		dev = line + len + 2;
		dev += strspn(dev, " \t");
		size = strcspn(dev, " \t\r\n");
		if (strncmp(dev, "/dev/", 5) != 0 || size - 5 >= sizeof(name))
			continue;
		memcpy(name, dev + 5, size - 5);
		name[size - 5] = '\0';
	}
	if (!*name)
		return -1;
	snprintf(with, sizeof(with), "%s", name);
	if (n->part)
		snprintf(with, sizeof(with), "%s%s%ld", name,
			 isdigit((unsigned char)name[strlen(name) - 1]) ? "p" : "", n->part);
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->devices[i].name, with))
			return (long)i;
	return -1;
}

long legacy_path_device(const struct reader_facts *f, const char *map, const char *name)
{
	struct legacy_name n;

	if (!legacy_path_split(name, &n))
		return -1;
	for (size_t i = 0; i < f->n; i++)
		if (*f->devices[i].grub && legacy_path_same(f->devices[i].grub, &n))
			return (long)i;
	return legacy_path_mapped(f, map, &n);
}

static bool legacy_path_look(const struct reader_facts *f, size_t device, const char *path,
			     struct legacy_where *w)
{
	w->device = device;
	w->path = draft_look(f, device, path);
	return w->path;
}

int legacy_path_find(const struct reader_facts *f, const char *map, size_t own, const char *root,
		     const char *word, struct legacy_where *w)
{
	CLEANUP_FREE char *device = NULL, *path = NULL;
	size_t len = strcspn(word, ")");
	long known;

	*w = (struct legacy_where){0};
	if (*word == '(' && word[len]) {
		device = strndup(word + 1, len - 1);
		word += len + 1;
	} else {
		device = strdup(root);
	}
	if (!device)
		return -ENOMEM;
	if (*word != '/')
		return 0;
	path = draft_path("", word);
	if (!path)
		return -ENOMEM;
	known = *device ? legacy_path_device(f, map, device) : (long)own;
	if (known >= 0) {
		legacy_path_look(f, (size_t)known, path, w);
		return 0;
	}
	/* A diskette or the network holds none of these files. */
	if (strncmp(device, "hd", 2) != 0 || legacy_path_look(f, own, path, w))
		return 0;
	for (size_t i = 0; i < f->n; i++)
		if (!*f->devices[i].grub && legacy_path_look(f, i, path, w))
			return 0;
	return 0;
}
