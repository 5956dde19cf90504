/* kexec_file.c - see kexec_file.h */
#include "kexec/kexec_file.h"
#include "initramfs/initramfs.h"
#include "kexec/kexec_env.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define KEXEC_FILE_MAX_KERNEL ((uint64_t)1 << 30) /* unpacked */
#define KEXEC_FILE_MAX_LINE   65536u
#define KEXEC_FILE_BLOCK      ((size_t)1 << 20)
#define KEXEC_FILE_MAX_WRAPS  4 /* a compressed zboot image, and some more */

void kexec_file_release(struct kexec_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct kexec_file){.fd = -1};
}

int kexec_file_open(const struct kexec_files *t, const struct boot_file *b, struct kexec_file *out,
		    struct err_text *why)
{
	CLEANUP_FD int fd = t->open(t->ctx, b, why);
	const char *device = b->device ? b->device : "?";
	struct stat st;
	uint64_t size;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	size = (uint64_t)st.st_size;
	if (b->offset > size || b->size > size - b->offset)
		return err_set(why, -ENODATA,
			       "%s:%s: the file is cut off: it has %llu bytes, a part ends at %llu",
			       device, b->path, (unsigned long long)size,
			       (unsigned long long)b->offset + b->size);
	*out = (struct kexec_file){.offset = b->offset,
				   .size = b->size ? b->size : size - b->offset};
	out->fd = steal_fd(&fd);
	return 0;
}

static int kexec_file_copy(int to, uint64_t at, const struct kexec_file *from, struct err_text *why)
{
	CLEANUP_FREE char *buf = malloc(KEXEC_FILE_BLOCK);
	uint64_t done = 0;

	if (!buf)
		return -ENOMEM;
	while (done < from->size) {
		uint64_t n = from->size - done;
		int r;

		if (n > KEXEC_FILE_BLOCK)
			n = KEXEC_FILE_BLOCK;
		r = io_pread_full(from->fd, buf, (size_t)n, from->offset + done);
		if (!r)
			r = io_pwrite_full(to, buf, (size_t)n, at + done);
		if (r < 0)
			return err_set(why, r, "it cannot be copied into memory: %s", strerror(-r));
		done += n;
	}
	return 0;
}

static int kexec_file_new(const char *name, struct err_text *why)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	return fd < 0 ? err_set(why, -errno, "cannot create a file in memory: %s", strerror(errno))
		      : fd;
}

int kexec_file_adopt(struct kexec_file *f, int *mem, struct err_text *why)
{
	char path[64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *mem);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(why, -errno, "%s: %s", path, strerror(errno));
	close(steal_fd(mem));
	kexec_file_release(f);
	f->fd = fd;
	f->in_memory = true;
	if (fstat(fd, &st) < 0)
		return -errno;
	f->size = (uint64_t)st.st_size;
	return 0;
}

/* The kernel grants a read lease only where nobody has the file open for writing.
 * Where leases do not exist nothing is known, and the kernel will say. */
