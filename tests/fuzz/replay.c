/* replay.c - a fuzz target's corpus, without a fuzzer
 *
 * Linked with one fuzz-X.c in every build, so that each input that was ever
 * interesting is a test case in `make check`. Arguments are folders; one TAP
 * line for each.
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

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		unsigned count = 0;
		int r = replay_folder(argv[i], &count);

		printf("%sok %d - %u inputs of %s\n", r || !count ? "not " : "", i, count, argv[i]);
		failed |= r || !count;
	}
	printf("1..%d\n", argc - 1);
	return failed || argc < 2;
}
