/* test-run.c - running programs: status, output, input, time */
#include "tap.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define CLEANUP_RESULT CLEANUP(run_result_release)

/* With /bin/sh, which is what these tests need a program for. */
static void sh(const char *script, const struct run_options *o, struct run_result *res)
{
	const char *argv[] = {"sh", "-c", script, NULL};

	TAP_INT(run_program(argv, o, res), 0);
}

static void test_status_and_output(void)
{
	CLEANUP_RESULT struct run_result a = {0}, b = {0}, c = {0};

	sh("echo out; echo err >&2; exit 7", NULL, &a);
	TAP_INT(a.status, 7);
	TAP_STR(a.out, "out\n");
	TAP_STR(a.err, "err\n");
	TAP_OK(!a.timed_out);
	sh("kill -9 $$", NULL, &b);
	TAP_INT(b.status, 128 + SIGKILL);
	sh("echo out; echo err >&2", &(struct run_options){.merge = true}, &c);
	TAP_STR(c.out, "out\nerr\n");
	TAP_STR(c.err, "");
}

static void test_no_such_program(void)
{
	CLEANUP_RESULT struct run_result a = {0}, b = {0};

	TAP_INT(run_program((const char *[]){"p2v-no-such-program", NULL}, NULL, &a), -ENOENT);
	TAP_INT(a.status, -1);
	TAP_INT(run_program((const char *[]){"/dev/null", NULL}, NULL, &b), -EACCES);
}

/* Arguments are not looked at by any shell. */
static void test_arguments_are_literal(void)
{
	CLEANUP_RESULT struct run_result res = {0};
	const char *argv[] = {"printf", "%s|", "$(id)", "a b", "*", ";", "", NULL};

	TAP_INT(run_program(argv, NULL, &res), 0);
	TAP_STR(res.out, "$(id)|a b|*|;||");
}

static void test_input(void)
{
	CLEANUP_RESULT struct run_result a = {0}, b = {0}, c = {0};

	sh("cat", &(struct run_options){.input = "one\ntwo\n"}, &a);
	TAP_STR(a.out, "one\ntwo\n");
	sh("cat", NULL, &b);
	TAP_STR(b.out, "");
	sh("cat", &(struct run_options){.input = ""}, &c);
	TAP_STR(c.out, "");
	TAP_INT(c.status, 0);
}

/* More than a pipe holds, both ways at once; and a child that reads nothing. */
static void test_large_input(void)
{
	CLEANUP_RESULT struct run_result a = {0}, b = {0};
	CLEANUP_FREE char *text = malloc((1 << 20) + 1);

	memset(text, 'x', 1 << 20);
	text[1 << 20] = '\0';
	sh("cat", &(struct run_options){.input = text, .max_output = 2 << 20}, &a);
	TAP_OK(!strcmp(a.out, text));
	sh("exit 3", &(struct run_options){.input = text}, &b);
	TAP_INT(b.status, 3);
	TAP_OK(!b.timed_out);
}

static void test_output_is_bounded(void)
{
	CLEANUP_RESULT struct run_result a = {0}, b = {0};

	sh("i=0; while [ $i -lt 1000 ]; do echo 0123456789; i=$((i + 1)); done",
	   &(struct run_options){.max_output = 15}, &a);
	TAP_INT(a.status, 0);
	TAP_STR(a.out, "0123456789\n0123");
	sh("yes | head -c 1000000", NULL, &b);
	TAP_INT(b.status, 0);
	TAP_INT(strlen(b.out), 65536);
}

static void test_environment(void)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", "P2V_TEST=yes", NULL};
	CLEANUP_RESULT struct run_result res = {0};

	setenv("P2V_OTHER", "leaks", 1);
	sh("echo $P2V_TEST$P2V_OTHER", &(struct run_options){.env = env}, &res);
	TAP_STR(res.out, "yes\n");
}

static void test_timeout(void)
{
	CLEANUP_RESULT struct run_result a = {0}, b = {0}, c = {0}, d = {0};

	sh("echo before; exec sleep 1000", &(struct run_options){.timeout = 1}, &a);
	TAP_OK(a.timed_out);
	TAP_INT(a.status, 128 + SIGTERM);
	TAP_STR(a.out, "before\n");
	/* One that ignores SIGTERM. */
	sh("trap '' TERM; while :; do sleep 1; done", &(struct run_options){.timeout = 1}, &b);
	TAP_OK(b.timed_out);
	TAP_INT(b.status, 128 + SIGKILL);
	/* One that has closed its output and goes on. */
	sh("exec sleep 1000 >&- 2>&-", &(struct run_options){.timeout = 1}, &c);
	TAP_OK(c.timed_out);
	TAP_INT(c.status, 128 + SIGTERM);
	/* One that is gone, and left somebody behind who holds its output. */
	sh("sleep 1000 & exit 0", &(struct run_options){.timeout = 1}, &d);
	TAP_OK(d.timed_out);
}

/* Only 0, 1 and 2 reach the child, and signals are as they should be. */
static void test_clean_child(void)
{
	CLEANUP_FD int fd = open("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */
	CLEANUP_RESULT struct run_result a = {0}, b = {0};
	const char *argv[] = {"ls", "/proc/self/fd", NULL};

	TAP_OK(fd > 2);
	TAP_INT(run_program(argv, NULL, &a), 0);
	/* 3 is ls's own, for the folder. */
	TAP_STR(a.out, "0\n1\n2\n3\n");
	signal(SIGPIPE, SIG_IGN);
	sh("yes | head -n 1 >/dev/null; grep SigIgn /proc/self/status", NULL, &b);
	/* 32 and 33 are the C library's own, which it does not let go of. */
	TAP_HAS(b.out, "SigIgn:\t");
	TAP_INT(strtoull(b.out + strlen("SigIgn:\t"), NULL, 16) & 0x7fffffff, 0);
}

static char logged[1024];

static void sink(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	snprintf(logged, sizeof(logged), "%s", text);
}

static void test_or_log(void)
{
	const char *good[] = {"true", NULL}, *none[] = {"p2v-no-such-program", NULL};
	const char *bad[] = {"sh", "-c", "echo first >&2; echo the reason >&2; echo; exit 2", NULL};
	const char *talks[] = {"sh", "-c", "echo on stdout; exit 1", NULL};
	const char *slow[] = {"sleep", "1000", NULL};

	log_set_sink(sink, NULL);
	TAP_INT(run_or_log("step", good, NULL), 0);
	TAP_STR(logged, "");
	TAP_INT(run_or_log("step", none, NULL), -ENOENT);
	TAP_STR(logged, "step: cannot run p2v-no-such-program: No such file or directory");
	TAP_INT(run_or_log("step", bad, NULL), -EIO);
	TAP_STR(logged, "step: sh failed (status 2): the reason");
	TAP_INT(run_or_log("step", talks, NULL), -EIO);
	TAP_STR(logged, "step: sh failed (status 1): on stdout");
	TAP_INT(run_or_log("step", slow, &(struct run_options){.timeout = 1}), -ETIMEDOUT);
	TAP_STR(logged, "step: sleep did not end within 1 seconds");
	log_set_sink(NULL, NULL);
}

int main(void)
{
	TAP_RUN(test_status_and_output);
	TAP_RUN(test_no_such_program);
	TAP_RUN(test_arguments_are_literal);
	TAP_RUN(test_input);
	TAP_RUN(test_large_input);
	TAP_RUN(test_output_is_bounded);
	TAP_RUN(test_environment);
	TAP_RUN(test_timeout);
	TAP_RUN(test_clean_child);
	TAP_RUN(test_or_log);
	return tap_done();
}
