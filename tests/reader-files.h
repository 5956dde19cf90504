/* reader-files.h - a file system in memory, for tests of boot configuration readers
 *
 *     static const struct rf_file files[] = {RF("/boot/k", "k"), RF("1:/k", "k"), RF(NULL, NULL)};
 *     struct reader_facts facts = rf_facts(devices, 2, files);
 */
#ifndef P2V_TESTS_READER_FILES_H
#define P2V_TESTS_READER_FILES_H

#include "bootconf/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct rf_file {
	const char *path; /* "1:/path" is on the second device; NULL ends the table */
	const void *data;
	size_t size; /* 0: @data is a string */
};

#define RF(path_, text_) \
	{ \
		.path = (path_), .data = (text_) \
	}

static inline const struct rf_file *rf_find(const struct rf_file *files, size_t device,
					    const char *path)
{
	for (const struct rf_file *f = files; f->path; f++) {
		bool second = !strncmp(f->path, "1:", 2);

		if (second == (device == 1) && !strcmp(f->path + 2 * second, path))
			return f;
	}
	return NULL;
}

static inline size_t rf_size(const struct rf_file *f)
{
	return f->size ? f->size : strlen(f->data);
}

static inline int rf_read_at(void *ctx, size_t device, const char *path, uint64_t offset,
			     size_t size, void **out)
{
	const struct rf_file *f = rf_find(ctx, device, path);

	if (!f)
		return -ENOENT;
	if (offset > rf_size(f) || size > rf_size(f) - offset)
		return -ENODATA;
	*out = calloc(1, size + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, (const char *)f->data + offset, size);
	return 0;
}

static inline int rf_read(void *ctx, size_t device, const char *path, size_t max, char **out,
			  size_t *len)
{
	const struct rf_file *f = rf_find(ctx, device, path);
	void *data;
	int r;

	if (!f)
		return -ENOENT;
	if (rf_size(f) > max)
		return -EFBIG;
	r = rf_read_at(ctx, device, path, 0, rf_size(f), &data);
	if (r < 0)
		return r;
	*out = data;
	*len = rf_size(f);
	return 0;
}

/* The part of a file's path behind "@path/", NULL when it is not below it. */
static inline const char *rf_below(const struct rf_file *f, size_t device, const char *path)
{
	bool second = !strncmp(f->path, "1:", 2);
	const char *own = f->path + 2 * second;
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	return second == (device == 1) && !strncmp(own, path, len) && own[len] == '/'
		       ? own + len + 1
		       : NULL;
}

static inline enum reader_kind rf_stat(void *ctx, size_t device, const char *path, uint64_t *size)
{
	const struct rf_file *files = ctx, *f = rf_find(files, device, path);

	if (f && size)
		*size = rf_size(f);
	if (f)
		return READER_REGULAR;
	for (f = files; f->path; f++)
		if (rf_below(f, device, path))
			return READER_DIRECTORY;
	return READER_NONE;
}

static inline int rf_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline int rf_list(void *ctx, size_t device, const char *path, struct strv *names)
{
	const struct rf_file *files = ctx;

	if (rf_stat(ctx, device, path, NULL) != READER_DIRECTORY)
		return -ENOENT;
	for (const struct rf_file *f = files; f->path; f++) {
		const char *below = rf_below(f, device, path);
		char name[256] = "";

		if (!below || *below == '.')
			continue;
		strncat(name, below, strcspn(below, "/") < 255 ? strcspn(below, "/") : 255);
		if (!strv_has(names, name) && strv_add(names, name) < 0)
			return -ENOMEM;
	}
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), rf_compare);
	return 0;
}

/* A PC; change what the test is about. */
static inline struct reader_facts rf_facts(const struct reader_device *devices, size_t n,
					   const struct rf_file *files)
{
	return (struct reader_facts){
		.devices = devices,
		.n = n,
		.platform = "pc",
		.machine = "x86_64",
		.read = rf_read,
		.read_at = rf_read_at,
		.stat = rf_stat,
		.list = rf_list,
		.ctx = (void *)(uintptr_t)files,
	};
}

/* The id of the one default, "" for none, "(several)". */
static inline const char *rf_default(const struct boot_list *l)
{
	const char *id = "";

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].is_default)
			id = *id ? "(several)" : l->v[i].id;
	return id;
}

static inline bool rf_warns(const struct boot_list *l, const char *text)
{
	for (size_t i = 0; i < l->warnings.n; i++)
		if (strstr(l->warnings.v[i], text))
			return true;
	return false;
}

#endif
