/* process.c - see process.h */
#include "util/process.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PROCESS_MAX_DEPTH 64u /* ancestors that are looked at */
#define PROCESS_TICK_MS   50u

/* "PID (NAME) STATE PARENT ...": the name may contain anything, brackets too. */
pid_t process_parent(pid_t pid, char name[PROCESS_NAME_LEN])
{
	char path[64], line[1024];
	const char *begin, *end;
	int parent;

	if (name)
		name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (io_read_line(AT_FDCWD, path, line, sizeof(line)) < 0)
		return 0;
	begin = strchr(line, '(');
	end = strrchr(line, ')');
	if (!begin || !end || end < begin || sscanf(end + 1, " %*c %d", &parent) != 1)
		return 0;
	if (name)
		snprintf(name, PROCESS_NAME_LEN, "%.*s", (int)(end - begin - 1), begin + 1);
	return parent;
}

pid_t process_ssh_server(void)
{
	char name[PROCESS_NAME_LEN];
	pid_t pid = getpid();

	for (unsigned i = 0; i < PROCESS_MAX_DEPTH && pid > 1; i++) {
		pid_t parent = process_parent(pid, name);

		/* "sshd", "sshd-session"; "dropbear", "dropbearmulti". */
		if (!strncmp(name, "sshd", 4) || !strncmp(name, "dropbear", 8))
			return pid;
		pid = parent;
	}
	return 0;
}

void process_wait_gone(pid_t pid, unsigned ms)
{
	const struct timespec tick = {.tv_nsec = PROCESS_TICK_MS * 1000000L};

	for (unsigned t = 0; t < ms && (!kill(pid, 0) || errno != ESRCH); t += PROCESS_TICK_MS)
		nanosleep(&tick, NULL);
}
