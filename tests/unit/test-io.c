/* test-io.c - full reads and writes over descriptors that give little at a time */
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static char folder[] = "/tmp/p2v-test-io.XXXXXX";

static int temporary(void)
{
	return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* A writer that sends one byte at a time, interrupting the reader. */
struct trickle {
	int fd;
	pthread_t reader;
	const char *text;
};

static void on_signal(int s)
{
	(void)s;
}

static void *trickle_main(void *arg)
{
	struct trickle *t = arg;

	for (const char *p = t->text; *p; p++) {
		usleep(1000);
		pthread_kill(t->reader, SIGUSR1);
		if (write(t->fd, p, 1) != 1)
			break;
	}
	close(t->fd);
	return NULL;
}

static void test_read_in_pieces(void)
{
	struct sigaction sa = {.sa_handler = on_signal}; /* no SA_RESTART */
	struct trickle t = {.reader = pthread_self(), .text = "0123456789"};
	pthread_t thread;
	char buf[8] = "";
	int fds[2];

	sigaction(SIGUSR1, &sa, NULL);
	TAP_INT(pipe(fds), 0);
	t.fd = fds[1];
	TAP_INT(pthread_create(&thread, NULL, trickle_main, &t), 0);
	TAP_INT(io_read_full(fds[0], buf, 7), 0);
	TAP_STR(buf, "0123456");
	TAP_INT(io_read_full(fds[0], buf, 7), -EPIPE); /* three were left */
	TAP_INT(io_read_full(fds[0], buf, 7), IO_E_EOF);
	TAP_INT(io_read_full(fds[0], buf, 0), 0);
	pthread_join(thread, NULL);
	close(fds[0]);
	TAP_INT(io_read_full(-1, buf, 1), -EBADF);
}

static void *drain_main(void *arg)
{
	int fd = *(int *)arg;
	size_t *sum = calloc(1, sizeof(*sum));
	char buf[777];
	ssize_t n;

	while (sum && (n = read(fd, buf, sizeof(buf))) > 0)
		*sum += (size_t)n;
	return sum;
}

static void test_write_more_than_a_pipe_holds(void)
{
	CLEANUP_FREE char *data = calloc(1, 3 << 20);
	void *sum = NULL;
	pthread_t thread;
	int fds[2];

	TAP_INT(pipe(fds), 0);
	TAP_INT(pthread_create(&thread, NULL, drain_main, &fds[0]), 0);
	TAP_INT(io_write_full(fds[1], data, 3 << 20), 0);
	close(fds[1]);
	pthread_join(thread, &sum);
	TAP_INT(sum ? *(size_t *)sum : 0, 3 << 20);
	free(sum);
	close(fds[0]);
}

static void test_write_to_nobody(void)
{
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	TAP_INT(pipe(fds), 0);
	close(fds[0]);
	TAP_INT(io_write_full(fds[1], "x", 1), -EPIPE);
	TAP_INT(io_write_full(fds[1], "x", 0), 0);
	close(fds[1]);
}

static void test_positions(void)
{
	CLEANUP_FD int fd = temporary();
	char buf[8] = "";

	TAP_INT(io_pwrite_full(fd, "abcdef", 6, 100), 0);
	TAP_INT(io_pread_full(fd, buf, 3, 102), 0);
	TAP_STR(buf, "cde");
	TAP_INT(io_pread_full(fd, buf, 3, 104), -ENODATA);
	TAP_INT(io_pread_full(fd, buf, 0, 1000), 0);
	TAP_INT(io_pread_full(fd, buf, 1, 1000), -ENODATA);
}

/* More pieces than one system call takes, some of them empty. */
static void test_pieces(void)
{
	enum {
		N = 3 * 1024 + 5
	};
	CLEANUP_FREE struct iovec *iov = calloc(N, sizeof(*iov));
	CLEANUP_FREE char *data = malloc(2 * N), *back = calloc(1, 2 * N);
	CLEANUP_FD int fd = temporary();
	size_t len = 0;

	TAP_OK(N > 2 * IOV_MAX);
	for (int i = 0; i < N; i++) {
		iov[i] = (struct iovec){.iov_base = data + len, .iov_len = (size_t)(i % 3)};
		len += (size_t)(i % 3);
	}
	for (size_t i = 0; i < len; i++)
		data[i] = (char)('a' + i % 23);
	TAP_INT(io_pwritev_full(fd, iov, N, 50), 0);
	TAP_INT(io_pread_full(fd, back, len, 50), 0);
	TAP_OK(!memcmp(data, back, len));

	memset(back, 0, len);
	len = 0;
	for (int i = 0; i < N; i++) {
		iov[i] = (struct iovec){.iov_base = back + len, .iov_len = (size_t)(i % 3)};
		len += (size_t)(i % 3);
	}
	TAP_INT(io_preadv_full(fd, iov, N, 50), 0);
	TAP_OK(!memcmp(data, back, len));
	iov[0] = (struct iovec){.iov_base = back, .iov_len = 2};
	TAP_INT(io_preadv_full(fd, iov, 1, 49 + len), -ENODATA);
}

static void test_files(void)
{
	CLEANUP_FD int dir = open(folder, O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FREE char *text = NULL, *big = NULL;
	char line[8];
	size_t len = 0;

	TAP_INT(io_write_file(dir, "f", "first \t\nsecond\n", 0600), 0);
	TAP_INT(io_read_file(dir, "f", 100, &text, &len), 0);
	TAP_STR(text, "first \t\nsecond\n");
	TAP_INT(len, 15);
	TAP_INT(io_read_line(dir, "f", line, sizeof(line)), 0);
	TAP_STR(line, "first");
	free(STEAL(text));
	TAP_INT(io_read_file(dir, "f", 14, &text, &len), -EFBIG);
	TAP_OK(!text);
	TAP_INT(io_read_file(dir, "f", 15, &text, NULL), 0);
	TAP_INT(io_write_file(dir, "f", "longer than eight\n", 0600), 0);
	TAP_INT(io_read_line(dir, "f", line, sizeof(line)), -EOVERFLOW);
	TAP_STR(line, "");
	TAP_INT(io_read_line(dir, "none", line, sizeof(line)), -ENOENT);
	TAP_INT(io_read_file(dir, "none", 10, &big, NULL), -ENOENT);
	TAP_INT(io_write_file(dir, "none/x", "", 0600), -ENOENT);
	TAP_INT(unlinkat(dir, "f", 0), 0);
	/* A file that says it is empty and is not. */
	TAP_INT(io_read_file(AT_FDCWD, "/proc/self/status", 1 << 20, &big, &len), 0);
	TAP_OK(len > 100 && strstr(big, "Name:"));
}

static void test_aligned(void)
{
	CLEANUP_FREE void *p = io_alloc_aligned(5000);

	TAP_OK(p && (uintptr_t)p % 4096 == 0);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	TAP_RUN(test_read_in_pieces);
	TAP_RUN(test_write_more_than_a_pipe_holds);
	TAP_RUN(test_write_to_nobody);
	TAP_RUN(test_positions);
	TAP_RUN(test_pieces);
	TAP_RUN(test_files);
	TAP_RUN(test_aligned);
	rmdir(folder);
	return tap_done();
}
