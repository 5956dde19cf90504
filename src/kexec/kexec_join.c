/* kexec_join.c - see kexec_join.h */
#include "kexec/kexec_join.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define KEXEC_JOIN_MAX   ((uint64_t)2 << 30)
#define KEXEC_JOIN_BLOCK ((size_t)1 << 20)

/* What is being written. */
struct kexec_join {
	int fd;
	uint64_t at;
	uint32_t members; /* of archives that we make: their inode numbers */
	struct err_text *why;
};

static int kexec_join_write(struct kexec_join *j, const void *bytes, size_t len)
{
	int r;

	if (len > KEXEC_JOIN_MAX - j->at)
		return err_set(j->why, -EFBIG, "the initrds take more than 2 GiB");
	r = io_pwrite_full(j->fd, bytes, len, j->at);
	if (r < 0)
		return err_set(j->why, r, "the initrd cannot be copied into memory: %s",
			       strerror(-r));
	j->at += len;
	return 0;
}

static int kexec_join_align(struct kexec_join *j)
{
	static const char zeros[4];

	return kexec_join_write(j, zeros, (size_t)(-j->at & 3));
}

static int kexec_join_bytes(struct kexec_join *j, const struct kexec_file *f)
{
	CLEANUP_FREE char *buf = malloc(KEXEC_JOIN_BLOCK);
	int r = buf ? 0 : -ENOMEM;

	for (uint64_t done = 0; done < f->size && !r;) {
		uint64_t n = f->size - done;

		if (n > KEXEC_JOIN_BLOCK)
			n = KEXEC_JOIN_BLOCK;
		r = io_pread_full(f->fd, buf, (size_t)n, f->offset + done);
		if (r < 0)
			return err_set(j->why, r, "it cannot be read: %s", strerror(-r));
		r = kexec_join_write(j, buf, (size_t)n);
		done += n;
	}
	return r ? r : kexec_join_align(j);
}

/* The header of an archive's member and its name of @len bytes. */
static int kexec_join_member(struct kexec_join *j, const char *name, size_t len, unsigned mode,
			     uint32_t size)
{
	char head[128];
	int n = snprintf(head, sizeof(head),
			 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++j->members,
			 mode, 0, 0, 1, 0, size, 0, 0, 0, 0, (unsigned)(len + 1), 0);
	int r = kexec_join_write(j, head, (size_t)n);

	if (!r)
		r = kexec_join_write(j, name, len);
	if (!r)
		r = kexec_join_write(j, "", 1);
	return r ? r : kexec_join_align(j);
}

/* One archive with the file and the directories above it; names as the kernel wants
 * them, without a slash before. */
static int kexec_join_newc(struct kexec_join *j, const char *name, const struct kexec_file *f)
{
	int r = 0;

	while (*name == '/')
		name++;
	if (!*name || strlen(name) > 4000)
		return err_set(j->why, -EINVAL, "'%s' is not a valid file name in an initramfs",
			       name);
	if (f->size > UINT32_MAX)
		return err_set(j->why, -EFBIG, "it is too large for an initramfs");
	for (const char *s = name; !r && (s = strchr(s, '/')); s++)
		r = kexec_join_member(j, name, (size_t)(s - name), 0040755, 0);
	if (!r)
		r = kexec_join_member(j, name, strlen(name), 0100755, (uint32_t)f->size);
	if (!r)
		r = kexec_join_bytes(j, f);
	return r ? r : kexec_join_member(j, "TRAILER!!!", 10, 0, 0);
}

static int kexec_join_one(struct kexec_join *j, const struct kexec_files *t,
			  const struct boot_file *b)
{
	CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
	struct err_text text = {""}, *outer = j->why;
	int r = kexec_file_open(t, b, &f, outer);

	if (r < 0)
		return r;
	j->why = &text;
	r = b->newc ? kexec_join_newc(j, b->newc, &f) : kexec_join_bytes(j, &f);
	j->why = outer;
	return r < 0 ? err_set(outer, r, "%s:%s: %s", b->device, b->path,
			       text.text[0] ? text.text : strerror(-r))
		     : 0;
}

int kexec_join_size(const struct kexec_files *t, const struct boot_entry *e, uint64_t *size,
		    bool *joined, struct err_text *why)
{
	*size = 0;
	*joined = e->initrd_count > 1;
	for (size_t i = 0; i < e->initrd_count; i++) {
		CLEANUP(kexec_file_release) struct kexec_file f = {.fd = -1};
		int r = kexec_file_open(t, &e->initrds[i], &f, why);

		if (r < 0)
			return r;
		*size += f.size + 8;
		*joined =
			*joined || e->initrds[i].newc || e->initrds[i].offset || e->initrds[i].size;
	}
	return 0;
}

int kexec_join_initrds(const struct kexec_files *t, const struct boot_entry *e,
		       struct kexec_file *out, struct err_text *why)
{
	CLEANUP_FD int mem = -1;
	struct kexec_join j = {.why = why};
	int r = 0;

	*out = (struct kexec_file){.fd = -1};
	if (!e->initrd_count)
		return 0;
	if (e->initrd_count == 1 && !e->initrds[0].newc) {
		r = kexec_file_open(t, &e->initrds[0], out, why);
		return r < 0 ? r : kexec_file_make_whole(out, why);
	}
	mem = memfd_create("p2v-initrd", MFD_CLOEXEC);
	if (mem < 0)
		return err_set(why, -errno, "cannot create a file in memory: %s", strerror(errno));
	j.fd = mem;
	for (size_t i = 0; i < e->initrd_count && !r; i++) {
		/* lz4 as the kernel takes it has no end mark but four zeros. */
		r = i ? kexec_join_write(&j, "\0\0\0", 4) : 0;
		if (!r)
			r = kexec_join_one(&j, t, &e->initrds[i]);
	}
	return r < 0 ? r : kexec_file_adopt(out, &mem, why);
}
