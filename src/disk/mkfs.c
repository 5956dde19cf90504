/* mkfs.c - see mkfs.h */
#include "disk/mkfs.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/run.h"
#include "util/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* The header is one page of the machine that made it: at most this. */
#define MKFS_SWAP_HEADER 65536u
#define MKFS_TIMEOUT     3600u /* seconds */

static bool mkfs_is_ext(const char *fstype)
{
	return !strcmp(fstype, "ext2") || !strcmp(fstype, "ext3") || !strcmp(fstype, "ext4");
}

const char *mkfs_tool(const char *fstype, bool file)
{
	if (mkfs_is_ext(fstype))
		return "mke2fs";
	if (!strcmp(fstype, "xfs") && !file)
		return "mkfs.xfs";
	if (!strcmp(fstype, "vfat") && !file)
		return "mkfs.vfat";
	return NULL;
}

/* Runs a tool that must succeed; its last line of complaint goes to @err. */
static int mkfs_run(const struct strv *argv, struct err_text *err)
{
	struct run_options o = {.timeout = MKFS_TIMEOUT, .merge = true};
	struct run_result res = {0};
	int r = run_program((const char *const *)argv->v, &o, &res);

	if (r) {
		r = err_set(err, r, "%s cannot be run: %s", argv->v[0], strerror(-r));
	} else if (res.status) {
		char *end = res.out + strlen(res.out);
		const char *last;

		while (end > res.out && end[-1] == '\n')
			*--end = '\0';
		last = strrchr(res.out, '\n');
		r = err_set(err, -EIO, "%s failed (status %d): %.200s", argv->v[0], res.status,
			    last ? last + 1 : res.out);
	}
	run_result_release(&res);
	return r;
}

/* Appends "-X value" when there is a value. */
static int mkfs_option(struct strv *argv, const char *flag, const char *value)
{
	if (!value[0])
		return 0;
	return strv_add(argv, flag) || strv_add(argv, value) ? -ENOMEM : 0;
}

static int mkfs_swap_header(const struct mkfs_volume *v, const char *path, int fd,
			    struct err_text *err)
{
	CLEANUP(strv_release) struct strv argv = {0};

	if (ftruncate(fd, (off_t)v->length) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (strv_add(&argv, "mkswap") || mkfs_option(&argv, "-U", v->uuid) ||
	    mkfs_option(&argv, "-L", v->label) || strv_add(&argv, path))
		return -ENOMEM;
	return mkfs_run(&argv, err);
}

int mkfs_swap(struct disk_target *t, const struct mkfs_volume *v, const char *scratch,
	      struct err_text *err)
{
	CLEANUP_FREE char *path = NULL;
	CLEANUP_FREE uint8_t *header = NULL;
	CLEANUP_FD int fd = -1;
	size_t len = v->length < MKFS_SWAP_HEADER ? (size_t)v->length : MKFS_SWAP_HEADER;
	int r;

	if (asprintf(&path, "%s/swap.XXXXXX", scratch) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	header = malloc(MKFS_SWAP_HEADER);
	if (!header)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	r = mkfs_swap_header(v, path, fd, err);
	if (!r)
		r = io_pread_full(fd, header, len, 0);
	unlink(path);
	if (!r)
		r = disk_write(t, header, len, v->start);
	return r ? err_set(err, r, "%s: writing the swap header: %s", t->path, strerror(-r)) : 0;
}

static int mkfs_ext_arguments(struct strv *argv, const struct disk_target *t,
			      const struct mkfs_volume *v, const char *node)
{
	int r = strv_add(argv, "-F") || strv_add(argv, "-q") || strv_add(argv, "-t") ||
		strv_add(argv, v->fstype) || mkfs_option(argv, "-U", v->uuid) ||
		mkfs_option(argv, "-L", v->label);

	if (!r && !node)
		r = strv_add(argv, "-E") ||
		    strv_addf(argv, "offset=%llu", (unsigned long long)v->start);
	if (!r)
		r = strv_add(argv, node ? node : t->path);
	if (!r && !node)
		r = strv_addf(argv, "%lluk", (unsigned long long)(v->length / 1024));
	return r ? -ENOMEM : 0;
}

/* mkfs.vfat wants the volume id as eight hex digits without the dash. */
static int mkfs_vfat_arguments(struct strv *argv, const struct mkfs_volume *v, const char *node)
{
	char id[16] = "";
	size_t n = 0;

	for (const char *p = v->uuid; *p && n < 8; p++)
		if (*p != '-')
			id[n++] = *p;
	id[n] = '\0';
	return mkfs_option(argv, "-i", id) || mkfs_option(argv, "-n", v->label) ||
			       strv_add(argv, node)
		       ? -ENOMEM
		       : 0;
}

static int mkfs_xfs_arguments(struct strv *argv, const struct mkfs_volume *v, const char *node)
{
	int r = strv_add(argv, "-f") || strv_add(argv, "-q") || mkfs_option(argv, "-L", v->label);

	if (!r && v->uuid[0])
		r = strv_add(argv, "-m") || strv_addf(argv, "uuid=%s", v->uuid);
	return r || strv_add(argv, node) ? -ENOMEM : 0;
}

int mkfs_make(const struct disk_target *t, const struct mkfs_volume *v, const char *node,
	      struct err_text *err)
{
	CLEANUP(strv_release) struct strv argv = {0};
	const char *tool = mkfs_tool(v->fstype, !node);
	int r;

	if (!tool)
		return err_set(err, -ENOTSUP, "%s: a %s file system cannot be created here",
			       t->path, v->fstype);
	if (strv_add(&argv, tool))
		return -ENOMEM;
	if (!strcmp(tool, "mke2fs"))
		r = mkfs_ext_arguments(&argv, t, v, node);
	else if (!strcmp(tool, "mkfs.vfat"))
		r = mkfs_vfat_arguments(&argv, v, node);
	else
		r = mkfs_xfs_arguments(&argv, v, node);
	return r ? r : mkfs_run(&argv, err);
}
