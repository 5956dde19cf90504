/* kexec.c - see kexec.h */
#include "kexec/kexec.h"
#include "kexec/kexec_file.h"
#include "kexec/kexec_join.h"
#include "kexec/kexec_tool.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

/* Everything that is handed over, open and checked. */
struct kexec_set {
	struct boot_entry entry; /* owned copy, a unified kernel image taken apart */
	struct kexec_file
		signed_file; /* the kernel as it lies on the disk, when it was unwrapped */
	struct kexec_file kernel, initrd, dtb;
	struct image image; /* the kernel */
	const char *cmdline;
	bool old_call; /* kexec_file_load(2) is of no use for it */
	bool locked_down;
};

static void kexec_set_release(struct kexec_set *s)
{
	kexec_file_release(&s->signed_file);
	kexec_file_release(&s->kernel);
	kexec_file_release(&s->initrd);
	kexec_file_release(&s->dtb);
	boot_entry_release(&s->entry);
}

enum kexec_next kexec_after(int error)
{
	switch (error) {
	case ENOSYS:
	case EINVAL:
	case ENOEXEC:
	case EOPNOTSUPP:
		return KEXEC_TRY_TOOL;
	case EKEYREJECTED:
	case ENOKEY:
	case EBADMSG:
	case ENOPKG:
	case ELIBBAD:
		return KEXEC_SIGNATURE;
	default:
		return KEXEC_GIVE_UP;
	}
}

