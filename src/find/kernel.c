/* kernel.c - see kernel.h */
#include "find/kernel.h"
#include "bootconf/image.h"
#include "initramfs/initramfs.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define KERNEL_BLOCK     ((size_t)1 << 20)
#define KERNEL_MAX_WRAPS 4 /* a unified image with a compressed zboot image, and one more */

/* An open file, or a part of one. */
struct kernel_file {
	int fd; /* owned */
	uint64_t offset, size;
};

static bool kernel_text(const struct kernel_file *f, const struct image_part *part, char *out,
			size_t size)
{
	char text[IMAGE_VERSION];
	size_t n = part->size < sizeof(text) ? (size_t)part->size : sizeof(text);

	return n && io_pread_full(f->fd, text, n, f->offset + part->offset) == 0 &&
	       image_version(text, n, out, size);
}

/* Blocks overlap by as much as the text is long. */
static bool kernel_search(const struct kernel_file *f, char *out, size_t size)
{
	CLEANUP_FREE char *block = malloc(KERNEL_BLOCK);
	uint64_t end = f->size < KERNEL_MAX_SIZE ? f->size : KERNEL_MAX_SIZE;

	for (uint64_t at = 0; block && at < end; at += KERNEL_BLOCK - 2 * IMAGE_VERSION) {
		size_t n = end - at < KERNEL_BLOCK ? (size_t)(end - at) : KERNEL_BLOCK;

		if (io_pread_full(f->fd, block, n, f->offset + at) < 0)
			return false;
		if (image_banner(block, n, out, size))
			return true;
	}
	return false;
}

/* Puts the unpacked kernel in the place of @f. */
static bool kernel_unpack(struct kernel_file *f, const struct image_part *part)
{
	CLEANUP_FD int mem = memfd_create("p2v-kernel", MFD_CLOEXEC);
	struct err_text why = {""};
	struct stat st;

	if (mem < 0 || initramfs_decompress(f->fd, f->offset + part->offset, part->size, mem,
					    KERNEL_MAX_SIZE, &why) < 0)
		return false;
	if (fstat(mem, &st) < 0)
		return false;
	close(f->fd);
	*f = (struct kernel_file){.fd = steal_fd(&mem), .size = (uint64_t)st.st_size};
	return true;
}

/* True: @f is another file, or another part, that must be looked at in its turn. */
static bool kernel_step(struct kernel_file *f, char *out, size_t size)
{
	uint8_t head[IMAGE_HEAD];
	size_t n = f->size < sizeof(head) ? (size_t)f->size : sizeof(head);
	struct image image;
	struct err_text why = {""};

	if (io_pread_full(f->fd, head, n, f->offset) < 0 ||
	    image_decode(head, n, f->size, &image, &why) < 0 ||
	    kernel_text(f, &image.version, out, size))
		return false;
	switch (image.kind) {
	case IMAGE_UKI:
		f->offset += image.payload.offset;
		f->size = image.payload.size;
		return true;
	case IMAGE_ZBOOT:
	case IMAGE_COMPRESSED:
		return kernel_unpack(f, &image.payload);
	case IMAGE_BZIMAGE:
		break;
	default:
		kernel_search(f, out, size);
	}
	return false;
}

/* A part of a file may be the kernel in a unified image, which says itself what it
 * has in it; that costs no unpacking. */
static bool kernel_uki(const struct kernel_file *whole, const struct boot_file *part, char *out,
		       size_t size)
{
	uint8_t head[IMAGE_HEAD];
	size_t n = whole->size < sizeof(head) ? (size_t)whole->size : sizeof(head);
	struct image image;
	struct err_text why = {""};

	return part->offset && io_pread_full(whole->fd, head, n, 0) == 0 &&
	       image_decode(head, n, whole->size, &image, &why) == 0 && image.kind == IMAGE_UKI &&
	       image.payload.offset == part->offset &&
	       kernel_text(whole, &image.version, out, size);
}

const char *kernel_version(const struct find_trees *trees, const struct boot_file *file, char *out,
			   size_t size)
{
	struct err_text why = {""};
	struct kernel_file f = {.fd = file->path ? find_trees_open(trees, file, &why) : -1};
	struct stat st;

	out[0] = '\0';
	if (f.fd < 0)
		return out;
	f.size = fstat(f.fd, &st) < 0 ? 0 : (uint64_t)st.st_size;
	if (file->offset < f.size && file->size <= f.size - file->offset &&
	    !kernel_uki(&f, file, out, size)) {
		f.size = file->size ? file->size : f.size - file->offset;
		f.offset = file->offset;
		for (int turn = 0; turn < KERNEL_MAX_WRAPS && kernel_step(&f, out, size); turn++)
			;
	}
	close(f.fd);
	return out;
}

static bool kernel_is_same(const struct boot_file *a, const struct boot_file *b)
{
	return a->path && b->path && !strcmp(a->path, b->path) && a->offset == b->offset &&
	       a->size == b->size &&
	       (a->device && b->device ? !strcmp(a->device, b->device) : a->device == b->device);
}

int kernel_versions(const struct find_trees *trees, const struct boot_list *list, struct strv *out)
{
	size_t first = out->n;
	int r = 0;

	for (size_t i = 0; i < list->n && !r; i++) {
		char version[IMAGE_VERSION];
		size_t same = 0;

		/* Most kernels have several entries. */
		while (same < i && !kernel_is_same(&list->v[same].kernel, &list->v[i].kernel))
			same++;
		r = strv_add(out, same < i ? out->v[first + same]
					   : kernel_version(trees, &list->v[i].kernel, version,
							    sizeof(version)));
	}
	return r;
}
