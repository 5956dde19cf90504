/* mount.c - see mount.h */
#include "disk/mount.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>

#define MOUNT_MAX_LINES 1024u

int mount_private(struct err_text *err)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(err, -errno, "cannot create a private mount table: %s",
			       strerror(errno));
	return 0;
}

static void mount_context_freep(struct libmnt_context **c)
{
	mnt_free_context(*c);
}

static int mount_set_up(struct libmnt_context *c, const struct mount_source *source,
			const char *fstype, const char *target, const char *options)
{
	char all[512];
	int n;

	if (source->length)
		n = snprintf(all, sizeof(all), "nodev,%s,loop,offset=%llu,sizelimit=%llu", options,
			     (unsigned long long)source->start, (unsigned long long)source->length);
	else
		n = snprintf(all, sizeof(all), "nodev,%s", options);
	if (n < 0 || (size_t)n >= sizeof(all))
		return -ENAMETOOLONG;
	if (mnt_context_set_source(c, source->path) || mnt_context_set_target(c, target) ||
	    mnt_context_set_fstype(c, fstype) || mnt_context_set_options(c, all))
		return -ENOMEM;
	/* Neither the machine's fstab nor its utab nor mount helpers have a
	 * say in this. */
	mnt_context_disable_mtab(c, 1);
	mnt_context_disable_helpers(c, 1);
	mnt_context_set_optsmode(c, MNT_OMODE_NOTAB);
	return 0;
}

int mount_volume(const struct mount_source *source, const char *fstype, const char *target,
		 const char *options, struct err_text *err)
{
	CLEANUP(mount_context_freep) struct libmnt_context *c = mnt_new_context();
	char why[256] = "";
	int r;

	if (!c)
		return -ENOMEM;
	r = mount_set_up(c, source, fstype, target, options);
	if (r)
		return r;
	r = mnt_context_mount(c);
	if (!r)
		return 0;
	mnt_context_get_excode(c, r, why, sizeof(why));
	return err_set(err, r < 0 ? r : -EIO, "%s (%s) cannot be mounted: %s", source->path, fstype,
		       why[0] ? why : strerror(r < 0 ? -r : EIO));
}

int mount_undo(const char *target, struct err_text *err)
{
	const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};

	for (int i = 0; i < 25; i++) {
		if (umount2(target, UMOUNT_NOFOLLOW) == 0)
			return 0;
		if (errno != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return err_set(err, -errno, "%s cannot be unmounted: %s", target, strerror(errno));
}

static void mount_table_unrefp(struct libmnt_table **t)
{
	mnt_unref_table(*t);
}

static void mount_iter_freep(struct libmnt_iter **i)
{
	mnt_free_iter(*i);
}

static int mount_skip_line(struct libmnt_table *t, const char *file, int line)
{
	(void)t;
	(void)file;
	(void)line;
	return 1;
}

static char *mount_strdup(const char *s)
{
	return strdup(s ? s : "");
}

static int mount_take_line(struct mount_line *out, struct libmnt_fs *fs)
{
	out->spec = mount_strdup(mnt_fs_get_source(fs));
	out->target = mount_strdup(mnt_fs_get_target(fs));
	out->fstype = mount_strdup(mnt_fs_get_fstype(fs));
	out->options = mount_strdup(mnt_fs_get_options(fs));
	return out->spec && out->target && out->fstype && out->options ? 0 : -ENOMEM;
}

int mount_read_fstab(int fd, struct mount_fstab *out)
{
	CLEANUP(mount_table_unrefp) struct libmnt_table *t = mnt_new_table();
	CLEANUP(mount_iter_freep) struct libmnt_iter *it = mnt_new_iter(MNT_ITER_FORWARD);
	CLEANUP_FILE FILE *f = NULL;
	struct mount_fstab list = {0};
	struct libmnt_fs *fs;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0), r = 0;

	f = copy < 0 ? NULL : fdopen(copy, "r");
	if (!f && copy >= 0)
		close(copy);
	list.v = calloc(MOUNT_MAX_LINES, sizeof(*list.v));
	if (!t || !it || !f || !list.v) {
		free(list.v);
		return -ENOMEM;
	}
	mnt_table_set_parser_errcb(t, mount_skip_line);
	r = mnt_table_parse_stream(t, f, "fstab");
	while (r >= 0 && list.n < MOUNT_MAX_LINES && mnt_table_next_fs(t, it, &fs) == 0) {
		r = mount_take_line(&list.v[list.n++], fs);
		if (r)
			break;
	}
	if (r < 0) {
		mount_fstab_release(&list);
		return r;
	}
	*out = list;
	return 0;
}

void mount_fstab_release(struct mount_fstab *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].spec);
		free(f->v[i].target);
		free(f->v[i].fstype);
		free(f->v[i].options);
	}
	free(f->v);
	*f = (struct mount_fstab){0};
}

bool mount_has_option(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = options; *p; p += strcspn(p, ","), p += *p == ',') {
		if (!strncmp(p, name, len) && (p[len] == '\0' || p[len] == ','))
			return true;
	}
	return false;
}
