/* image.h - disk images for the unit tests of src/source, made by the real tools
 *
 * IMAGE_RUN() runs a program and fails the test when it fails. Everything
 * lives in a scratch directory that image_end() removes.
 */
#ifndef P2V_TESTS_IMAGE_H
#define P2V_TESTS_IMAGE_H

#include "tap.h"
#include "util/io.h"
#include "util/run.h"

#include <fcntl.h>
#include <unistd.h>

static char image_dir[64];

/* "NAME" in the scratch directory; a few results stay valid at a time. */
static inline const char *image_path(const char *name)
{
	static char path[8][256];
	static unsigned next;
	char *p = path[next++ % 8];

	snprintf(p, sizeof(path[0]), "%s/%s", image_dir, name);
	return p;
}

/* Exit status; both outputs become TAP comments when it is not @want. */
static inline int image_run(int want, const char *const argv[], const char *input)
{
	struct run_options options = {.merge = true, .timeout = 300, .input = input};
	struct run_result result;
	int status = run_program(argv, &options, &result) < 0 ? -1 : result.status;

	if (status != want) {
		printf("# %s: status %d, want %d\n", argv[0], status, want);
		for (char *at = result.out; at && *at; at += strcspn(at, "\n") + 1) {
			printf("# | %.*s\n", (int)strcspn(at, "\n"), at);
			if (!at[strcspn(at, "\n")])
				break;
		}
	}
	run_result_release(&result);
	return status;
}

#define IMAGE_RUN_STATUS(want, ...) \
	TAP_INT(image_run(want, (const char *const[]){__VA_ARGS__, NULL}, NULL), want)
#define IMAGE_RUN(...) IMAGE_RUN_STATUS(0, __VA_ARGS__)
#define IMAGE_RUN_INPUT(text, ...) \
	TAP_INT(image_run(0, (const char *const[]){__VA_ARGS__, NULL}, text), 0)

static inline void image_begin(void)
{
	/* Debian's root has these in PATH, its users do not. */
	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	setenv("E2FSPROGS_FAKE_TIME", "1700000000", 0);
	snprintf(image_dir, sizeof(image_dir), "/tmp/p2v-image.XXXXXX");
	if (!mkdtemp(image_dir)) {
		printf("Bail out! no scratch directory\n");
		exit(1);
	}
}

static inline int image_end(void)
{
	IMAGE_RUN("rm", "-rf", image_dir);
	return tap_done();
}

/* A file of @size bytes, each of them @byte. */
static inline void image_fill(const char *path, uint64_t size, int byte)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint8_t *block = malloc(1 << 20);

	TAP_OK(fd >= 0 && block);
	memset(block, byte, 1 << 20);
	for (uint64_t at = 0; at < size;) {
		size_t n = size - at < 1 << 20 ? (size_t)(size - at) : 1 << 20;

		TAP_INT(io_pwrite_full(fd, block, n, at), 0);
		at += n;
	}
	free(block);
	close(fd);
}

/* A directory of files of many sizes, with contents that do not repeat. */
static inline void image_tree(const char *dir, unsigned files)
{
	uint64_t x = 88172645463325252ull;

	IMAGE_RUN("mkdir", "-p", dir);
	for (unsigned i = 0; i < files; i++) {
		uint64_t words[4096];
		char path[300];
		size_t len = (size_t)i * i * 37 % 200000;
		int fd;

		snprintf(path, sizeof(path), "%s/file%03u", dir, i);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		TAP_OK(fd >= 0);
		while (len) {
			size_t n = len < sizeof(words) ? len : sizeof(words);

			for (size_t w = 0; w < sizeof(words) / 8; w++) {
				x ^= x << 13;
				x ^= x >> 7;
				x ^= x << 17;
				words[w] = x;
			}
			TAP_INT(io_write_full(fd, words, n), 0);
			len -= n;
		}
		close(fd);
	}
}

#endif
