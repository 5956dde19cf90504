/* wrap-init.c - the /init of an initramfs that could not load modules itself
 *
 * p2v-initrd add-modules --wrap-init puts this program, linked statically, in
 * the place of an initramfs's /init. Nothing of the initramfs is needed for it:
 * it loads the modules whose files /p2v-wrap-init.list names, in that order, and
 * becomes the old init, which is /init.p2v now. A module that cannot be loaded
 * is reported on the console and passed over; the old init may do without.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WRAP_LIST "/p2v-wrap-init.list"
#define WRAP_INIT "/init.p2v"

/* MODULE_INIT_COMPRESSED_FILE of linux/module.h, from Linux 5.17 on. */
#define WRAP_COMPRESSED 4

static void wrap_load(const char *path)
{
	const char *dot = strrchr(path, '.');
	int flags = dot && strcmp(dot, ".ko") != 0 ? WRAP_COMPRESSED : 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", flags) < 0 && errno != EEXIST))
		fprintf(stderr, "p2v-wrap-init: %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv, char **envp)
{
	FILE *list = fopen(WRAP_LIST, "re");
	char line[4096];

	(void)argc;
	if (!list)
		fprintf(stderr, "p2v-wrap-init: " WRAP_LIST ": %s\n", strerror(errno));
	while (list && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			wrap_load(line);
	}
	if (list)
		fclose(list);
	execve(WRAP_INIT, argv, envp);
	fprintf(stderr, "p2v-wrap-init: " WRAP_INIT ": %s\n", strerror(errno));
	return 1;
}
