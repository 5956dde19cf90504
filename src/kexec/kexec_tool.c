/* kexec_tool.c - see kexec_tool.h */
#include "kexec/kexec_tool.h"
#include "util/cleanup.h"
#include "util/run.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>

#define KEXEC_TOOL_TIMEOUT 300u /* seconds */

static int kexec_tool_missing(int r, struct err_text *why)
{
	if (r == -ENOENT)
		return err_set(why, r,
			       "the program kexec is missing (install the package kexec-tools)");
	return err_set(why, r, "the program kexec cannot be run: %s", strerror(-r));
}

int kexec_tool_present(struct err_text *why)
{
	CLEANUP(run_result_release) struct run_result res = {0};
	static const char *const argv[] = {"kexec", "--version", NULL};
	const struct run_options options = {.timeout = 30, .merge = true};
	int r = run_program(argv, &options, &res);

	return r < 0 ? kexec_tool_missing(r, why) : 0;
}

/* "--NAME=/proc/PID/fd/N": the files are ours, and perhaps nameless. */
static const char *kexec_tool_file(const char *option, int fd, char *out, size_t size)
{
	snprintf(out, size, "%s/proc/%d/fd/%d", option, getpid(), fd);
	return out;
}

/* What it printed last, which is the reason. */
static const char *kexec_tool_last_line(const char *text, char *out, size_t size)
{
	const char *end = text + strlen(text), *start;

	while (end > text && end[-1] == '\n')
		end--;
	for (start = end; start > text && start[-1] != '\n'; start--)
		;
	snprintf(out, size, "%.*s", (int)(end - start), start);
	return text_printable(out, out, size);
}

int kexec_tool_load(int kernel, int initrd, int dtb, const char *cmdline, struct err_text *why)
{
	CLEANUP(run_result_release) struct run_result res = {0};
	CLEANUP_FREE char *line = NULL;
	char k[64], i[64], d[64], text[300];
	const char *argv[8] = {"kexec", "-c", "-l", NULL};
	const struct run_options options = {.timeout = KEXEC_TOOL_TIMEOUT, .merge = true};
	size_t n = 3;
	int r;

	if (asprintf(&line, "--command-line=%s", cmdline) < 0) {
		line = NULL;
		return -ENOMEM;
	}
	argv[n++] = kexec_tool_file("", kernel, k, sizeof(k));
	argv[n++] = line;
	if (initrd >= 0)
		argv[n++] = kexec_tool_file("--initrd=", initrd, i, sizeof(i));
	if (dtb >= 0)
		argv[n++] = kexec_tool_file("--dtb=", dtb, d, sizeof(d));
	r = run_program(argv, &options, &res);
	if (r < 0)
		return kexec_tool_missing(r, why);
	if (res.status || res.timed_out)
		return err_set(why, -EIO, "kexec -c -l failed (status %d): %s", res.status,
			       kexec_tool_last_line(res.out, text, sizeof(text)));
	return 0;
}
