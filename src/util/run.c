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

/* Nothing but async-signal-safe calls. */
void run_child(const char *const argv[], const char *const *env, int in, int out, int err,
	       int status_fd)
{
	sigset_t none;
	int code;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	/* Ours are O_CLOEXEC; those that somebody left open for us need not be. */
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0) {
		if (env)
			environ = (char **)env;
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

/* What is still to be written to the child's stdin. */
struct run_feed {
	int *fd; /* non-blocking; -1 when done */
	const char *at;
	size_t left;
};

static void run_close(int *fd)
{
	if (*fd >= 0)
		close(steal_fd(fd));
}

static void run_feed_some(struct run_feed *f)
{
	ssize_t n = write(*f->fd, f->at, f->left);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		f->at += n;
		f->left -= (size_t)n;
	}
	/* A child need not read all of it. */
	if (n < 0 || !f->left)
		run_close(f->fd);
}

/* How long the child may still run. */
struct run_limit {
	pid_t pid;
	long long deadline; /* 0: none */
	bool timed_out;     /* SIGTERM was sent */
	bool killed;        /* SIGKILL as well */
};

/* Milliseconds until something has to be done, at most @most; signals the
 * child's group when it is time. */
static int run_limit_left(struct run_limit *l, int most)
{
	long long left;

	if (!l->deadline || l->killed)
		return most;
	left = l->deadline - run_now_ms();
	if (left > 0)
		return left < most ? (int)left : most;
	l->killed = l->timed_out;
	l->timed_out = true;
	kill(-l->pid, l->killed ? SIGKILL : SIGTERM);
	l->deadline = run_now_ms() + 2000;
	return most < 2000 ? most : 2000;
}

/* Feeds stdin and reads both pipes until they end or the child is killed (what
 * it started might keep them open). */
static void run_collect(struct run_limit *l, struct run_capture cap[2], struct run_feed *feed)
{
	bool open[2] = {cap[0].fd >= 0, cap[1].fd >= 0};

	while (open[0] || open[1] || *feed->fd >= 0) {
		struct pollfd p[3] = {
			{.fd = open[0] ? cap[0].fd : -1, .events = POLLIN},
			{.fd = open[1] ? cap[1].fd : -1, .events = POLLIN},
			{.fd = *feed->fd, .events = POLLOUT},
		};
		int left = run_limit_left(l, 60000);

		if (l->killed || (poll(p, 3, left) < 0 && errno != EINTR))
			break;
		for (int i = 0; i < 2; i++)
			if (open[i] && p[i].revents)
				open[i] = run_drain(&cap[i]);
		if (*feed->fd >= 0 && p[2].revents)
			run_feed_some(feed);
	}
}

static int run_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC) ? -errno : 0;
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
	if (o->input) {
		r = run_pipe(p->in);
		/* Ours only: the two ends do not share this flag. */
		return r || !fcntl(p->in[1], F_SETFL, O_NONBLOCK) ? r : -errno;
	}
	p->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return p->in[0] < 0 ? -errno : 0;
}

/* The exit status. A child may have closed its pipes and go on. */
static int run_wait(struct run_limit *l)
{
	int status;

	for (;;) {
		bool bounded = l->deadline && !l->killed;
		pid_t pid = waitpid(l->pid, &status, bounded ? WNOHANG : 0);

		if (pid == l->pid)
			break;
		if (pid < 0 && errno != EINTR)
			return -1;
		if (!pid)
			poll(NULL, 0, run_limit_left(l, 20));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* SIGPIPE of a child that ends early must not end us. */
static void run_converse(struct run_limit *l, struct run_pipes *p, const char *input,
			 struct run_capture cap[2])
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, saved;
	struct run_feed feed = {.fd = &p->in[1], .at = input, .left = input ? strlen(input) : 0};

	sigaction(SIGPIPE, &ignore, &saved);
	if (input && !feed.left)
		run_close(&p->in[1]);
	run_collect(l, cap, &feed);
	run_close(&p->in[1]);
	sigaction(SIGPIPE, &saved, NULL);
}

int run_program(const char *const argv[], const struct run_options *options,
		struct run_result *result)
{
	static const struct run_options defaults;
	const struct run_options *o = options ? options : &defaults;
	size_t max = o->max_output ? o->max_output : 65536;
	struct run_pipes p = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
	struct run_capture cap[2];
	struct run_limit limit = {0};
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
		run_child(argv, o->env, p.in[0], p.out[1], o->merge ? p.out[1] : p.err[1],
			  p.status[1]);
	setpgid(pid, pid);
	run_close(&p.in[0]);
	run_close(&p.out[1]);
	run_close(&p.err[1]);
	run_close(&p.status[1]);
	limit.pid = pid;
	if (io_read_full(p.status[0], &code, sizeof(code)) == 0) {
		run_wait(&limit);
		r = -code;
		goto out;
	}
	if (o->timeout)
		limit.deadline = run_now_ms() + o->timeout * 1000LL;
	cap[0] = (struct run_capture){.fd = p.out[0], .text = result->out, .max = max};
	cap[1] = (struct run_capture){.fd = p.err[0], .text = result->err, .max = max};
	run_converse(&limit, &p, o->input, cap);
	result->status = run_wait(&limit);
	result->timed_out = limit.timed_out;
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
		log_error("%s: %s did not end within %u seconds", what, argv[0], options->timeout);
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
