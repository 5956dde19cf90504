/* chunkmap.c - see chunkmap.h */
#include "receive/chunkmap.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "wire/chunk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static uint64_t chunkmap_chunks(const struct plan *plan, uint32_t volume)
{
	const struct plan_volume *v = &plan->volumes[volume];

	return v->kind == VOLUME_IMAGE ? chunk_count(v->source.length, plan->chunk_size) : 0;
}

uint64_t chunkmaps_size(const struct plan *plan)
{
	uint64_t size = 0;

	/* Each file takes whole pages. */
	for (uint32_t i = 0; i < plan->volume_count; i++)
		size += (chunkmap_chunks(plan, i) * sizeof(struct digest) + 4095) / 4096 * 4096;
	return size;
}

static void chunkmap_name(char out[32], uint32_t volume)
{
	snprintf(out, 32, "map.%u", volume);
}

int chunkmaps_create(int dirfd, const struct plan *plan, struct err_text *err)
{
	for (uint32_t i = 0; i < plan->volume_count; i++) {
		uint64_t count = chunkmap_chunks(plan, i);
		CLEANUP_FD int fd = -1;
		char name[32];
		int r;

		if (!count)
			continue;
		chunkmap_name(name, i);
		fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return err_set(err, -errno, "%s: %s", name, strerror(errno));
		r = posix_fallocate(fd, 0, (off_t)(count * sizeof(struct digest)));
		if (r)
			return err_set(err, -r, "no space for the chunk map of volume %u: %s", i,
				       strerror(r));
	}
	return 0;
}

static int chunkmap_map(int dirfd, uint32_t volume, uint64_t count, struct chunkmap *out,
			struct err_text *err)
{
	CLEANUP_FD int fd = -1;
	char name[32];
	struct stat st;
	void *p;

	chunkmap_name(name, volume);
	fd = openat(dirfd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, -errno, "%s: %s", name, strerror(errno));
	/* Access behind the end of the file would be SIGBUS. */
	if ((uint64_t)st.st_size != count * sizeof(struct digest))
		return err_set(err, -EINVAL, "%s does not fit the plan", name);
	p = mmap(NULL, count * sizeof(struct digest), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_set(err, -errno, "%s: %s", name, strerror(errno));
	*out = (struct chunkmap){.count = count, .entries = p};
	return 0;
}

int chunkmaps_open(int dirfd, const struct plan *plan, struct chunkmaps *out, struct err_text *err)
{
	struct chunkmaps m = {.count = plan->volume_count};

	m.maps = calloc(plan->volume_count ? plan->volume_count : 1, sizeof(*m.maps));
	if (!m.maps)
		return -ENOMEM;
	for (uint32_t i = 0; i < plan->volume_count; i++) {
		uint64_t count = chunkmap_chunks(plan, i);
		int r = count ? chunkmap_map(dirfd, i, count, &m.maps[i], err) : 0;

		if (r) {
			chunkmaps_release(&m);
			return r;
		}
	}
	*out = m;
	return 0;
}

void chunkmaps_release(struct chunkmaps *m)
{
	for (uint32_t i = 0; m->maps && i < m->count; i++)
		if (m->maps[i].count)
			munmap(m->maps[i].entries, m->maps[i].count * sizeof(struct digest));
	free(m->maps);
	*m = (struct chunkmaps){0};
}

void chunkmap_set(struct chunkmap *m, uint64_t number, const struct digest *d)
{
	if (number < m->count)
		m->entries[number] = *d;
}

void chunkmap_forget(struct chunkmap *m, uint64_t number)
{
	if (number < m->count)
		m->entries[number] = (struct digest){0};
}

void chunkmap_clear(struct chunkmap *m, uint64_t number, const struct digest *d)
{
	if (number < m->count && digest_equal(&m->entries[number], d))
		m->entries[number] = (struct digest){0};
}

int chunkmap_root(const struct chunkmap *m, uint64_t *chunks, struct digest *root)
{
	CLEANUP(digest_freep) struct digest_state *s = digest_new();

	if (!s)
		return -ENOMEM;
	digest_start_unkeyed(s);
	*chunks = 0;
	for (uint64_t i = 0; i < m->count; i++) {
		uint8_t record[8 + DIGEST_LEN];
		uint8_t *p = buf_put_u64(record, i);

		if (digest_is_none(&m->entries[i]))
			continue;
		memcpy(p, m->entries[i].bytes, DIGEST_LEN);
		digest_add(s, record, sizeof(record));
		(*chunks)++;
	}
	*root = digest_end(s);
	return 0;
}
