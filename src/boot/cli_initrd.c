/* cli_initrd.c - the commands of p2v-boot that look into an initramfs, for the
 * scripts that add drivers to one */
#include "boot/cli.h"
#include "initramfs/initramfs.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* What scripts ask for: lists of modules, the init program. */
#define CLI_INITRD_MAX ((size_t)64 << 20)

static int cli_write(const uint8_t *data, size_t size)
{
	int r = io_write_full(STDOUT_FILENO, data, size);

	if (r < 0)
		log_error("standard output: %s", strerror(-r));
	return r < 0 ? P2V_EXIT_FAILED : P2V_EXIT_OK;
}

int cli_initrd_cat(const char *file, const char *name, bool link)
{
	CLEANUP_FD int fd = open(file, O_RDONLY | O_CLOEXEC);
	CLEANUP(initramfs_file_release) struct initramfs_file f = {0};
	struct err_text why = {""};
	int status, r;

	if (fd < 0) {
		log_error("%s: %m", file);
		return P2V_EXIT_REFUSED;
	}
	r = initramfs_read(fd, name, CLI_INITRD_MAX, &f, &why);
	if (r < 0) {
		log_error("%s: %s", file, why.text[0] ? why.text : strerror(-r));
		return P2V_EXIT_REFUSED;
	}
	if (link ? !S_ISLNK(f.mode) : !S_ISREG(f.mode)) {
		log_error("%s: %s is no %s", file, name, link ? "symbolic link" : "regular file");
		return P2V_EXIT_REFUSED;
	}
	status = cli_write(f.data, f.size);
	return link && !status ? cli_write((const uint8_t *)"\n", 1) : status;
}
