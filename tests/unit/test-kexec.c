/* test-kexec.c - what forbids kexec, and which images are kernels */
#include "boot/kexec.h"
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
	test_fresh();
	test_file(test_sys, "kernel/security/lockdown", "none [integrity] confidentiality\n");
	test_usable("Secure Boot");
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

static void test_images(void)
{
	uint8_t head[KEXEC_IMAGE_HEAD] = {0};
	struct err_text why = {""};

	TAP_INT(kexec_check_image(head, sizeof(head), "x86_64", 10, &why), -ENOEXEC);
	TAP_HAS(why.text, "no bzImage");
	TAP_INT(kexec_check_image(head, sizeof(head), "aarch64", 10, NULL), 0);
	head[0x1fe] = 0x55;
	head[0x1ff] = 0xaa;
	memcpy(head + 0x202, "HdrS", 4);
	head[0x206] = 0x0f;
	head[0x207] = 0x02;
	head[0x238] = 0xff;
	head[0x239] = 0x07; /* 2047 */
	TAP_INT(kexec_check_image(head, sizeof(head), "x86_64", 2016, NULL), 0);
	why.text[0] = '\0';
	TAP_INT(kexec_check_image(head, sizeof(head), "x86_64", 2017, &why), -E2BIG);
	TAP_HAS(why.text, "2017");
	TAP_HAS(why.text, "2016");
	TAP_INT(kexec_check_image(head, 512, "x86_64", 10, NULL), -ENOEXEC);
	TAP_INT(kexec_check_image(head, sizeof(head), "x86_64", 1 << 20, NULL), -E2BIG);
}

/* A file that is no kernel is refused before any system call. */
static void test_nonsense_is_refused(void)
{
	struct boot_trees trees = {0};
	struct boot_entry e = {0};
	struct err_text why = {""};

	test_fresh();
	test_file(test_dir, "vmlinuz", "this is no kernel\n");
	TAP_INT(boot_trees_add(&trees, test_dir, "root", "", "", ""), 0);
	TAP_INT(boot_file_set(&e.kernel, "root", "/vmlinuz"), 0);
	TAP_INT(kexec_load_entry(&trees, &e, NULL, &why), -ENOEXEC);
	TAP_HAS(why.text, "kernel");
	boot_entry_release(&e);
	boot_trees_release(&trees);
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
	TAP_RUN(test_images);
	TAP_RUN(test_nonsense_is_refused);
	nftw(test_dir, test_remove, 16, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
