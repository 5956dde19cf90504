/* hwfacts.c - see hwfacts.h */
#include "receive/hwfacts.h"
#include "names/names_text.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/strv.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

#define HWFACTS_MAX_ALIASES 8192u

static int hwfacts_volumes(FILE *out, const struct root *root)
{
	names_text_write_volumes(&root->names, out);
	return 0;
}

static int hwfacts_source_disks(FILE *out, const struct root *root)
{
	names_text_write_disks(&root->names, out);
	return 0;
}

static int hwfacts_target_disks(FILE *out, const struct root *root)
{
	const struct plan *plan = root->plan;

	for (uint32_t i = 0; i < plan->target.disk_count; i++)
		fprintf(out, "%s\n", plan->target.disks[i].name);
	return 0;
}

static int hwfacts_source_nics(FILE *out, const struct root *root)
{
	const struct plan *plan = root->plan;

	for (uint32_t i = 0; i < plan->nic_count; i++)
		fprintf(out, "%s %s\n", plan->nics[i].name, plan->nics[i].mac);
	return 0;
}

static int hwfacts_file(const char *dir, const char *name, const struct root *root,
			int (*fill)(FILE *out, const struct root *root))
{
	CLEANUP_FREE char *path = NULL;
	FILE *f;
	int r;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	f = fopen(path, "we");
	if (!f)
		return -errno;
	r = fill(f, root);
	if (ferror(f) && !r)
		r = -EIO;
	return fclose(f) && !r ? -errno : r;
}

static int hwfacts_text(const char *dir, const char *name, const char *text)
{
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return io_write_file(AT_FDCWD, path, text, 0600);
}

static int hwfacts_target_nics(const char *dir, const struct facts *facts)
{
	char text[FACTS_MAX_NICS * 100] = "";
	size_t at = 0;

	for (uint32_t i = 0; i < facts->nic_count; i++) {
		const struct facts_nic *n = &facts->nics[i];

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s %s %s\n", n->name, n->mac,
				       n->driver);
	}
	return hwfacts_text(dir, "target-nics", text);
}

static int hwfacts_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The line of a uevent file that names the driver's alias. */
static int hwfacts_add_alias(struct strv *list, const char *path, bool uevent)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *save = NULL;

	if (io_read_file(AT_FDCWD, path, 16384, &text, NULL))
		return 0;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (uevent && strncmp(line, "MODALIAS=", 9))
			continue;
		return strv_add(list, uevent ? line + 9 : line);
	}
	return 0;
}

static int hwfacts_find_aliases(struct strv *list)
{
	char devices[] = "/sys/devices";
	char *const roots[] = {devices, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	FTSENT *e;
	int r = 0;

	if (!walk)
		return -errno;
	while (!r && list->n < HWFACTS_MAX_ALIASES && (e = fts_read(walk))) {
		bool uevent = !strcmp(e->fts_name, "uevent");

		if (e->fts_info != FTS_D && e->fts_info != FTS_DP &&
		    (uevent || !strcmp(e->fts_name, "modalias")))
			r = hwfacts_add_alias(list, e->fts_path, uevent);
	}
	fts_close(walk);
	return r;
}

static int hwfacts_modaliases(FILE *out, const struct root *root)
{
	CLEANUP(strv_release) struct strv list = {0};
	int r = hwfacts_find_aliases(&list);

	(void)root;
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), hwfacts_compare);
	for (size_t i = 0; i < list.n; i++)
		if (!i || strcmp(list.v[i], list.v[i - 1]))
			fprintf(out, "%s\n", list.v[i]);
	return r;
}

void hwfacts_console(const char *cmdline, char *out, size_t size)
{
	static const char *const serial[] = {"ttyS", "ttyAMA", "hvc", "ttysclp"};
	const char *p = cmdline;

	out[0] = '\0';
	/* The last one is the kernel's /dev/console. */
	while (*p) {
		size_t len = strcspn(p, " \n");

		for (size_t i = 0; i < sizeof(serial) / sizeof(serial[0]); i++)
			if (!strncmp(p, "console=", 8) && len - 8 < size &&
			    !strncmp(p + 8, serial[i], strlen(serial[i]))) {
				memcpy(out, p + 8, len - 8);
				out[len - 8] = '\0';
			}
		p += len;
		p += strspn(p, " \n");
	}
}

static int hwfacts_cmdline(const char *dir)
{
	CLEANUP_FREE char *cmdline = NULL;
	char console[64];
	int r = io_read_file(AT_FDCWD, "/proc/cmdline", 65536, &cmdline, NULL);

	if (r)
		return r;
	hwfacts_console(cmdline, console, sizeof(console));
	r = hwfacts_text(dir, "cmdline", cmdline);
	return r || !console[0] ? r : hwfacts_text(dir, "console", console);
}

int hwfacts_write(const char *dir, const struct root *root, const struct facts *facts,
		  struct err_text *err)
{
	int r = hwfacts_file(dir, "volumes", root, hwfacts_volumes);

	if (!r)
		r = hwfacts_file(dir, "source-disks", root, hwfacts_source_disks);
	if (!r)
		r = hwfacts_file(dir, "target-disks", root, hwfacts_target_disks);
	if (!r)
		r = hwfacts_file(dir, "source-nics", root, hwfacts_source_nics);
	if (!r)
		r = hwfacts_file(dir, "modaliases", root, hwfacts_modaliases);
	if (!r)
		r = hwfacts_target_nics(dir, facts);
	if (!r)
		r = hwfacts_text(dir, "firmware", facts->firmware);
	if (!r)
		r = hwfacts_cmdline(dir);
	return r ? err_set(err, r, "the facts for the fixups (%s): %s", dir, strerror(-r)) : 0;
}
