/* run.c - see run.h */
#include "util/run.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

struct run_capture {
	int fd;
	char *text;
	size_t len, max;
};

static long long run_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The child's side: nothing but async-signal-safe calls. */
static void run_child(const char *const argv[], const struct run_options *o, int in, int out,
		      int err, int status_fd)
{
	sigset_t none;
	int code;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0) {
		if (o->env)
			environ = (char **)o->env;
		execvp(argv[0], (char *const *)argv);
	}
	code = errno;
	io_write_full(status_fd, &code, sizeof(code));
	_exit(127);
}

/* Keeps up to max bytes, drops the rest. False at the end of the stream. */
static bool run_drain(struct run_capture *c)
{
	char drop[4096];
	size_t room = c->max - c->len;
	ssize_t n;

	if (room)
		n = read(c->fd, c->text + c->len, room);
	else
		n = read(c->fd, drop, sizeof(drop));
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (room)
		c->len += (size_t)n;
	return n > 0;
}

/* Reads both pipes until they end or the time is over, then kills the group. */
static bool run_collect(pid_t pid, struct run_capture cap[2], unsigned timeout)
{
	long long deadline = timeout ? run_now_ms() + timeout * 1000LL : 0;
	bool open[2] = {cap[0].fd >= 0, cap[1].fd >= 0};
	bool timed_out = false;

	while (open[0] || open[1]) {
		struct pollfd p[2] = {
			{.fd = open[0] ? cap[0].fd : -1, .events = POLLIN},
			{.fd = open[1] ? cap[1].fd : -1, .events = POLLIN},
		};
		long long left = deadline ? deadline - run_now_ms() : 1000;

		if (deadline && left <= 0) {
			if (timed_out) {
				kill(-pid, SIGKILL);
				break;
			}
			kill(-pid, SIGTERM);
			timed_out = true;
			deadline = run_now_ms() + 2000;
			continue;
		}
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			break;
		for (int i = 0; i < 2; i++)
			if (open[i] && p[i].revents)
				open[i] = run_drain(&cap[i]);
	}
	return timed_out;
}

static int run_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC) ? -errno : 0;
}

static void run_close(int *fd)
{
	if (*fd >= 0)
		close(steal_fd(fd));
}

struct run_pipes {
	int in[2], out[2], err[2], status[2];
};

static void run_pipes_close(struct run_pipes *p)
{
	for (int i = 0; i < 2; i++) {
		run_close(&p->in[i]);
		run_close(&p->out[i]);
		run_close(&p->err[i]);
		run_close(&p->status[i]);
	}
}

static int run_pipes_open(struct run_pipes *p, const struct run_options *o)
{
	int r = run_pipe(p->out);

	if (!r)
		r = run_pipe(p->status);
	if (!r && !o->merge)
		r = run_pipe(p->err);
	if (r)
		return r;
	if (o->input)
		return run_pipe(p->in);
	p->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return p->in[0] < 0 ? -errno : 0;
}

/* Feeds stdin. The texts are small; a child that does not read them is ended
 * by the timeout, and SIGPIPE is ignored around the write. */
static void run_feed(struct run_pipes *p, const char *input)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, saved;

	if (!input)
		return;
	sigaction(SIGPIPE, &ignore, &saved);
	io_write_full(p->in[1], input, strlen(input));
	sigaction(SIGPIPE, &saved, NULL);
	run_close(&p->in[1]);
}

static int run_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_program(const char *const argv[], const struct run_options *options,
		struct run_result *result)
{
	static const struct run_options defaults;
	const struct run_options *o = options ? options : &defaults;
	size_t max = o->max_output ? o->max_output : 65536;
	struct run_pipes p = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
	struct run_capture cap[2];
	int code = 0, r;
	pid_t pid;

	*result = (struct run_result){
		.status = -1, .out = calloc(1, max + 1), .err = calloc(1, max + 1)};
	if (!result->out || !result->err)
		return -ENOMEM;
	r = run_pipes_open(&p, o);
	if (r < 0)
		goto out;
	pid = fork();
	if (pid < 0) {
		r = -errno;
		goto out;
	}
	if (pid == 0)
		run_child(argv, o, p.in[0], p.out[1], o->merge ? p.out[1] : p.err[1], p.status[1]);
	setpgid(pid, pid);
	run_close(&p.in[0]);
	run_close(&p.out[1]);
	run_close(&p.err[1]);
	run_close(&p.status[1]);
	if (io_read_full(p.status[0], &code, sizeof(code)) == 0) {
		run_wait(pid);
		r = -code;
		goto out;
	}
	run_feed(&p, o->input);
	cap[0] = (struct run_capture){.fd = p.out[0], .text = result->out, .max = max};
	cap[1] = (struct run_capture){.fd = p.err[0], .text = result->err, .max = max};
	result->timed_out = run_collect(pid, cap, o->timeout);
	result->status = run_wait(pid);
out:
	run_pipes_close(&p);
	return r;
}

void run_result_release(struct run_result *result)
{
	free(result->out);
	free(result->err);
	*result = (struct run_result){.status = -1};
}

/* The last line that is not empty: where tools put their reason. */
static const char *run_last_line(char *text)
{
	size_t end = strlen(text);
	char *nl;

	while (end && (text[end - 1] == '\n' || text[end - 1] == '\r'))
		text[--end] = '\0';
	nl = strrchr(text, '\n');
	return nl ? nl + 1 : text;
}

int run_or_log(const char *what, const char *const argv[], const struct run_options *options)
{
	CLEANUP(run_result_release) struct run_result res = {0};
	int r = run_program(argv, options, &res);

	if (r < 0) {
		log_error("%s: cannot run %s: %s", what, argv[0], strerror(-r));
		return r;
	}
	if (res.timed_out) {
		log_error("%s: %s did not end in %u seconds", what, argv[0], options->timeout);
		return -ETIMEDOUT;
	}
	if (res.status) {
		const char *why = run_last_line(res.err);

		log_error("%s: %s failed (status %d): %s", what, argv[0], res.status,
			  *why ? why : run_last_line(res.out));
		return -EIO;
	}
	return 0;
}