static bool kexec_file_is_written(const struct kexec_file *f)
{
	/* Should somebody open it just now, the signal is one that does no harm. */
	fcntl(f->fd, F_SETSIG, SIGURG);
	if (fcntl(f->fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN || errno == EBUSY;
	fcntl(f->fd, F_SETLEASE, F_UNLCK);
	return false;
}

int kexec_file_make_whole(struct kexec_file *f, struct err_text *why)
{
	CLEANUP_FD int mem = -1;
	struct stat st;
	int r;

	if (f->fd < 0 || f->in_memory)
		return 0;
	if (fstat(f->fd, &st) < 0)
		return -errno;
	if (!f->offset && f->size == (uint64_t)st.st_size && !kexec_file_is_written(f))
		return 0;
	mem = kexec_file_new("p2v-kernel", why);
	if (mem < 0)
		return mem;
	r = kexec_file_copy(mem, 0, f, why);
	return r < 0 ? r : kexec_file_adopt(f, &mem, why);
}

int kexec_file_decode(const struct kexec_file *f, struct image *out, struct err_text *why)
{
	uint8_t head[IMAGE_HEAD];
	size_t n = f->size < sizeof(head) ? (size_t)f->size : sizeof(head);
	int r = io_pread_full(f->fd, head, n, f->offset);

	if (r < 0)
		return err_set(why, r, "the kernel cannot be read: %s", strerror(-r));
	return image_decode(head, n, f->size, out, why);
}

/* So that a file of a few bytes cannot unpack to more than the machine has. */
static uint64_t kexec_file_most(void)
{
	uint64_t total, available;

	if (kexec_env_memory(NULL, &total, &available) < 0 || total / 2 > KEXEC_FILE_MAX_KERNEL)
		return KEXEC_FILE_MAX_KERNEL;
	return total / 2;
}

static int kexec_file_unpack(struct kexec_file *f, const struct image *image, struct err_text *why)
{
	CLEANUP_FD int mem = kexec_file_new("p2v-kernel", why);
	struct err_text text = {""};
	int r = mem;

	if (mem >= 0)
		r = initramfs_decompress(f->fd, f->offset + image->payload.offset,
					 image->payload.size, mem, kexec_file_most(), &text);
	if (r < 0)
		return err_set(why, r, "the kernel is %s (%s) and cannot be unpacked: %s",
			       image_kind_name(image->kind), image->compression,
			       text.text[0] ? text.text : strerror(-r));
	return kexec_file_adopt(f, &mem, why);
}

int kexec_file_unwrap(struct kexec_file *f, struct image *image, struct err_text *why)
{
	int r = kexec_file_decode(f, image, why);

	for (int turn = 0; !r && turn < KEXEC_FILE_MAX_WRAPS; turn++) {
		if (image->kind != IMAGE_ZBOOT && image->kind != IMAGE_COMPRESSED)
			return 0;
		r = kexec_file_unpack(f, image, why);
		f->offset = 0;
		if (!r)
			r = kexec_file_decode(f, image, why);
	}
	return r ? r : err_set(why, -ENOEXEC, "the kernel is compressed too many times over");
}

/* The initrds of @e behind those of the image. */
static int kexec_file_add_parts(struct boot_entry *e, const struct image *image)
{
	const struct image_part *parts[] = {&image->ucode, &image->initrd};
	struct boot_entry all = {0};
	int r = 0;

	for (size_t i = 0; i < 2 && !r; i++) {
		if (!parts[i]->size)
			continue;
		r = boot_entry_add_initrd(&all, e->kernel.device, e->kernel.path);
		if (!r) {
			struct boot_file *f = &all.initrds[all.initrd_count - 1];

			f->offset = e->kernel.offset + parts[i]->offset;
			f->size = parts[i]->size;
		}
	}
	for (size_t i = 0; i < e->initrd_count && !r; i++) {
		r = boot_entry_add_initrd(&all, e->initrds[i].device, e->initrds[i].path);
		if (!r) {
			struct boot_file *f = &all.initrds[all.initrd_count - 1];

			/* Moved, not copied: the old list ends here. */
			f->newc = STEAL(e->initrds[i].newc);
			f->offset = e->initrds[i].offset;
			f->size = e->initrds[i].size;
		}
	}
	if (!r) {
		boot_entry_clear_initrds(e);
		e->initrds = STEAL(all.initrds);
		e->initrd_count = all.initrd_count;
		all.initrd_count = 0;
	}
	boot_entry_release(&all);
	return r;
}

/* One line without what ends it; a newline inside is a blank. */
static int kexec_file_read_line(const struct kexec_file *f, const struct image_part *part,
				char **out, struct err_text *why)
{
	CLEANUP_FREE char *line = NULL;
	size_t n;
	int r;

	if (part->size > KEXEC_FILE_MAX_LINE)
		return err_set(why, -E2BIG, "the kernel image's own command line is too long");
	line = calloc(1, (size_t)part->size + 1);
	if (!line)
		return -ENOMEM;
	r = io_pread_full(f->fd, line, (size_t)part->size, f->offset + part->offset);
	if (r < 0)
		return r;
	for (n = strlen(line); n && strchr(" \t\r\n", line[n - 1]); n--)
		line[n - 1] = '\0';
	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	*out = STEAL(line);
	return 0;
}

int kexec_file_expand_uki(const struct kexec_files *t, struct boot_entry *e, struct err_text *why)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
	struct image image = {0};
	char *line = NULL;
	int r = kexec_file_open(t, &e->kernel, &f, why);

	if (!r)
		r = kexec_file_decode(&f, &image, why);
	if (r < 0 || image.kind != IMAGE_UKI)
		return r;
	log_info("%s is a unified kernel image: the kernel%s inside it will be used",
		 e->kernel.path, image.initrd.size ? " and the initramfs" : "");
	if (image.cmdline.size && (!e->cmdline || !*e->cmdline)) {
		r = kexec_file_read_line(&f, &image.cmdline, &line, why);
		if (r < 0)
			return r;
		free(e->cmdline);
		e->cmdline = line;
	}
	r = kexec_file_add_parts(e, &image);
	if (r < 0)
		return r;
	e->kernel.offset += image.payload.offset;
	e->kernel.size = image.payload.size;
	return 0;
}
