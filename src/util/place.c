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

const char *place_libexec(char *out, size_t size)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct stat st;

	if (n > 0) {
		exe[n] = '\0';
		if (place_parent(exe, NULL) && place_parent(exe, "bin") &&
		    (size_t)snprintf(out, size, "%s/lib/p2v-target", exe) < size &&
		    !stat(out, &st) && S_ISDIR(st.st_mode))
			return out;
	}
	text_copy(out, size, P2V_LIBEXECDIR);
	return out;
}
