/* sysfs.c - see sysfs.h */
#include "source/sysfs.h"
#include "util/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sysmacros.h>

int sysfs_device(const char *root, dev_t dev, const char *below, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/sys/dev/block/%u:%u%s%s", root, major(dev), minor(dev),
			 *below ? "/" : "", below);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

dev_t sysfs_read_dev(const char *path)
{
	unsigned maj, min;
	char line[32];

	if (io_read_line(AT_FDCWD, path, line, sizeof(line)) < 0 ||
	    sscanf(line, "%u:%u", &maj, &min) != 2)
		return 0;
	return makedev(maj, min);
}

int sysfs_walk(const char *dir, int (*fn)(void *ctx, const char *entry, dev_t dev), void *ctx)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int r = 0;

	if (!d)
		return 0;
	while (!r && (e = readdir(d))) {
		char path[700];
		dev_t dev;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/dev", dir, e->d_name);
		dev = sysfs_read_dev(path);
		if (dev)
			r = fn(ctx, e->d_name, dev);
	}
	closedir(d);
	return r;
}
