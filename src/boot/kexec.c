/* kexec.c - see kexec.h
 *
 * The image formats are described in Linux' Documentation/arch/x86/boot.rst;
 * the system calls in kexec_file_load(2).
 */
#include "boot/kexec.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/run.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#define KEXEC_MAX_INITRD ((uint64_t)2 << 30)
#define KEXEC_MAX_LINE   65536u

/* What x86's kexec_file_load adds to a command line when it is a crash kernel;
 * it keeps the room for it always. */
#define KEXEC_LINE_RESERVE 30u

static int kexec_open_dir(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A dom0 or a paravirtual guest has no bare machine to start a kernel on. */
static bool kexec_xen_forbids(int sys, int proc)
{
	char type[64], guest[64], caps[64];

	if (io_read_line(proc, "xen/capabilities", caps, sizeof(caps)) == 0 &&
	    strstr(caps, "control_d"))
		return true;
	if (io_read_line(sys, "hypervisor/type", type, sizeof(type)) < 0 ||
	    strcmp(type, "xen") != 0)
		return false;
	return io_read_line(sys, "hypervisor/guest_type", guest, sizeof(guest)) < 0 ||
	       strcmp(guest, "HVM") != 0;
}

int kexec_usable(const struct kexec_env *env, struct err_text *why)
{
	CLEANUP_FD int sys = kexec_open_dir(env ? env->sysfs : "/sys");
	CLEANUP_FD int proc = kexec_open_dir(env ? env->procfs : "/proc");
	char line[128];

	if (sys < 0 || proc < 0)
		return err_set(why, -ENOTSUP, "/sys or /proc is not mounted");
	if (io_read_line(sys, "kernel/kexec_loaded", line, sizeof(line)) < 0)
		return err_set(why, -ENOTSUP,
			       "this kernel cannot kexec (it was built without CONFIG_KEXEC)");
	if (io_read_line(proc, "sys/kernel/kexec_load_disabled", line, sizeof(line)) == 0 &&
	    !strcmp(line, "1"))
		return err_set(why, -ENOTSUP,
			       "kexec is switched off until the next boot "
			       "(kernel.kexec_load_disabled is 1)");
	if (io_read_line(sys, "kernel/security/lockdown", line, sizeof(line)) == 0 &&
	    !strstr(line, "[none]"))
		return err_set(why, -ENOTSUP,
			       "the kernel is locked down (Secure Boot; %s): only a reboot can "
			       "start another kernel",
			       line);
	if (kexec_xen_forbids(sys, proc))
		return err_set(why, -ENOTSUP,
			       "this is a Xen dom0 or paravirtual guest, which cannot kexec");
	return 0;
}

/* Is this a kernel for this machine, and does its command line fit? */
int kexec_check_image(const void *head, size_t len, const char *machine, size_t line_len,
		      struct err_text *why)
{
	const uint8_t *b = head;
	struct buf_reader version = buf_reader(b + 0x206, 2), size = buf_reader(b + 0x238, 4);
	uint32_t room;

	if (line_len > KEXEC_MAX_LINE)
		return err_set(why, -E2BIG, "the kernel command line is too long");
	if (strcmp(machine, "x86_64") != 0 && strcmp(machine, "i686") != 0)
		return 0;
	if (len < KEXEC_IMAGE_HEAD || b[0x1fe] != 0x55 || b[0x1ff] != 0xaa ||
	    memcmp(b + 0x202, "HdrS", 4) != 0)
		return err_set(why, -ENOEXEC,
			       "the file is no Linux kernel for this machine (no bzImage)");
	if (buf_get_u16(&version) < 0x206)
		return 0;
	room = buf_get_u32(&size);
	if (line_len + 1 + KEXEC_LINE_RESERVE > room)
		return err_set(why, -E2BIG, "the command line has %zu bytes, this kernel takes %u",
			       line_len,
			       room > KEXEC_LINE_RESERVE ? room - KEXEC_LINE_RESERVE - 1 : 0);
	return 0;
}

static bool kexec_try_tool(int error)
{
	return error == ENOSYS || error == EINVAL || error == ENOEXEC || error == EOPNOTSUPP;
}

static const char *kexec_reason(int error)
{
	switch (error) {
	case EPERM:
		return "not permitted: not root, the kernel is locked down, or "
		       "kernel.kexec_load_disabled or kexec_load_limit_reboot forbids it";
	case EKEYREJECTED:
	case ENOKEY:
	case EBADMSG:
	case ENOPKG:
	case ELIBBAD:
		return "its signature is not accepted by the running kernel";
	case ENOMEM:
	case EADDRNOTAVAIL:
		return "there is not enough free memory for kernel and initrd";
	case EBUSY:
		return "another kexec is in progress";
	case ETXTBSY:
		return "a file of it is open for writing";
	default:
		return strerror(error);
	}
}

/* kexec-tools, which load by the older system call. The files are ours, open
 * and perhaps nameless: it reaches them through our /proc entry. */
static int kexec_load_by_tool(int kernel, int initrd, const char *cmdline, struct err_text *why)
{
	CLEANUP(run_result_release) struct run_result res = {0};
	CLEANUP_FREE char *line = NULL;
	char k[64], i[64];
	const char *argv[] = {"kexec", "-c", "-l", NULL, NULL, NULL, NULL};
	const struct run_options options = {.timeout = 300, .merge = true};
	char text[200];
	int r;

	snprintf(k, sizeof(k), "/proc/%d/fd/%d", getpid(), kernel);
	snprintf(i, sizeof(i), "--initrd=/proc/%d/fd/%d", getpid(), initrd);
	if (asprintf(&line, "--command-line=%s", cmdline) < 0) {
		line = NULL;
		return -ENOMEM;
	}
	argv[3] = k;
	argv[4] = line;
	argv[5] = initrd < 0 ? NULL : i;
	r = run_program(argv, &options, &res);
	if (r < 0)
		return err_set(why, r, "the program kexec (kexec-tools) cannot be run: %s",
			       strerror(-r));
	if (res.status || res.timed_out)
		return err_set(why, -EIO, "kexec -c -l failed (status %d): %s", res.status,
			       text_printable(res.out, text, sizeof(text)));
	return 0;
}

static int kexec_check_fd(int kernel, const char *cmdline, struct err_text *why)
{
	uint8_t head[KEXEC_IMAGE_HEAD];
	struct utsname u;

	if (uname(&u) < 0)
		return -errno;
	if (io_pread_full(kernel, head, sizeof(head), 0) < 0)
		return err_set(why, -ENOEXEC, "the kernel file is too short, or cannot be read");
	return kexec_check_image(head, sizeof(head), u.machine, strlen(cmdline), why);
}

int kexec_load_fds(int kernel, int initrd, const char *cmdline, const struct kexec_options *options,
		   struct err_text *why)
{
	unsigned long flags = initrd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0;
	int r = kexec_check_fd(kernel, cmdline, why), error;

	if (r < 0)
		return r;
	if (options && options->legacy)
		return kexec_load_by_tool(kernel, initrd, cmdline, why);
	if (!syscall(SYS_kexec_file_load, kernel, initrd, strlen(cmdline) + 1, cmdline, flags)) {
		log_info("the kernel is loaded (kexec_file_load)");
		return 0;
	}
	error = errno;
	if (!kexec_try_tool(error))
		return err_set(why, -error, "the kernel cannot be loaded: %s", kexec_reason(error));
	log_info("kexec_file_load does not take this kernel (%s), trying kexec-tools",
		 strerror(error));
	r = kexec_load_by_tool(kernel, initrd, cmdline, why);
	if (!r)
		log_info("the kernel is loaded (kexec-tools)");
	return r;
}

/* Appends a file to the initrd in memory, its length rounded up to four bytes:
 * the kernel looks for the next archive there. */
static int kexec_append(int to, int from, uint64_t *at, struct err_text *why)
{
	CLEANUP_FREE char *buf = malloc(1 << 20);
	struct stat st;
	uint64_t done = 0;

	if (!buf || fstat(from, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size > KEXEC_MAX_INITRD - *at)
		return err_set(why, -EFBIG, "the initrd is too large");
	while (done < (uint64_t)st.st_size) {
		uint64_t n = (uint64_t)st.st_size - done;
		int r;

		if (n > 1 << 20)
			n = 1 << 20;
		r = io_pread_full(from, buf, n, done);
		if (!r)
			r = io_pwrite_full(to, buf, n, *at + done);
		if (r < 0)
			return err_set(why, r, "the initrd cannot be copied into memory: %s",
				       strerror(-r));
		done += n;
	}
	*at = (*at + done + 3) & ~(uint64_t)3;
	return ftruncate(to, (off_t)*at) < 0 ? -errno : 0;
}

/* The kernel refuses files that somebody has open for writing, ourselves
 * included. */
static int kexec_reopen(int fd)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

/* All initrds of the entry as one file in memory; -1 in *out: it has none. */
static int kexec_join_initrds(const struct boot_trees *t, const struct boot_entry *e, int *out,
			      struct err_text *why)
{
	CLEANUP_FD int mem = -1;
	uint64_t at = 0;

	*out = -1;
	if (!e->initrd_count)
		return 0;
	mem = memfd_create("initrd", MFD_CLOEXEC);
	if (mem < 0)
		return err_set(why, -errno, "no memory for the initrd: %s", strerror(errno));
	for (size_t i = 0; i < e->initrd_count; i++) {
		CLEANUP_FD int fd = boot_file_open(t, &e->initrds[i]);
		int r = fd < 0 ? fd : kexec_append(mem, fd, &at, why);

		if (r < 0)
			return err_set(why, r, "%s:%s: %s", e->initrds[i].device,
				       e->initrds[i].path, strerror(-r));
	}
	*out = kexec_reopen(mem);
	return *out < 0 ? *out : 0;
}

int kexec_load_entry(const struct boot_trees *t, const struct boot_entry *e,
		     const struct kexec_options *options, struct err_text *why)
{
	CLEANUP_FD int kernel = boot_file_open(t, &e->kernel);
	CLEANUP_FD int initrd = -1;
	int r;

	if (kernel < 0)
		return err_set(why, kernel, "%s: %s", e->kernel.path, strerror(-kernel));
	if (e->devicetree.path)
		log_warn("%s: the entry's device tree %s is not handed over, the running kernel's "
			 "is",
			 e->id, e->devicetree.path);
	r = kexec_join_initrds(t, e, &initrd, why);
	if (r < 0)
		return err_set(why, r, "the initrd cannot be prepared: %s", strerror(-r));
	return kexec_load_fds(kernel, initrd, e->cmdline ? e->cmdline : "", options, why);
}

bool kexec_is_loaded(void)
{
	char line[16];

	return io_read_line(AT_FDCWD, "/sys/kernel/kexec_loaded", line, sizeof(line)) == 0 &&
	       !strcmp(line, "1");
}

int kexec_unload(void)
{
	if (!syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL, (unsigned long)KEXEC_FILE_UNLOAD))
		return 0;
	return syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL) ? -errno : 0;
}

int kexec_execute(void)
{
	return reboot(LINUX_REBOOT_CMD_KEXEC) < 0 ? -errno : 0;
}
