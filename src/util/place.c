/* place.c - see place.h */
#include "util/place.h"
#include "util/text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cuts the last component off; false when there is none. */
static int place_parent(char *path, const char *name)
{
	char *slash = strrchr(path, '/');

	if (!slash || (name && strcmp(slash + 1, name)))
		return 0;
	*slash = '\0';
	return 1;
}

/* The folder of the running program; false when that is not known. */
static int place_own_folder(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (n <= 0)
		return 0;
	out[n] = '\0';
	return place_parent(out, NULL);
}

const char *place_libexec(char *out, size_t size)
{
	char exe[PATH_MAX];
	struct stat st;

	if (place_own_folder(exe) && place_parent(exe, "bin") &&
	    (size_t)snprintf(out, size, "%s/lib/p2v-target", exe) < size && !stat(out, &st) &&
	    S_ISDIR(st.st_mode))
		return out;
	text_copy(out, size, P2V_LIBEXECDIR);
	return out;
}

const char *place_program(const char *name, char *out, size_t size)
{
	char exe[PATH_MAX];

	if (!place_own_folder(exe) || (size_t)snprintf(out, size, "%s/%s", exe, name) >= size ||
	    access(out, X_OK) < 0)
		text_copy(out, size, name);
	return out;
}
