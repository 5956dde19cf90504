/* source.c - opening a source: inventory, users, maps, plan (see source.h) */
#include "source/source.h"
#include "block/block_read.h"
#include "block/stack.h"
#include "source/machine.h"
#include "source/planner.h"
#include "source/state.h"
#include "source/use.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "wire/chunk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void source_free(struct source *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->volume_count; i++)
		free(s->volumes[i].chunk_bits);
	for (uint32_t i = 0; i < PLAN_MAX_DISKS; i++)
		inventory_close(&s->fds[i]);
	inventory_release(&s->inv);
	strv_release(&s->mounts);
	if (s->losses)
		pthread_mutex_destroy(&s->losses->lock);
	free(s->losses);
	free(s);
}

void source_freep(struct source **s)
{
	source_free(*s);
}

static struct source *source_new(void)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (uint32_t i = 0; i < PLAN_MAX_DISKS; i++)
		s->fds[i] = (struct inventory_fds){.buffered = -1, .direct = -1, .align = 512};
	s->pread = pread;
	s->losses = calloc(1, sizeof(*s->losses));
	if (s->losses && pthread_mutex_init(&s->losses->lock, NULL)) {
		free(s->losses);
		s->losses = NULL;
	}
	if (!s->losses) {
		source_free(s);
		return NULL;
	}
	return s;
}

/* The same disk twice would be two volumes of the same bytes. */
static bool source_is_twice(const struct source *s, uint32_t index)
{
	struct stat a, b;

	if (fstat(s->fds[index].buffered, &a) < 0)
		return false;
	for (uint32_t i = 0; i < index; i++)
		if (!fstat(s->fds[i].buffered, &b) &&
		    (S_ISBLK(a.st_mode) ? S_ISBLK(b.st_mode) && a.st_rdev == b.st_rdev
					: a.st_dev == b.st_dev && a.st_ino == b.st_ino))
			return true;
	return false;
}

static int source_add_disk(struct source *s, const struct block_model *m, const char *path)
{
	uint32_t index = s->inv.disk_count;
	int r;

	if (index >= PLAN_MAX_DISKS) {
		log_error("at most %u disks can be pushed at a time", PLAN_MAX_DISKS);
		return -E2BIG;
	}
	s->inv.disk_count++;
	r = inventory_open_disk(path, &s->inv.disks[index], &s->fds[index]);
	if (r < 0)
		return r;
	if (source_is_twice(s, index)) {
		log_error("%s is given twice as a source", path);
		return -EINVAL;
	}
	r = use_look(m, s->fds[index].buffered, &s->inv.disks[index], &s->mounts);
	if (!r)
		r = inventory_read_maps(&s->inv.disks[index], &s->fds[index], false);
	return r;
}

/* Is one of the disks under this machine's root? Then its name and interfaces
 * belong to the source. */
static bool source_is_here(const struct source *s, const struct strv *roots)
{
	struct stat a, b;

	for (size_t i = 0; i < roots->n; i++)
		for (uint32_t d = 0; d < s->inv.disk_count; d++)
			if (!stat(roots->v[i], &a) && !fstat(s->fds[d].buffered, &b) &&
			    S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode) && a.st_rdev == b.st_rdev)
				return true;
	return false;
}

static int source_add_disks(struct source *s, const struct source_options *options)
{
	CLEANUP(strv_release) struct strv roots = {0};
	CLEANUP(block_freep) struct block_model *m = NULL;
	const struct mounts_entry *root;
	int r, no_root;

	r = block_read("", &m);
	if (r < 0)
		return r;
	root = mounts_root(&m->mounts);
	no_root = stack_disks_of(root ? root->device : NULL, &roots);
	if (!options->path_count && (no_root || !roots.n)) {
		log_error("cannot find the disk behind \"/\": name the source with --source");
		return no_root ? no_root : -ENODEV;
	}
	for (uint32_t i = 0; i < options->path_count && !r; i++)
		r = source_add_disk(s, m, options->paths[i]);
	for (size_t i = 0; i < roots.n && !options->path_count && !r; i++)
		r = source_add_disk(s, m, roots.v[i]);
	if (!r && source_is_here(s, &roots))
		machine_identity("", &s->inv);
	return r;
}

static int source_index_volume(const struct inventory *inv, const struct plan_volume *from,
			       uint32_t chunk_size, struct source_volume *v)
{
	const struct inventory_part *part = planner_part(inv, from);

	*v = (struct source_volume){.image = from->kind == VOLUME_IMAGE,
				    .disk = from->source.disk,
				    .start = from->source.start,
				    .length = from->source.length,
				    .used = from->used,
				    .map = part ? part->map : NULL};
	if (!v->image)
		return 0;
	v->chunks = chunk_count(v->length, chunk_size);
	v->chunk_bits = calloc(1, v->chunks / 8 + 1);
	if (!v->chunk_bits)
		return -ENOMEM;
	for (uint64_t n = 0; n < v->chunks; n++)
		if (blockmap_chunk_used(v->map, v->length, n, chunk_size))
			v->chunk_bits[n / 8] |= (uint8_t)(1u << (n % 8));
	return 0;
}

