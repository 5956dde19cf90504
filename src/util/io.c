/* io.c - see io.h */
#include "util/io.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/types.h>

int io_read_full(int fd, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return done ? -EPIPE : IO_E_EOF;
		done += (size_t)n;
	}
	return 0;
}

int io_write_full(int fd, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

int io_pread_full(int fd, void *buf, size_t len, uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)buf + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		done += (size_t)n;
	}
	return 0;
}

int io_pwrite_full(int fd, const void *buf, size_t len, uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n =
			pwrite(fd, (const char *)buf + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENOSPC;
		done += (size_t)n;
	}
	return 0;
}

/* Drops the first @done bytes of the list. */
static void io_iov_advance(struct iovec **iov, int *n, size_t done)
{
	while (*n > 0 && done >= (*iov)->iov_len) {
		done -= (*iov)->iov_len;
		(*iov)++;
		(*n)--;
	}
	if (*n > 0) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + done;
		(*iov)->iov_len -= done;
	}
}

int io_preadv_full(int fd, struct iovec *iov, int n, uint64_t offset)
{
	while (n > 0) {
		ssize_t got = preadv(fd, iov, n < IOV_MAX ? n : IOV_MAX, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ENODATA;
		offset += (size_t)got;
		io_iov_advance(&iov, &n, (size_t)got);
	}
	return 0;
}

int io_pwritev_full(int fd, struct iovec *iov, int n, uint64_t offset)
{
	while (n > 0) {
		ssize_t put = pwritev(fd, iov, n < IOV_MAX ? n : IOV_MAX, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		if (put == 0)
			return -ENOSPC;
		offset += (size_t)put;
		io_iov_advance(&iov, &n, (size_t)put);
	}
	return 0;
}

int io_read_file(int dirfd, const char *path, size_t max, char **out, size_t *len)
{
	CLEANUP_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	CLEANUP_FREE char *buf = NULL;
	size_t size = 0, have = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n;

		if (have == size) {
			char *grown;

			if (size > max)
				return -EFBIG;
			size = size ? size * 2 : 4096;
			if (size > max + 1)
				size = max + 1;
			grown = realloc(buf, size + 1);
			if (!grown)
				return -ENOMEM;
			buf = grown;
		}
		n = read(fd, buf + have, size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
		if (have > max)
			return -EFBIG;
	}
	buf[have] = '\0';
	if (len)
		*len = have;
	*out = STEAL(buf);
	return 0;
}

int io_read_line(int dirfd, const char *path, char *out, size_t size)
{
	CLEANUP_FREE char *text = NULL;
	size_t end;
	int r;

	out[0] = '\0';
	r = io_read_file(dirfd, path, 65536, &text, NULL);
	if (r < 0)
		return r;
	end = strcspn(text, "\n");
	while (end && (text[end - 1] == ' ' || text[end - 1] == '\t'))
		end--;
	if (end >= size)
		return -EOVERFLOW;
	memcpy(out, text, end);
	out[end] = '\0';
	return 0;
}

int io_write_file(int dirfd, const char *path, const char *text, unsigned mode)
{
	CLEANUP_FD int fd =
		openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);

	if (fd < 0)
		return -errno;
	return io_write_full(fd, text, strlen(text));
}

void *io_alloc_aligned(size_t len)
{
	void *p = NULL;

	if (posix_memalign(&p, 4096, len))
		return NULL;
	return p;
}
