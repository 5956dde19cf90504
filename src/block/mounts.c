/* mounts.c - see mounts.h */
#include "block/mounts.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#define MOUNTS_MAX_FILE (4u << 20)

enum {
	MOUNTS_ID,
	MOUNTS_PARENT,
	MOUNTS_NUMBER,
	MOUNTS_ROOT,
	MOUNTS_POINT,
	MOUNTS_OPTIONS,
	MOUNTS_DASH,
	MOUNTS_TYPE,
	MOUNTS_SOURCE,
	MOUNTS_SUPER,
	MOUNTS_FIELDS
};

static void mounts_entry_release(struct mounts_entry *e)
{
	free(e->root);
	free(e->point);
	free(e->type);
	free(e->source);
}

void mounts_release(struct mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		mounts_entry_release(&m->v[i]);
	free(m->v);
	*m = (struct mounts){0};
}

char *mounts_unescape(char *s)
{
	char *to = s;

	for (char *at = s; *at; at++) {
		if (at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' && at[2] <= '7' &&
		    at[3] >= '0' && at[3] <= '7') {
			*to++ = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
			at += 3;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
	return s;
}

static bool mounts_option(const char *options, const char *want)
{
	size_t len = strlen(want);

	for (const char *at = options; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, want, len) && (at[len] == ',' || !at[len]))
			return true;
	}
	return false;
}

/* A source may be empty, so that two blanks follow each other. */
static bool mounts_split(char *line, char *field[MOUNTS_FIELDS])
{
	int n = 0;

	for (char *at = strsep(&line, " "); at; at = strsep(&line, " ")) {
		if (n == MOUNTS_DASH && strcmp(at, "-"))
			continue; /* tags */
		field[n++] = at;
		if (n == MOUNTS_FIELDS)
			return true;
	}
	return false;
}

static int mounts_add(struct mounts *m, char *line)
{
	char *field[MOUNTS_FIELDS];
	struct mounts_entry *grown, e = {0};
	unsigned maj, min;

	if (!mounts_split(line, field) || sscanf(field[MOUNTS_NUMBER], "%u:%u", &maj, &min) != 2)
		return 0;
	grown = realloc(m->v, (m->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->v = grown;
	e.number = makedev(maj, min);
	e.writable = mounts_option(field[MOUNTS_SUPER], "rw");
	e.root = strdup(mounts_unescape(field[MOUNTS_ROOT]));
	e.point = strdup(mounts_unescape(field[MOUNTS_POINT]));
	e.type = strdup(mounts_unescape(field[MOUNTS_TYPE]));
	e.source = strdup(mounts_unescape(field[MOUNTS_SOURCE]));
	if (!e.root || !e.point || !e.type || !e.source) {
		mounts_entry_release(&e);
		return -ENOMEM;
	}
	m->v[m->n++] = e;
	return 0;
}

int mounts_parse(char *text, struct mounts *out)
{
	char *save = NULL;
	int r = 0;

	for (char *at = strtok_r(text, "\n", &save); at && !r; at = strtok_r(NULL, "\n", &save))
		r = mounts_add(out, at);
	return r;
}

int mounts_read(const char *root, struct mounts *out)
{
	CLEANUP_FREE char *text = NULL;
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	r = io_read_file(AT_FDCWD, path, MOUNTS_MAX_FILE, &text, NULL);
	if (!r)
		r = mounts_parse(text, out);
	if (r < 0)
		mounts_release(out);
	return r;
}

/* The last mount at a place is the one that is seen. */
const struct mounts_entry *mounts_root(const struct mounts *m)
{
	for (size_t i = m->n; i-- > 0;)
		if (!strcmp(m->v[i].point, "/"))
			return &m->v[i];
	return NULL;
}

const struct mounts_entry *mounts_of_path(const struct mounts *m, const char *path)
{
	const struct mounts_entry *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < m->n; i++) {
		const char *point = m->v[i].point;
		size_t len = strcmp(point, "/") ? strlen(point) : 0;

		if (!strncmp(path, point, len) && path[len] == '/' && len >= best) {
			best = len;
			found = &m->v[i];
		}
	}
	return found;
}

bool mounts_root_in_ram(void)
{
	struct statfs fs;

	if (statfs("/", &fs) < 0)
		return false;
	return fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}
