/* source-copy.c - for source.t: a push without a wire
 *
 *   source-copy [--freeze] [--wait] SOURCE TARGET
 *
 * Prints a line for each reason ("refused source-in-use: ..."), and writes the
 * chunks of SOURCE where they belong in the file TARGET. With --freeze, what
 * is mounted is frozen, and the maps are read again, before the first chunk.
 * With --wait it says "opened", and waits for a line before going on.
 * TARGET "-" throws the chunks away, and prints how fast they were read.
 *
 * Exit status: 0, 1 failed, 2 refused.
 */
#include "source/freeze.h"
#include "source/source.h"
#include "source/source_cursor.h"
#include "source/source_reader.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

static void show(const struct reasons *reasons)
{
	for (size_t i = 0; i < reasons->n; i++)
		printf("%s %s: %s [%s]\n", reason_level_name(reasons->v[i].level),
		       reasons->v[i].code, reasons->v[i].text, reasons->v[i].hint);
	fflush(stdout);
}

static int apply(int fd, const struct plan *plan, const struct chunk *c)
{
	static const uint8_t zeros[PLAN_CHUNK_SIZE];
	const uint8_t *data = c->data;
	int r = 0;

	for (uint32_t i = 0; i < c->run_count && !r && fd >= 0; i++) {
		const struct chunk_run *run = &c->runs[i];

		r = io_pwrite_full(fd, run->how == CHUNK_ZERO ? zeros : data, run->length,
				   plan->volumes[c->volume].source.start +
					   c->number * PLAN_CHUNK_SIZE + run->offset);
		data += run->how == CHUNK_ZERO ? 0 : run->length;
	}
	return r;
}

static int copy(const struct source *s, const struct plan *plan, int fd)
{
	struct source_reader *reader = source_reader_new(s);
	struct chunk *c = calloc(1, sizeof(*c));
	struct source_cursor *cursor = NULL;
	struct timespec from, to;
	uint64_t number, bytes = 0;
	uint32_t volume;
	double seconds;
	int r = reader && c ? source_cursor_new(s, NULL, &cursor) : -1;

	clock_gettime(CLOCK_MONOTONIC, &from);
	while (!r && source_cursor_next(cursor, &volume, &number)) {
		r = source_read_chunk(reader, volume, number, c);
		if (!r)
			r = apply(fd, plan, c);
		bytes += c->data_len;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("copied %" PRIu64 " bytes of data in %.2f s: %.0f MiB/s of %" PRIu64 " used\n",
	       bytes, seconds, (double)source_byte_total(s) / seconds / 1048576.0,
	       source_byte_total(s));
	source_cursor_free(cursor);
	source_reader_free(reader);
	free(c);
	return r;
}

int main(int argc, char **argv)
{
	bool freeze = argc > 1 && !strcmp(argv[1], "--freeze");
	bool wait = argc > 1 + freeze && !strcmp(argv[1 + freeze], "--wait");
	const char *paths[] = {argc > 2 ? argv[argc - 2] : ""};
	struct source_options options = {.paths = paths, .path_count = 1, .freeze = freeze};
	CLEANUP(reasons_release) struct reasons reasons = {0}, now = {0};
	CLEANUP(source_freep) struct source *s = NULL;
	CLEANUP(plan_release) struct plan plan = {0};
	CLEANUP_FD int fd = -1;
	struct freeze *f = NULL;
	int r;

	if (argc != 3 + freeze + wait)
		return 1;
	if (source_open(&options, &s, &reasons) < 0 || source_plan(s, &plan) < 0)
		return 1;
	show(&reasons);
	if (reasons_refuse(&reasons))
		return 2;
	if (wait) {
		puts("opened");
		fflush(stdout);
		getchar();
	}
	if (strcmp(argv[argc - 1], "-")) {
		fd = open(argv[argc - 1], O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return 1;
	}
	r = freeze ? freeze_start(source_mounts(s), &f) : 0;
	if (!r)
		r = source_refresh(s, &now);
	show(&now);
	if (!r && !reasons_refuse(&now))
		r = copy(s, &plan, fd);
	if (freeze_end(f) < 0 || r < 0)
		return 1;
	return reasons_refuse(&now) ? 2 : 0;
}
