/* cleanup.h - resources that are released when their variable leaves scope
 *
 * Every resource kind has one, file descriptors included: a function that
 * returns early must not leak. A resource is handed on with steal_*().
 */
#ifndef P2V_UTIL_CLEANUP_H
#define P2V_UTIL_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void cleanup_free_fn(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd_fn(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file_fn(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define CLEANUP_FREE CLEANUP(cleanup_free_fn)
#define CLEANUP_FD   CLEANUP(cleanup_fd_fn) /* initialise to -1 */
#define CLEANUP_FILE CLEANUP(cleanup_file_fn)

/* Takes the pointer out of its variable, which becomes NULL. */
#define STEAL(p) \
	({ \
		__typeof__(p) steal_tmp_ = (p); \
		(p) = NULL; \
		steal_tmp_; \
	})

/* Takes the descriptor out of its variable, which becomes -1. */
static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
