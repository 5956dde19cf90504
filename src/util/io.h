/* io.h - full reads and writes, EINTR handled
 *
 * Nothing else in the tree loops over read(2) or write(2).
 */
#ifndef P2V_UTIL_IO_H
#define P2V_UTIL_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* io_read_full() met the end of the input before the first byte. */
#define IO_E_EOF 1

/* Reads exactly @len bytes. 0, IO_E_EOF, -EPIPE when the input ends inside,
 * or -errno. */
int io_read_full(int fd, void *buf, size_t len);
/* Writes all of @buf. 0 or -errno. */
int io_write_full(int fd, const void *buf, size_t len);
/* Reads exactly @len bytes at byte @offset; -ENODATA when the file is shorter.
 * Buffer, length and offset must be aligned for an O_DIRECT descriptor. */
int io_pread_full(int fd, void *buf, size_t len, uint64_t offset);
int io_pwrite_full(int fd, const void *buf, size_t len, uint64_t offset);
/* The same for @n pieces of memory, one after another on the disk. The array
 * is used up. */
int io_preadv_full(int fd, struct iovec *iov, int n, uint64_t offset);
int io_pwritev_full(int fd, struct iovec *iov, int n, uint64_t offset);

/* Reads a whole small file (procfs and sysfs too) relative to @dirfd into a
 * NUL-terminated buffer that the caller frees. -EFBIG above @max bytes.
 * @len may be NULL. */
int io_read_file(int dirfd, const char *path, size_t max, char **out, size_t *len);
/* The first line of a small file without its newline and trailing blanks,
 * for sysfs attributes; -errno, and @out is then an empty string. */
int io_read_line(int dirfd, const char *path, char *out, size_t size);
/* Writes @text into an existing or new file, truncating. 0 or -errno. */
int io_write_file(int dirfd, const char *path, const char *text, unsigned mode);

/* Page-aligned memory for O_DIRECT; freed with free(). NULL when out of memory. */
void *io_alloc_aligned(size_t len);

#endif
