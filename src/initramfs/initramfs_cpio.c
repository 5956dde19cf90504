/* initramfs_cpio.c - see initramfs_cpio.h */
#include "initramfs/initramfs_cpio.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define INITRAMFS_CPIO_MAX_NAME 4096u /* of a symbolic link's target as well */
#define INITRAMFS_CPIO_HEADER   110u  /* bytes of a member's header */

static bool initramfs_cpio_hex(const uint8_t *p, uint32_t *out)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 8; i++) {
		unsigned c = p[i] | 0x20; /* lower case */

		if (p[i] >= '0' && p[i] <= '9')
			v = v << 4 | (p[i] - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

static uint64_t initramfs_cpio_pad(uint64_t at)
{
	return (4 - at % 4) % 4;
}

/* The numbers of a member's header: mode, links, size of content and of name
 * are the second, fifth, seventh and twelfth. */
static int initramfs_cpio_header(struct initramfs_stream *s, struct initramfs_member *m,
				 uint32_t *name_size)
{
	uint8_t h[INITRAMFS_CPIO_HEADER - 6];
	int r = initramfs_stream_need(s, h, sizeof(h));

	if (r < 0)
		return r;
	if (!initramfs_cpio_hex(h + 8, &m->mode) || !initramfs_cpio_hex(h + 32, &m->links) ||
	    !initramfs_cpio_hex(h + 48, &m->size) || !initramfs_cpio_hex(h + 88, name_size) ||
	    !*name_size || *name_size > INITRAMFS_CPIO_MAX_NAME)
		return err_set(s->why, -EINVAL, "a member's header is damaged");
	return 0;
}

/* The content, for whoever wants it; a zero byte follows. */
static int initramfs_cpio_content(struct initramfs_stream *s, const struct initramfs_visitor *v,
				  struct initramfs_member *m)
{
	CLEANUP_FREE uint8_t *data = NULL;
	size_t max = S_ISLNK(m->mode) ? INITRAMFS_CPIO_MAX_NAME : 0;
	size_t wanted = v->wants ? v->wants(v->ctx, m) : 0;
	int r;

	if (wanted > max)
		max = wanted;
	if (!max || m->size > max)
		return initramfs_stream_need(s, NULL, m->size);
	data = malloc((size_t)m->size + 1);
	if (!data)
		return -ENOMEM;
	r = initramfs_stream_need(s, data, m->size);
	if (r < 0)
		return r;
	data[m->size] = '\0';
	m->data = STEAL(data);
	return r;
}

/* What the kernel itself looks for before it unpacks anything, and the file by
 * which dracut marks such an archive. */
static bool initramfs_cpio_is_early(const struct initramfs_member *m)
{
	return S_ISDIR(m->mode) || !strncmp(m->path, "kernel/", 7) ||
	       !strcmp(m->path, "early_cpio");
}

static int initramfs_cpio_tell(struct initramfs_stream *s, struct initramfs_cpio *c,
			       struct initramfs_member *m)
{
	if (!c->members_left)
		return err_set(s->why, -EFBIG, "the image has more files than can be read");
	c->members_left--;
	c->members++;
	c->only_early = c->only_early && initramfs_cpio_is_early(m);
	return c->visitor->member ? c->visitor->member(c->visitor->ctx, m) : 0;
}

/* One member behind its magic; 1: it was the trailer. @base: where in the
 * stream the archive began, for alignment. */
static int initramfs_cpio_member(struct initramfs_stream *s, struct initramfs_cpio *c,
				 uint64_t base)
{
	char name[INITRAMFS_CPIO_MAX_NAME + 1];
	struct initramfs_member m = {.name = name, .segment = c->segment};
	uint32_t len;
	int r = initramfs_cpio_header(s, &m, &len);

	if (r < 0)
		return r;
	r = initramfs_stream_need(s, (uint8_t *)name, len);
	if (r > 0)
		r = initramfs_stream_need(s, NULL, initramfs_cpio_pad(s->at - base));
	if (r < 0)
		return r;
	name[len] = '\0';
	if (!strcmp(name, "TRAILER!!!"))
		return 1;
	m.path = initramfs_plain_name(name);
	r = initramfs_cpio_content(s, c->visitor, &m);
	/* The last member of a cut archive may lack its padding; so be it. */
	if (r >= 0)
		r = initramfs_stream_take(s, NULL, initramfs_cpio_pad(s->at - base));
	if (r >= 0)
		r = initramfs_cpio_tell(s, c, &m);
	free(m.data);
	return r < 0 ? r : 0;
}

/* The magic of the next member. */
static int initramfs_cpio_magic(struct initramfs_stream *s)
{
	uint8_t magic[6];
	int r = initramfs_stream_need(s, magic, sizeof(magic));

	if (r > 0 && memcmp(magic, "070701", 6) != 0 && memcmp(magic, "070702", 6) != 0)
		return err_set(s->why, -EINVAL, "what should be a member of an archive is not one");
	return r;
}

int initramfs_cpio_archives(struct initramfs_stream *s, struct initramfs_cpio *c, bool one)
{
	for (;;) {
		int r = initramfs_stream_skip_zeros(s);
		uint64_t base = s->at;

		if (r > 0)
			r = initramfs_cpio_magic(s);
		else if (!r)
			return 0;
		while (r > 0) {
			r = initramfs_cpio_member(s, c, base);
			if (r > 0)
				break;
			if (!r)
				r = initramfs_cpio_magic(s);
		}
		if (r < 0 || one)
			return r < 0 ? r : 0;
	}
}
