/* cli_names.c - p2v-boot resolve: what the source's names mean, for fixups */
#include "boot/cli_names.h"
#include "boot/cli.h"
#include "names/names.h"
#include "names/names_find.h"
#include "names/names_text.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CLI_NAMES_MAX ((size_t)4 << 20) /* bytes of a facts file */

/* What is missing is empty. */
static int cli_names_fact(int dir, const char *name, char **out)
{
	int r = io_read_file(dir, name, CLI_NAMES_MAX, out, NULL);

	if (r == -ENOENT) {
		*out = strdup("");
		return *out ? 0 : -ENOMEM;
	}
	if (r)
		log_error("%s: %s", name, strerror(-r));
	return r;
}

static int cli_names_load(const char *facts, struct names *out)
{
	CLEANUP_FREE char *disks = NULL;
	CLEANUP_FREE char *volumes = NULL;
	CLEANUP_FD int dir = open(facts, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (dir < 0) {
		log_error("%s: %m", facts);
		return -errno;
	}
	r = cli_names_fact(dir, "source-disks", &disks);
	if (!r)
		r = cli_names_fact(dir, "volumes", &volumes);
	if (r)
		return r;
	r = names_text_read(disks, volumes, out);
	if (r)
		log_error("%s: the facts about the disks cannot be used: %s", facts, strerror(-r));
	return r;
}

/* fstab(5) writes blanks and backslashes in octal. */
static void cli_names_unescape(const char *text, char *out)
{
	static const struct {
		char text[5], c;
	} known[] = {{"\\040", ' '}, {"\\011", '\t'}, {"\\012", '\n'}, {"\\134", '\\'}};

	while (*text) {
		char c = *text;
		size_t used = 1;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!strncmp(text, known[i].text, 4)) {
				c = known[i].c;
				used = 4;
			}
		*out++ = c;
		text += used;
	}
	*out = '\0';
}

static void cli_names_print(FILE *out, const struct names *n, const char *line,
			    const struct names_found *f)
{
	const struct names_volume *v = NULL;
	const char *target = "";
	char stable[300] = "";

	if (f->answer == NAMES_VOLUME) {
		v = &n->volumes[f->volume];
		target = v->target;
		names_stable(n, f->volume, stable, sizeof(stable));
	} else if (f->answer == NAMES_DISK) {
		target = n->disks[f->disk].target;
	}
	fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", line, names_answer_name(f->answer),
		f->stays ? "stays" : "changes", target, v ? v->type : "", stable);
}

int cli_resolve(const char *facts)
{
	CLEANUP(names_release) struct names n = {0};
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (cli_names_load(facts, &n))
		return P2V_EXIT_FAILED;
	while ((len = getline(&line, &size, stdin)) > 0) {
		CLEANUP_FREE char *name = NULL;
		struct names_found f;

		line[strcspn(line, "\n")] = '\0';
		name = strdup(line);
		if (!name) {
			log_error("out of memory");
			return P2V_EXIT_FAILED;
		}
		cli_names_unescape(line, name);
		f = names_find(&n, name);
		cli_names_print(stdout, &n, line, &f);
	}
	return cli_flush(P2V_EXIT_OK);
}
