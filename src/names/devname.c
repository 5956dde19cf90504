/* devname.c - see devname.h */
#include "names/devname.h"
#include "util/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Skips digits; NULL when there is none. */
static const char *devname_digits(const char *p)
{
	if (!isdigit((unsigned char)*p))
		return NULL;
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* "PREFIX<digits>MIDDLE<digits>", or "PREFIX<digits>" with an empty middle. */
static bool devname_is_counted(const char *name, const char *prefix, const char *middle)
{
	size_t len = strlen(prefix);
	const char *p = strncmp(name, prefix, len) ? NULL : devname_digits(name + len);

	if (p && *middle)
		p = strncmp(p, middle, strlen(middle)) ? NULL : devname_digits(p + strlen(middle));
	return p && !*p;
}

/* What follows sd, hd, vd, xvd; NULL: it is none of these. */
static const char *devname_letters(const char *name)
{
	static const char *const kinds[] = {"sd", "hd", "vd", "xvd"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i])) &&
		    islower((unsigned char)name[strlen(kinds[i])]))
			return name + strlen(kinds[i]);
	return NULL;
}

bool devname_is_disk(const char *name)
{
	const char *letters = devname_letters(name);

	if (letters)
		return strlen(letters) <= 4 &&
		       strspn(letters, "abcdefghijklmnopqrstuvwxyz") == strlen(letters);
	return devname_is_counted(name, "nvme", "n") || devname_is_counted(name, "mmcblk", "") ||
	       devname_is_counted(name, "cciss/c", "d") || devname_is_counted(name, "ida/c", "d") ||
	       devname_is_counted(name, "rd/c", "d");
}

int devname_order(const char *name)
{
	const char *letters = devname_letters(name);
	uint64_t number;
	char digits[8];
	int n = 0;

	if (!devname_is_disk(name))
		return -1;
	if (letters) {
		for (; *letters; letters++)
			n = n * 26 + (*letters - 'a') + 1;
		return n - 1;
	}
	if (!strncmp(name, "mmcblk", 6))
		return text_to_u64(name + 6, 0, 255, &number) ? (int)number : -1;
	/* nvme3n1 is the fourth; a second name space is no disk that could be counted. */
	if (sscanf(name, "nvme%7[0-9]", digits) != 1 || strcmp(name + 4 + strlen(digits), "n1"))
		return -1;
	return text_to_u64(digits, 0, 255, &number) ? (int)number : -1;
}

uint32_t devname_partition(const char *disk, size_t len, const char *suffix)
{
	bool digit = len && isdigit((unsigned char)disk[len - 1]);
	uint64_t number;

	if (digit && *suffix++ != 'p')
		return 0;
	if (*suffix == '0' || !text_to_u64(suffix, 1, DEVNAME_MAX_PARTITION, &number))
		return 0;
	return (uint32_t)number;
}

bool devname_split(const char *name, char *disk, size_t size, uint32_t *partition)
{
	size_t len = strlen(name);

	*partition = 0;
	if (!text_copy(disk, size, name))
		return false;
	if (devname_is_disk(disk))
		return true;
	while (len && isdigit((unsigned char)name[len - 1]))
		len--;
	/* The p belongs to the partition only where a digit comes before it. */
	if (len > 1 && name[len - 1] == 'p' && isdigit((unsigned char)name[len - 2]))
		len--;
	disk[len] = '\0';
	*partition = devname_partition(name, len, name + len);
	return *partition && devname_is_disk(disk);
}

/* "sd" and 27 are sdab. */
static void devname_lettered(const char *kind, uint32_t disk, uint32_t partition, char *out,
			     size_t size)
{
	char letters[8];
	size_t at = sizeof(letters) - 1;

	letters[at] = '\0';
	for (uint32_t n = disk + 1; n && at; n = (n - 1) / 26)
		letters[--at] = (char)('a' + (n - 1) % 26);
	if (partition)
		snprintf(out, size, "%s%s%u", kind, letters + at, partition);
	else
		snprintf(out, size, "%s%s", kind, letters + at);
}

static bool devname_from_ide(uint32_t major, uint32_t minor, char *out, size_t size)
{
	static const uint32_t majors[] = {3, 22, 33, 34, 56, 57, 88, 89, 90, 91};

	for (uint32_t i = 0; i < sizeof(majors) / sizeof(majors[0]); i++)
		if (majors[i] == major && minor < 128) {
			devname_lettered("hd", i * 2 + minor / 64, minor % 64, out, size);
			return true;
		}
	return false;
}

/* The kernel continues a minor beyond 255 in the same major (sd_major()). */
static bool devname_from_scsi(uint32_t major, uint32_t minor, char *out, size_t size)
{
	uint32_t block;

	if (major == 8)
		block = 0;
	else if (major >= 65 && major <= 71)
		block = major - 64;
	else if (major >= 128 && major <= 135)
		block = major - 120;
	else
		return false;
	if (minor > 255)
		return false;
	devname_lettered("sd", block * 16 + minor / 16, minor % 16, out, size);
	return true;
}

bool devname_from_number(uint32_t major, uint32_t minor, char *out, size_t size)
{
	if (devname_from_scsi(major, minor, out, size) || devname_from_ide(major, minor, out, size))
		return true;
	if (minor > 255)
		return false;
	if (major == 202)
		devname_lettered("xvd", minor / 16, minor % 16, out, size);
	else if (major == 9)
		snprintf(out, size, "md%u", minor);
	else if (major == 179 && minor % 8)
		snprintf(out, size, "mmcblk%up%u", minor / 8, minor % 8);
	else if (major == 179)
		snprintf(out, size, "mmcblk%u", minor / 8);
	else
		return false;
	return true;
}