static const char *kexec_reason(int error, bool locked_down)
{
	switch (error) {
	case EPERM:
		if (geteuid() != 0)
			return "only root may do that";
		if (locked_down)
			return "the kernel is locked down (Secure Boot) and accepts no kernel "
			       "whose signature it cannot check: only a reboot can start another "
			       "one";
		return "not permitted: the kernel is locked down, or kernel.kexec_load_disabled or "
		       "kernel.kexec_load_limit_reboot forbids it";
	case EACCES:
		return "a security module (IMA, SELinux) forbids it";
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

static int kexec_copy_file(struct boot_file *to, const struct boot_file *from)
{
	int r = from->path ? boot_file_set(to, from->device, from->path) : 0;

	to->offset = from->offset;
	to->size = from->size;
	if (!r && from->newc) {
		to->newc = strdup(from->newc);
		r = to->newc ? 0 : -ENOMEM;
	}
	return r;
}

static int kexec_copy_entry(struct boot_entry *to, const struct boot_entry *from)
{
	int r = kexec_copy_file(&to->kernel, &from->kernel);

	for (size_t i = 0; i < from->initrd_count && !r; i++) {
		r = boot_entry_add_initrd(to, from->initrds[i].device, from->initrds[i].path);
		if (!r)
			r = kexec_copy_file(&to->initrds[i], &from->initrds[i]);
	}
	if (!r)
		r = kexec_copy_file(&to->devicetree, &from->devicetree);
	to->cmdline = strdup(from->cmdline ? from->cmdline : "");
	return r ? r : to->cmdline ? 0 : -ENOMEM;
}

/* On machines without device trees in their firmware an entry's is for another. */
static int kexec_open_devicetree(const struct kexec_files *t, struct kexec_set *s,
				 const char *machine, struct err_text *why)
{
	const struct boot_file *f = &s->entry.devicetree;
	int r;

	if (!f->path)
		return 0;
	if (strcmp(machine, "aarch64") != 0) {
		log_info("the device tree %s is not used on %s", f->path, machine);
		return 0;
	}
	if (s->locked_down)
		return err_set(why, -EPERM,
			       "the entry has a device tree of its own (%s), which only "
			       "kexec_load can hand over, and lockdown forbids that",
			       f->path);
	r = kexec_file_open(t, f, &s->dtb, why);
	if (!r)
		r = kexec_tool_present(why);
	s->old_call = true;
	return r;
}

static int kexec_open_kernel(const struct kexec_files *t, struct kexec_set *s,
			     const struct boot_entry *e, const char *machine, struct err_text *why)
{
	struct image outer;
	int r = kexec_file_open(t, &s->entry.kernel, &s->kernel, why);

	if (!r)
		r = kexec_file_decode(&s->kernel, &outer, why);
	if (!r)
		r = kexec_file_unwrap(&s->kernel, &s->image, why);
	if (!r)
		r = image_check(&s->image, machine, strlen(s->entry.cmdline), why);
	if (r < 0)
		return r;
	if (s->entry.kernel.offset || s->entry.kernel.size || image_is_wrapped(&outer)) {
		struct boot_file whole = {.device = e->kernel.device, .path = e->kernel.path};

		r = kexec_file_open(t, &whole, &s->signed_file, why);
		if (r < 0)
			return r;
	}
	if (s->image.page && s->image.page != (uint32_t)sysconf(_SC_PAGESIZE))
		log_info("this kernel has pages of %u bytes, unlike the running one: the processor "
			 "must know them",
			 s->image.page);
	if (s->image.old_call) {
		log_info("only kexec_load can start this kernel (a 32-bit one, or boot protocol "
			 "%u.%u)",
			 s->image.protocol >> 8, s->image.protocol & 0xff);
		s->old_call = true;
	}
	return 0;
}

/* The memory is looked at before anything large is copied. */
static int kexec_check_memory(const struct kexec_files *t, const struct kexec_set *s,
			      struct err_text *why)
{
	struct kexec_need need = {.kernel = s->kernel.size, .memory = s->image.memory};
	int r = kexec_join_size(t, &s->entry, &need.initrd, &need.copied, why);

	return r < 0 ? r : kexec_env_fits(NULL, &need, why);
}

static int kexec_prepare(const struct kexec_files *t, const struct boot_entry *e,
			 const struct kexec_options *options, struct kexec_set *s,
			 struct err_text *why)
{
	struct utsname u;
	int r = kexec_copy_entry(&s->entry, e);

	if (!r)
		r = uname(&u) < 0 ? -errno : 0;
	if (!r)
		r = kexec_file_expand_uki(t, &s->entry, why);
	if (r < 0)
		return r;
	s->locked_down = kexec_env_locked_down(NULL);
	s->old_call = options && options->legacy;
	s->cmdline = s->entry.cmdline;
	r = kexec_open_kernel(t, s, e, u.machine, why);
	if (!r)
		r = kexec_check_memory(t, s, why);
	if (!r)
		r = kexec_open_devicetree(t, s, u.machine, why);
	if (!r && s->old_call && s->locked_down)
		r = err_set(why, -EPERM,
			    "the kernel is locked down (Secure Boot): kexec_load, "
			    "which asks for no signature, is forbidden");
	return r;
}

/* 0, or the error number. */
static int kexec_call(const struct kexec_file *kernel, const struct kexec_set *s)
{
	unsigned long flags = s->initrd.fd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0;

	if (!syscall(SYS_kexec_file_load, kernel->fd, s->initrd.fd, strlen(s->cmdline) + 1,
		     s->cmdline, flags))
		return 0;
	return errno;
}

/* A signature is the whole file's. What is inside of an image that has been signed
 * is usually not signed itself, so under lockdown the file as it is comes first. */
static int kexec_try(struct kexec_set *s, struct err_text *why)
{
	int error = ENOEXEC;

	if (s->locked_down && s->signed_file.fd >= 0) {
		int r = kexec_file_make_whole(&s->signed_file, why);

		error = r < 0 ? -r : kexec_call(&s->signed_file, s);
		if (kexec_after(error) != KEXEC_TRY_TOOL)
			return error;
		log_info("the running kernel does not accept the signed image as it is (%s), "
			 "trying the kernel inside it",
			 strerror(error));
		if (kexec_env_loads_left(NULL) == 0)
			return EPERM;
	}
	return kexec_call(&s->kernel, s);
}

static int kexec_by_tool(const struct kexec_set *s, struct err_text *why)
{
	int r = kexec_tool_load(s->kernel.fd, s->initrd.fd, s->dtb.fd, s->cmdline, why);

	if (!r)
		log_info("the kernel is loaded (kexec-tools)");
	return r;
}

static int kexec_refused(const struct kexec_set *s, int error, struct err_text *why)
{
	if (kexec_after(error) != KEXEC_SIGNATURE)
		return err_set(why, -error, "the kernel cannot be loaded: %s",
			       kexec_reason(error, s->locked_down));
	return err_set(why, -error, "the running kernel does not accept %s signature (%s)%s",
		       s->signed_file.fd >= 0 ? "the inner kernel's" : "the kernel's",
		       strerror(error),
		       s->locked_down ? "; under lockdown only a reboot can start it"
				      : "; --kexec-load loads it without asking for one");
}

static int kexec_load(struct kexec_set *s, struct err_text *why)
{
	int error;

	if (s->old_call)
		return kexec_by_tool(s, why);
	error = kexec_try(s, why);
	if (!error) {
		log_info("the kernel is loaded (kexec_file_load)");
		return 0;
	}
	if (kexec_after(error) != KEXEC_TRY_TOOL || s->locked_down)
		return kexec_refused(s, error, why);
	if (kexec_env_loads_left(NULL) == 0)
		return err_set(why, -EPERM,
			       "kexec_file_load does not accept this kernel (%s), and "
			       "kernel.kexec_load_limit_reboot allows no further try",
			       strerror(error));
	log_info("kexec_file_load does not accept this kernel (%s), trying kexec-tools",
		 strerror(error));
	return kexec_by_tool(s, why);
}

int kexec_check_entry(const struct kexec_files *t, const struct boot_entry *e,
		      const struct kexec_options *options, struct err_text *why)
{
	CLEANUP(kexec_set_release)
	struct kexec_set s = {.signed_file = {.fd = -1},
			      .kernel = {.fd = -1},
			      .initrd = {.fd = -1},
			      .dtb = {.fd = -1}};
	int r = kexec_usable(NULL, why);

	if (!r)
		r = kexec_prepare(t, e, options, &s, why);
	return !r && s.old_call ? kexec_tool_present(why) : r;
}

int kexec_load_entry(const struct kexec_files *t, const struct boot_entry *e,
		     const struct kexec_options *options, struct err_text *why)
{
	CLEANUP(kexec_set_release)
	struct kexec_set s = {.signed_file = {.fd = -1},
			      .kernel = {.fd = -1},
			      .initrd = {.fd = -1},
			      .dtb = {.fd = -1}};
	int r = kexec_prepare(t, e, options, &s, why);

	if (!r)
		r = kexec_file_make_whole(&s.kernel, why);
	if (!r)
		r = kexec_join_initrds(t, &s.entry, &s.initrd, why);
	if (!r)
		r = kexec_file_make_whole(&s.dtb, why);
	if (!r)
		r = kexec_load(&s, why);
	if (r < 0)
		return err_set(why, r, "%s", strerror(-r));
	if (kexec_is_loaded())
		return 0;
	return err_set(why, -EIO,
		       "the running kernel accepted it, but reports that none is loaded");
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