/* Makes the volumes that cursors and readers go by, from the plan: both must
 * number them alike. */
static int source_index(struct source *s)
{
	CLEANUP(plan_release) struct plan plan = {0};
	int r = planner_plan(&s->inv, &plan);

	/* Too many of them is a reason to refuse already; what fits is shown. */
	if (r < 0 && r != -E2BIG)
		return r;
	r = 0;
	for (uint32_t i = 0; i < s->volume_count; i++)
		free(s->volumes[i].chunk_bits);
	s->volume_count = 0;
	s->chunk_total = s->byte_total = 0;
	for (uint32_t i = 0; i < plan.volume_count && !r; i++) {
		struct source_volume *v = &s->volumes[i];

		r = source_index_volume(&s->inv, &plan.volumes[i], s->chunk_size, v);
		s->volume_count++;
		for (uint64_t b = 0; v->chunk_bits && b <= v->chunks / 8; b++)
			s->chunk_total += (unsigned)__builtin_popcount(v->chunk_bits[b]);
		s->byte_total += v->image ? v->used : 0;
	}
	return r;
}

static int source_by_length(const void *a, const void *b)
{
	size_t x = strlen(*(char *const *)a), y = strlen(*(char *const *)b);

	return x < y ? -1 : x > y;
}

int source_open(const struct source_options *options, struct source **out, struct reasons *reasons)
{
	CLEANUP(source_freep) struct source *s = source_new();
	int r;

	if (!s)
		return -ENOMEM;
	s->chunk_size = options->chunk_size ? options->chunk_size : PLAN_CHUNK_SIZE;
	r = source_add_disks(s, options);
	if (r < 0)
		return r;
	/* A mount point below another one has the longer path. */
	if (s->mounts.n)
		qsort(s->mounts.v, s->mounts.n, sizeof(*s->mounts.v), source_by_length);
	planner_check(&s->inv, options->freeze, reasons);
	planner_check_maps(&s->inv, false, reasons);
	r = source_index(s);
	if (r < 0) {
		log_error("cannot index the source: %s", strerror(-r));
		return r;
	}
	*out = STEAL(s);
	return 0;
}

/* Time has passed since the source was opened: what nobody wrote to then may be
 * mounted now, and is not frozen. Anything to refuse is new, for there was
 * nothing before. */
static int source_look_again(struct source *s, struct reasons *reasons)
{
	CLEANUP(reasons_release) struct reasons now = {0};
	CLEANUP(strv_release) struct strv mounts = {0};
	CLEANUP(block_freep) struct block_model *m = NULL;
	int r = block_read("", &m);

	for (uint32_t i = 0; i < s->inv.disk_count && !r; i++) {
		struct inventory_disk *disk = &s->inv.disks[i];

		disk->use = (struct inventory_use){0};
		for (uint32_t p = 0; p < disk->part_count; p++)
			disk->parts[p].use = (struct inventory_use){0};
		r = use_look(m, s->fds[i].buffered, disk, &mounts);
	}
	if (r < 0)
		return r;
	for (size_t i = 0; i < mounts.n; i++)
		if (!strv_has(&s->mounts, mounts.v[i]))
			reason_add(reasons, REASON_REFUSE, "source-in-use", "run the push again",
				   "%s has been mounted read-write meanwhile", mounts.v[i]);
	planner_check(&s->inv, true, &now);
	for (size_t i = 0; i < now.n; i++)
		if (now.v[i].level == REASON_REFUSE)
			reason_add(reasons, REASON_REFUSE, now.v[i].code, now.v[i].hint, "%s",
				   now.v[i].text);
	return 0;
}

int source_refresh(struct source *s, struct reasons *reasons)
{
	int r = source_look_again(s, reasons);

	for (uint32_t i = 0; i < s->inv.disk_count && !r; i++)
		r = inventory_read_maps(&s->inv.disks[i], &s->fds[i], true);
	if (r < 0)
		return r;
	planner_check_maps(&s->inv, true, reasons);
	r = source_index(s);
	if (r < 0)
		log_error("cannot index the source: %s", strerror(-r));
	return r;
}

int source_plan(const struct source *s, struct plan *plan)
{
	plan->chunk_size = s->chunk_size;
	return planner_plan(&s->inv, plan);
}

const struct strv *source_mounts(const struct source *s)
{
	return &s->mounts;
}

uint64_t source_chunk_total(const struct source *s)
{
	return s->chunk_total;
}

uint64_t source_byte_total(const struct source *s)
{
	return s->byte_total;
}

bool source_chunk_used(const struct source *s, uint32_t volume, uint64_t number)
{
	const struct source_volume *v;

	if (volume >= s->volume_count)
		return false;
	v = &s->volumes[volume];
	return v->image && number < v->chunks && source_bit(v->chunk_bits, number);
}

const struct source_lost *source_lost(const struct source *s, size_t *count)
{
	*count = s->losses->count;
	return s->losses->v;
}
