/* test-kexec.c - what forbids kexec, what fits, and which errors end the matter */
#include "find/tree.h"
#include "kexec/kexec.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

static char test_dir[] = "/tmp/p2v-test-kexec.XXXXXX";
static char test_sys[64], test_proc[64];

static int test_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* Writes a file of the fixture, with the directories above it. */
static void test_file(const char *base, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	for (char *p = path + strlen(test_dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	TAP_INT(io_write_file(AT_FDCWD, path, text, 0644), 0);
}

/* An empty /sys and /proc with a kernel that can kexec. */
static void test_fresh(void)
{
	nftw(test_dir, test_remove, 16, FTW_DEPTH | FTW_PHYS);
	mkdir(test_dir, 0755);
	snprintf(test_sys, sizeof(test_sys), "%s/sys", test_dir);
	snprintf(test_proc, sizeof(test_proc), "%s/proc", test_dir);
	mkdir(test_sys, 0755);
	mkdir(test_proc, 0755);
	test_file(test_sys, "kernel/kexec_loaded", "0\n");
	test_file(test_proc, "sys/kernel/kexec_load_disabled", "0\n");
}

/* @part of the reason; NULL: kexec works. */
static void test_usable(const char *part)
{
	const struct kexec_env env = {test_sys, test_proc};
	struct err_text why = {""};
	int r = kexec_usable(&env, &why);

	TAP_INT(r, part ? -ENOTSUP : 0);
	if (part)
		TAP_HAS(why.text, part);
}

static void test_works(void)
{
	test_fresh();
	test_usable(NULL);
	test_file(test_sys, "kernel/security/lockdown", "[none] integrity confidentiality\n");
	test_usable(NULL);
}

static void test_not_built(void)
{
	char path[128];

	test_fresh();
	snprintf(path, sizeof(path), "%s/kernel/kexec_loaded", test_sys);
	unlink(path);
	test_usable("CONFIG_KEXEC");
}

static void test_disabled(void)
{
	test_fresh();
	test_file(test_proc, "sys/kernel/kexec_load_disabled", "1\n");
	test_usable("kexec_load_disabled");
}

static void test_lockdown(void)
{
	const struct kexec_env env = {test_sys, test_proc};

	test_fresh();
	TAP_OK(!kexec_env_locked_down(&env));
	test_file(test_sys, "kernel/security/lockdown", "[none] integrity confidentiality\n");
	TAP_OK(!kexec_env_locked_down(&env));
	test_file(test_sys, "kernel/security/lockdown", "none [integrity] confidentiality\n");
	TAP_OK(kexec_env_locked_down(&env));
	/* A signed kernel may still be loaded. */
	test_usable(NULL);
}

static void test_xen(void)
{
	test_fresh();
	test_file(test_sys, "hypervisor/type", "xen\n");
	test_usable("Xen");
	test_file(test_sys, "hypervisor/guest_type", "PV\n");
	test_usable("Xen");
	test_file(test_sys, "hypervisor/guest_type", "HVM\n");
	test_usable(NULL);
	test_file(test_proc, "xen/capabilities", "control_d\n");
	test_usable("Xen");
}

static void test_limit(void)
{
	const struct kexec_env env = {test_sys, test_proc};

	test_fresh();
	TAP_INT(kexec_env_loads_left(&env), -1);
	test_file(test_proc, "sys/kernel/kexec_load_limit_reboot", "-1\n");
	TAP_INT(kexec_env_loads_left(&env), -1);
	test_file(test_proc, "sys/kernel/kexec_load_limit_reboot", "2\n");
	TAP_INT(kexec_env_loads_left(&env), 2);
	test_usable(NULL);
	test_file(test_proc, "sys/kernel/kexec_load_limit_reboot", "0\n");
	test_usable("kexec_load_limit_reboot");
}

static void test_container(void)
{
	char path[128];

	test_fresh();
	test_file(test_proc, "self/ns/other", "");
	snprintf(path, sizeof(path), "%s/self/ns/pid", test_proc);
	TAP_INT(symlink("pid:[4026531836]", path), 0);
	test_usable(NULL);
	unlink(path);
	TAP_INT(symlink("pid:[4026532500]", path), 0);
	test_usable("container");
}

/* @part of the refusal, NULL: it fits. */
static void test_need(uint64_t kernel, uint64_t memory, uint64_t initrd, bool copied,
		      const char *part)
{
	const struct kexec_env env = {test_sys, test_proc};
	const struct kexec_need need = {kernel << 20, memory << 20, initrd << 20, copied};
	struct err_text why = {""};

	TAP_INT(kexec_env_fits(&env, &need, &why), part ? -ENOMEM : 0);
	if (part)
		TAP_HAS(why.text, part);
}

/* 512 MiB, of which 180 are free and 20 of swap. */
static void test_memory(void)
{
	const struct kexec_env env = {test_sys, test_proc};
	uint64_t total, available;

	test_fresh();
	TAP_OK(kexec_env_memory(&env, &total, &available) < 0);
	test_need(8, 60, 900, false, NULL); /* nothing is known */
	test_file(test_proc, "meminfo",
		  "MemTotal:       524288 kB\nMemFree:        1024 kB\n"
		  "MemAvailable:   184320 kB\nSwapTotal: 40960 kB\nSwapFree: 20480 kB\n");
	TAP_INT(kexec_env_memory(&env, &total, &available), 0);
	TAP_INT(total, 512 << 20);
	TAP_INT(available, 200 << 20);
	test_need(8, 60, 66, false, NULL); /* 60 + 66 + 8 + 66 */
	test_need(8, 60, 67, false, "only 200 MiB is");
	test_need(8, 60, 44, true, NULL);
	test_need(8, 60, 45, true, "203 MiB of memory");
	test_need(8, 60, 197, false, "more than half");
	test_need(8, UINT64_MAX >> 20, 1, false, "absurdly");
}

static void test_errors(void)
{
	static const int tool[] = {ENOSYS, EINVAL, ENOEXEC, ENOTSUP};
	static const int signature[] = {EKEYREJECTED, ELIBBAD, ENOPKG, ENOKEY, EBADMSG};
	static const int end[] = {EPERM, EACCES, ENOMEM, EBUSY, ETXTBSY, EFBIG};

	for (size_t i = 0; i < 4; i++)
		TAP_INT(kexec_after(tool[i]), KEXEC_TRY_TOOL);
	for (size_t i = 0; i < 5; i++)
		TAP_INT(kexec_after(signature[i]), KEXEC_SIGNATURE);
	for (size_t i = 0; i < 6; i++)
		TAP_INT(kexec_after(end[i]), KEXEC_GIVE_UP);
}

/* A file that is no kernel is refused before any system call. */
static void test_nonsense_is_refused(void)
{
	struct find_trees trees = {0};
	const struct kexec_files files = {find_trees_open, &trees};
	struct boot_entry e = {0};
	struct err_text why = {""};

	test_fresh();
	test_file(test_dir, "vmlinuz", "this is no kernel\n");
	TAP_INT(find_trees_add(&trees, test_dir, "root", "", "", ""), 0);
	TAP_INT(boot_file_set(&e.kernel, "root", "/vmlinuz"), 0);
	TAP_INT(kexec_load_entry(&files, &e, NULL, &why), -ENOEXEC);
	TAP_HAS(why.text, "kernel");
	boot_entry_release(&e);
	find_trees_release(&trees);
}

int main(void)
{
	if (!mkdtemp(test_dir))
		return 1;
	TAP_RUN(test_works);
	TAP_RUN(test_not_built);
	TAP_RUN(test_disabled);
	TAP_RUN(test_lockdown);
	TAP_RUN(test_xen);
	TAP_RUN(test_limit);
	TAP_RUN(test_container);
	TAP_RUN(test_memory);
	TAP_RUN(test_errors);
	TAP_RUN(test_nonsense_is_refused);
	nftw(test_dir, test_remove, 16, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
