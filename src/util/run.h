/* run.h - run a program with an argument vector, never through a shell
 */
#ifndef P2V_UTIL_RUN_H
#define P2V_UTIL_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct run_options {
	const char *const *env; /* NULL: this process's; else "NAME=value"..., NULL */
	const char *input;      /* text for its stdin; NULL: /dev/null */
	unsigned timeout;       /* seconds; 0: none. Then SIGTERM, 2 s later SIGKILL,
				 * both to its whole process group */
	size_t max_output;      /* bytes of stdout and of stderr kept (rest is read and
				 * dropped); 0: 64 KiB */
	bool merge;             /* stderr goes into the same buffer as stdout */
};

struct run_result {
	int status; /* exit status; 128+N when ended by signal N; -1 when not run */
	bool timed_out;
	char *out; /* owned, NUL-terminated */
	char *err; /* owned, NUL-terminated */
};

/* Runs argv[0] (found in PATH) and waits for it. 0 when it ran, whatever its
 * status; -errno when it could not be started (-ENOENT: no such program). Logs
 * nothing. Descriptors other than 0-2 are not inherited (all are O_CLOEXEC).
 * @options may be NULL. The result must be released, also after an error. */
int run_program(const char *const argv[], const struct run_options *options,
		struct run_result *result);
void run_result_release(struct run_result *result);

/* As run_program(), for tools that must succeed: logs "what: argv[0] failed
 * (status N): last line of stderr" and returns -EIO when the status is not 0. */
int run_or_log(const char *what, const char *const argv[], const struct run_options *options);

/* The child's side of a fork, for those who keep the streams themselves: a
 * process group of its own (the terminal's ^C is for the parent), clean
 * signals, descriptors 0 to 2 and no others, the environment @env (NULL: this
 * one), and the program. Does not return; when the program cannot be started,
 * writes errno as an int to @status_fd, which must be O_CLOEXEC. */
void run_child(const char *const argv[], const char *const *env, int in, int out, int err,
	       int status_fd) __attribute__((noreturn));

#endif
