/* replay.c - a fuzz target's corpus, without a fuzzer
 *
 * Linked with one fuzz-X.c in every build, so that each input that was ever
 * interesting is a test case in `make check`. The Makefile says which folder
 * (REPLAY_CORPUS); it is run from the top of the source tree.
 */
#include "util/cleanup.h"
#include "util/io.h"

#include <dirent.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(int dir, const char *name)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE uint8_t *exact = NULL;
	size_t len;
	int r = io_read_file(dir, name, 16 << 20, &text, &len);

	if (r < 0) {
		printf("# %s: %s\n", name, strerror(-r));
		return r;
	}
	/* A copy of exactly that size: reading one byte too far must be seen. */
	exact = malloc(len ? len : 1);
	if (!exact)
		return -1;
	memcpy(exact, text, len);
	LLVMFuzzerTestOneInput(exact, len);
	return 0;
}

static int replay_folder(const char *path, unsigned *count)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int r = 0;

	if (!dir) {
		printf("# cannot open %s\n", path);
		return -1;
	}
	while (!r && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		r = replay_file(dirfd(dir), d->d_name);
		(*count)++;
	}
	closedir(dir);
	return r;
}

int main(void)
{
	unsigned count = 0;
	int failed = replay_folder(REPLAY_CORPUS, &count) || !count;

	printf("1..1\n%sok 1 - %u inputs of %s\n", failed ? "not " : "", count, REPLAY_CORPUS);
	return failed;
}
