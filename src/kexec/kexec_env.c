/* kexec_env.c - see kexec_env.h */
#include "kexec/kexec_env.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The inode of the first PID namespace is part of the kernel's interface
 * (PROC_PID_INIT_INO in its linux/proc_ns.h). */
#define KEXEC_FIRST_PID_NS "pid:[4026531836]"

static int kexec_env_open(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int kexec_env_sys(const struct kexec_env *env)
{
	return kexec_env_open(env ? env->sysfs : "/sys");
}

static int kexec_env_proc(const struct kexec_env *env)
{
	return kexec_env_open(env ? env->procfs : "/proc");
}

/* A dom0 or a paravirtual guest has no bare machine to start a kernel on. */
static bool kexec_env_xen_forbids(int sys, int proc)
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

/* In a container the jump would end the container, and nothing would start. */
static bool kexec_env_in_container(int proc)
{
	char ns[64];
	ssize_t n = readlinkat(proc, "self/ns/pid", ns, sizeof(ns) - 1);

	if (n <= 0)
		return false;
	ns[n] = '\0';
	return strcmp(ns, KEXEC_FIRST_PID_NS) != 0;
}

static long kexec_env_limit(int proc)
{
	char line[32], *end;
	long v;

	if (io_read_line(proc, "sys/kernel/kexec_load_limit_reboot", line, sizeof(line)) < 0 ||
	    !line[0])
		return -1;
	v = strtol(line, &end, 10);
	return *end || v < 0 ? -1 : v;
}

static int kexec_env_switches(int sys, int proc, struct err_text *why)
{
	char line[128], loaded[16];

	if (io_read_line(sys, "kernel/kexec_loaded", loaded, sizeof(loaded)) < 0)
		return err_set(why, -ENOTSUP,
			       "this kernel cannot kexec (it was built without CONFIG_KEXEC)");
	if (io_read_line(proc, "sys/kernel/kexec_load_disabled", line, sizeof(line)) == 0 &&
	    !strcmp(line, "1"))
		return err_set(why, -ENOTSUP,
			       "kexec is switched off until the next boot "
			       "(kernel.kexec_load_disabled is 1)%s",
			       !strcmp(loaded, "1")
				       ? "; a kernel that was loaded before is still loaded"
				       : "");
	if (kexec_env_limit(proc) == 0)
		return err_set(why, -ENOTSUP,
			       "no more kernels may be loaded until the next boot "
			       "(kernel.kexec_load_limit_reboot is 0)");
	return 0;
}

int kexec_usable(const struct kexec_env *env, struct err_text *why)
{
	CLEANUP_FD int sys = kexec_env_sys(env);
	CLEANUP_FD int proc = kexec_env_proc(env);
	int r;

	if (sys < 0 || proc < 0)
		return err_set(why, -ENOTSUP, "/sys or /proc is not mounted");
	r = kexec_env_switches(sys, proc, why);
	if (r < 0)
		return r;
	if (kexec_env_xen_forbids(sys, proc))
		return err_set(why, -ENOTSUP,
			       "this is a Xen dom0 or paravirtual guest, which cannot kexec "
			       "(only Xen's hypervisor itself could)");
	if (kexec_env_in_container(proc))
		return err_set(why, -ENOTSUP,
			       "this is a container: only the machine that it runs on can kexec");
	return 0;
}

bool kexec_env_locked_down(const struct kexec_env *env)
{
	CLEANUP_FD int sys = kexec_env_sys(env);
	char line[128];

	return sys >= 0 && io_read_line(sys, "kernel/security/lockdown", line, sizeof(line)) == 0 &&
	       !strstr(line, "[none]");
}

long kexec_env_loads_left(const struct kexec_env *env)
{
	CLEANUP_FD int proc = kexec_env_proc(env);

	return proc < 0 ? -1 : kexec_env_limit(proc);
}

/* "NAME:   123 kB" in bytes. */
static bool kexec_env_meminfo(const char *text, const char *name, uint64_t *out)
{
	const char *line = strstr(text, name);
	unsigned long long kib;

	if (!line || (line != text && line[-1] != '\n') ||
	    sscanf(line + strlen(name), ": %llu kB", &kib) != 1 || kib > UINT64_MAX >> 12)
		return false;
	*out = kib << 10;
	return true;
}

int kexec_env_memory(const struct kexec_env *env, uint64_t *total, uint64_t *available)
{
	CLEANUP_FD int proc = kexec_env_proc(env);
	CLEANUP_FREE char *text = NULL;
	uint64_t swap = 0;
	int r = proc < 0 ? proc : io_read_file(proc, "meminfo", 1 << 16, &text, NULL);

	if (r < 0)
		return r;
	if (!kexec_env_meminfo(text, "MemTotal", total) ||
	    !kexec_env_meminfo(text, "MemAvailable", available))
		return -ENODATA;
	kexec_env_meminfo(text, "SwapFree", &swap);
	*available += swap;
	return 0;
}

int kexec_env_fits(const struct kexec_env *env, const struct kexec_need *need, struct err_text *why)
{
	const uint64_t most = (uint64_t)1 << 60; /* so that sums stay in range */
	uint64_t total, available, place, peak;
	char t[4][16];

	if (kexec_env_memory(env, &total, &available) < 0)
		return 0; /* the kernel will say */
	if (need->kernel > most || need->memory > most || need->initrd > most)
		return err_set(why, -ENOMEM, "kernel and initrd are absurdly large");
	place = (need->memory ? need->memory : need->kernel) + need->initrd;
	peak = place + need->kernel + need->initrd * (need->copied ? 2 : 1);
	if (place > total / 2)
		return err_set(why, -ENOMEM,
			       "kernel and initrd take %s, which is more than half of this "
			       "machine's memory (%s)",
			       text_size(place, t[0], sizeof(t[0])),
			       text_size(total, t[1], sizeof(t[1])));
	if (peak > available)
		return err_set(why, -ENOMEM,
			       "loading kernel (%s) and initrd (%s) takes %s of memory, but only "
			       "%s is free: stop something first",
			       text_size(need->kernel, t[0], sizeof(t[0])),
			       text_size(need->initrd, t[1], sizeof(t[1])),
			       text_size(peak, t[2], sizeof(t[2])),
			       text_size(available, t[3], sizeof(t[3])));
	return 0;
}
