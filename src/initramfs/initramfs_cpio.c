/* initramfs_cpio.c - see initramfs_cpio.h */
#include "initramfs/initramfs_cpio.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define INITRAMFS_CPIO_MAX_NAME 4096u
#define INITRAMFS_CPIO_HEADER   110u /* bytes of a member's header */

/* Exactly @len bytes, into @buf or (NULL) to nowhere. 1: done, 0: the stream
 * ended before the first byte; -errno. */
static int initramfs_cpio_take(struct initramfs_stream *s, uint8_t *buf, uint64_t len)
{
	uint64_t done = 0;

	while (done < len) {
		size_t n;

		if (s->used == s->have) {
			ssize_t got = s->more(s, s->out, sizeof(s->out));

			if (got < 0)
				return (int)got;
			if (!got && !done)
				return 0;
			if (!got)
				return err_set(s->why, -EINVAL, "an archive is cut off");
			s->used = 0;
			s->have = (size_t)got;
		}
		n = s->have - s->used;
		if (n > len - done)
			n = (size_t)(len - done);
		if (buf)
			memcpy(buf + done, s->out + s->used, n);
		s->used += n;
		s->at += n;
		done += n;
	}
	return 1;
}

/* As initramfs_cpio_take(), where the end of the stream is a fault. */
static int initramfs_cpio_need(struct initramfs_stream *s, uint8_t *buf, uint64_t len)
{
	int r = len ? initramfs_cpio_take(s, buf, len) : 1;

	return r ? r : err_set(s->why, -EINVAL, "an archive is cut off");
}

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

/* Names may begin with "./" or "/". */
static const char *initramfs_cpio_plain_name(const char *name)
{
	while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
		name++;
	return name;
}

/* The content of the wanted member; it replaces what an earlier one had. */
static int initramfs_cpio_keep(struct initramfs_stream *s, const struct initramfs_file *head,
			       bool linked)
{
	struct initramfs_visit *v = s->visit;
	CLEANUP_FREE uint8_t *data = NULL;
	int r;

	if (head->size > v->max)
		return err_set(s->why, -EFBIG, "%s is larger than %zu bytes", v->want, v->max);
	if (linked && !head->size)
		return err_set(s->why, -EMLINK,
			       "%s is one of several hard links, and another has the content",
			       v->want);
	data = malloc(head->size + 1);
	if (!data)
		return -ENOMEM;
	r = initramfs_cpio_need(s, data, head->size);
	if (r < 0)
		return r;
	data[head->size] = '\0';
	free(v->file->data);
	v->file->mode = head->mode;
	v->file->size = head->size;
	v->file->data = STEAL(data);
	return 0;
}

/* The numbers of a member's header: mode, links, size of content and of name
 * are the second, fifth, seventh and twelfth. */
static int initramfs_cpio_header(struct initramfs_stream *s, struct initramfs_file *head,
				 uint32_t *links, uint32_t *name_size)
{
	uint8_t h[INITRAMFS_CPIO_HEADER - 6];
	uint32_t size;
	int r = initramfs_cpio_need(s, h, sizeof(h));

	if (r < 0)
		return r;
	if (!initramfs_cpio_hex(h + 8, &head->mode) || !initramfs_cpio_hex(h + 32, links) ||
	    !initramfs_cpio_hex(h + 48, &size) || !initramfs_cpio_hex(h + 88, name_size) ||
	    !*name_size || *name_size > INITRAMFS_CPIO_MAX_NAME)
		return err_set(s->why, -EINVAL, "a member's header is damaged");
	head->size = size;
	return 0;
}

/* One member behind its magic; 1: it was the trailer. @base: where in the
 * stream the archive began, for alignment. */
static int initramfs_cpio_member(struct initramfs_stream *s, uint64_t base)
{
	const struct initramfs_visit *v = s->visit;
	char name[INITRAMFS_CPIO_MAX_NAME + 1];
	struct initramfs_file head = {0};
	uint32_t links, len;
	int r = initramfs_cpio_header(s, &head, &links, &len);

	if (r < 0)
		return r;
	r = initramfs_cpio_need(s, (uint8_t *)name, len);
	if (r > 0)
		r = initramfs_cpio_need(s, NULL, initramfs_cpio_pad(s->at - base));
	if (r < 0)
		return r;
	name[len] = '\0';
	if (!strcmp(name, "TRAILER!!!"))
		return 1;
	if (v->want && !strcmp(initramfs_cpio_plain_name(name), initramfs_cpio_plain_name(v->want)))
		r = initramfs_cpio_keep(s, &head, links > 1 && S_ISREG(head.mode));
	else
		r = initramfs_cpio_need(s, NULL, head.size);
	/* The last member of a cut archive may lack its padding; so be it. */
	if (r >= 0)
		r = initramfs_cpio_take(s, NULL, initramfs_cpio_pad(s->at - base));
	if (r < 0 || !v->fn)
		return r < 0 ? r : 0;
	return v->fn(v->ctx, name);
}

/* The magic of the next member, after @got bytes of it. */
static int initramfs_cpio_magic(struct initramfs_stream *s, uint8_t *magic, size_t got)
{
	int r = initramfs_cpio_need(s, magic + got, 6 - got);

	if (r > 0 && memcmp(magic, "070701", 6) != 0 && memcmp(magic, "070702", 6) != 0)
		return err_set(s->why, -EINVAL, "what should be an archive's member is none");
	return r;
}

int initramfs_cpio_archives(struct initramfs_stream *s, bool one)
{
	for (;;) {
		uint8_t magic[6] = {0};
		uint64_t base;
		int r;

		do
			r = initramfs_cpio_take(s, magic, 1);
		while (r > 0 && !magic[0]);
		if (r <= 0)
			return r;
		base = s->at - 1;
		r = initramfs_cpio_magic(s, magic, 1);
		while (r > 0) {
			r = initramfs_cpio_member(s, base);
			if (r == 0)
				r = initramfs_cpio_magic(s, magic, 0);
			else if (r > 0)
				break;
		}
		if (r < 0 || one)
			return r < 0 ? r : 0;
	}
}
