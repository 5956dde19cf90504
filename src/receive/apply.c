/* apply.c - see apply.h */
#include "receive/apply.h"
#include "block/nodes.h"
#include "disk/label.h"
#include "disk/mkfs.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

#define APPLY_END       (1ull << 20) /* bytes at each end that can hold a signature */
#define APPLY_NODE_WAIT 10u          /* seconds */

static int apply_zero_ends(const struct disk_target *t, uint64_t start, uint64_t length,
			   struct err_text *err)
{
	uint64_t end = length < APPLY_END ? length : APPLY_END;
	int r = disk_zero(t, start, end);

	if (!r)
		r = disk_zero(t, start + length - end, end);
	return r ? err_set(err, r, "%s: writing zeros: %s", t->path, strerror(-r)) : 0;
}

static int apply_wipe(struct disk_target *t, struct err_text *err)
{
	int r = t->file ? 0 : nodes_forget(t->fd);

	/* A disk that sysfs does not show has no partitions to forget. */
	if (r && r != -ENODEV)
		return err_set(err, r, "%s: the kernel does not release a partition: %s", t->path,
			       strerror(-r));
	if (!disk_discard(t))
		log_info("%s: it does not support discard; its free space keeps its old bytes",
			 t->path);
	return apply_zero_ends(t, 0, t->size, err);
}

static struct mkfs_volume apply_volume(const struct plan_volume *v)
{
	return (struct mkfs_volume){.fstype = v->fstype,
				    .uuid = v->uuid,
				    .label = v->label,
				    .start = v->target.start,
				    .length = v->target.length};
}

/* The mkfs programs want the partition for themselves, which our own claim on
 * the disk would deny them. */
static int apply_format(const struct plan_volume *v, struct disk_target *t, struct err_text *err)
{
	struct mkfs_volume m = apply_volume(v);
	struct disk_target again;
	char node[300];
	int r;

	if (t->file)
		return mkfs_make(t, &m, NULL, err);
	r = nodes_wait((dev_t)t->device, v->target.partition, APPLY_NODE_WAIT, node, sizeof(node));
	if (r)
		return err_set(err, r, "%s: partition %u has no device node", t->path,
			       v->target.partition);
	disk_close(t);
	r = mkfs_make(t, &m, node, err);
	if (disk_open(t->path, DISK_CLAIM, &again, r ? NULL : err))
		return r ? r : -EBUSY;
	if (!disk_same(&again, t)) {
		disk_close(&again);
		return err_set(err, -ESTALE, "%s is now a different disk", t->path);
	}
	*t = again;
	return r;
}

static int apply_one(const struct plan *plan, const struct step *s, struct session *session,
		     struct err_text *err)
{
	struct disk_target *t = &session->disks[s->disk];
	const struct table *table = &plan->target.disks[s->disk].table;
	const struct plan_volume *v = &plan->volumes[s->volume];
	struct mkfs_volume m;

	switch (s->kind) {
	case STEP_WIPE:
		return apply_wipe(t, err);
	case STEP_CLEAN:
		return apply_zero_ends(t, v->target.start, v->target.length, err);
	case STEP_TABLE:
		return label_write_raw(t, table, err);
	case STEP_LABEL:
		return label_finish(t, table, err);
	case STEP_SWAP:
		m = apply_volume(v);
		return mkfs_swap(t, &m, session->path, err);
	case STEP_FORMAT:
		return apply_format(v, t, err);
	}
	return -EINVAL;
}

int apply_steps(const struct plan *plan, const struct steps *steps, struct session *session,
		apply_event_fn *event, void *ctx, struct err_text *err)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct step *s = &steps->v[i];
		char title[1024];
		int r;

		step_title(plan, s, title, sizeof(title));
		event(ctx, s, "start", title);
		r = apply_one(plan, s, session, err);
		if (r) {
			err_set(err, r, "%s: %s", title, strerror(-r));
			event(ctx, s, "failed", err->text);
			return r;
		}
		event(ctx, s, "done", title);
	}
	return 0;
}
