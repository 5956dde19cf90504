/* fuzz-initrd.c - hostile initramfs images */
#include "initramfs/initramfs_content.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads it whole, for the sanitizer. */
static void fuzz_text(size_t *sum, const char *text)
{
	while (*text)
		*sum += (unsigned char)*text++;
}

static int fuzz_member(void *ctx, struct initramfs_member *m)
{
	fuzz_text(ctx, m->name);
	fuzz_text(ctx, m->path);
	if (m->data && m->data[m->size])
		abort();
	return 0;
}

/* Whatever is told must be true of the file, and safe for a program to go on with. */
static void fuzz_content(const struct initramfs_content *c, size_t size, bool whole)
{
	uint64_t end = 0;

	for (size_t i = 0; i < c->segment_count; i++) {
		const struct initramfs_segment *s = &c->segments[i];

		if (s->offset < end || s->offset + s->length + s->zeros > size ||
		    (whole && (s->damaged || !s->length)))
			abort();
		end = s->offset + s->length + s->zeros;
	}
	for (size_t i = 0; i < c->modules.n; i++)
		if (c->modules.v[i].path[0] == '/' || strstr(c->modules.v[i].path, "/.") ||
		    strpbrk(c->modules.v[i].path, " \t\n") || !c->modules.v[i].name[0] ||
		    !strv_has(&c->versions, c->modules.v[i].version))
			abort();
	if (whole && (end != size || c->size != size || (size + c->append_zeros) % 4 ||
		      c->append_zeros > 7 || !c->segment_count))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FD int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct err_text why = {""};
	CLEANUP(initramfs_file_release) struct initramfs_file file = {0};
	CLEANUP(initramfs_content_release) struct initramfs_content content = {0};
	size_t sum = 0;
	int r;

	if (fd < 0 || io_write_full(fd, data, size) < 0)
		return 0;
	r = initramfs_content_read(fd, fuzz_member, &sum, &content, &why);
	if (r < 0 && !why.text[0])
		abort();
	fuzz_content(&content, size, !r);
	if (initramfs_read(fd, "init", 4096, &file, &why) == 0)
		fuzz_text(&sum, (const char *)file.data);
	return 0;
}
