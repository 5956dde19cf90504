/* fuzz-names.c - hostile names of disks, over hostile facts
 *
 * The input is source-disks, volumes and names, with form feeds between them.
 * What is found must be there, what was learned must be found, and what is
 * written must read back as the same.
 */
#include "names/names.h"
#include "names/names_find.h"
#include "names/names_learn.h"
#include "names/names_text.h"
#include "util/cleanup.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *fuzz_cut(char **at, char end)
{
	char *piece = *at, *p = strchr(piece, end);

	if (p)
		*p++ = '\0';
	*at = p ? p : piece + strlen(piece);
	return piece;
}

static void fuzz_name(struct names *n, const char *name)
{
	struct names_found f = names_find(n, name);
	char stable[300];

	if (f.answer == NAMES_DISK && f.disk >= n->disk_count)
		abort();
	if ((f.answer == NAMES_VOLUME || f.answer == NAMES_AMBIGUOUS) &&
	    f.volume >= n->volume_count)
		abort();
	if (f.answer == NAMES_AMBIGUOUS && (f.other >= n->volume_count || f.other == f.volume))
		abort();
	if (f.answer == NAMES_VOLUME)
		names_stable(n, f.volume, stable, sizeof(stable));
	if (n->volume_count && names_learn(n, name, n->volume_count - 1) &&
	    names_find(n, name).answer != NAMES_VOLUME)
		abort();
}

static char *fuzz_write(const struct names *n, void (*write)(const struct names *, FILE *))
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	write(n, f);
	fclose(f);
	return text;
}

/* A second writing of what was read back is the same. */
static void fuzz_again(const struct names *n)
{
	CLEANUP_FREE char *disks = fuzz_write(n, names_text_write_disks);
	CLEANUP_FREE char *volumes = fuzz_write(n, names_text_write_volumes);
	CLEANUP_FREE char *d = strdup(disks);
	CLEANUP_FREE char *v = strdup(volumes);
	CLEANUP(names_release) struct names again = {0};

	if (names_text_read(d, v, &again))
		return;
	if (again.volume_count != n->volume_count)
		abort();
	CLEANUP_FREE char *volumes_again = fuzz_write(&again, names_text_write_volumes);
	if (strcmp(volumes, volumes_again) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = calloc(1, size + 1);
	CLEANUP(names_release) struct names n = {0};
	char *at = text, *disks, *volumes;

	if (!text || size > 16384)
		return 0;
	memcpy(text, data, size);
	disks = fuzz_cut(&at, '\f');
	volumes = fuzz_cut(&at, '\f');
	if (names_text_read(disks, volumes, &n))
		return 0;
	fuzz_again(&n);
	for (unsigned i = 0; *at && i < 64; i++)
		fuzz_name(&n, fuzz_cut(&at, '\n'));
	return 0;
}
