/* fuzz-mounts.c - /proc/self/mountinfo, in which anybody chooses names
 *
 * The input is the file. No mount may lack a part, and the mount that a path is
 * on is one that it begins with.
 */
#include "block/mounts.h"
#include "util/cleanup.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mounts_release) struct mounts m = {0};
	CLEANUP_FREE char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (mounts_parse(text, &m) < 0)
		abort();
	for (size_t i = 0; i < m.n; i++) {
		const struct mounts_entry *e =
			m.v[i].point ? mounts_of_path(&m, m.v[i].point) : NULL;

		if (!m.v[i].root || !m.v[i].point || !m.v[i].type || !m.v[i].source)
			abort();
		if (e && strcmp(e->point, "/") != 0 &&
		    strncmp(e->point, m.v[i].point, strlen(e->point)) != 0)
			abort();
	}
	mounts_root(&m);
	return 0;
}
