/* grub_chain.c - see grub_chain.h */
#include "bootconf/grub/grub_chain.h"
#include "bootconf/grub/grub_load.h"
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"
#include "bootconf/uki.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The words behind the image: "@N" is a profile, the rest the command line. */
static int grub_chain_image(struct grub_eval *ev, const struct grub_args *a,
			    const struct grub_where *w, const struct pe_image *image)
{
	struct grub_state *st = ev->state;
	CLEANUP(uki_release) struct uki u = {0};
	struct err_text why = {0};
	unsigned long profile = 0;
	size_t from = 2;
	char *end = NULL;
	int r;

	if (a->n > 2 && a->v[2][0] == '@') {
		profile = strtoul(a->v[2] + 1, &end, 10);
		from = 3;
	}
	if (profile >= uki_profiles(image))
		return -EINVAL;
	r = uki_read(st->facts, (size_t)w->device, w->path, image, (unsigned)profile, &u, &why);
	if (r < 0) {
		grub_eval_warn(ev, "%.200s: %.250s", w->path, why.text);
		return r;
	}
	boot_entry_release(&st->draft);
	if (a->n > from) {
		free(u.cmdline);
		u.cmdline = grub_load_line(a, from);
	}
	return uki_to_entry(st->facts, (size_t)w->device, w->path, &u, &st->draft, ev->warnings);
}

int grub_chain(struct grub_eval *ev, const struct grub_args *a)
{
	struct grub_state *st = ev->state;
	CLEANUP_FREE struct pe_image *image = malloc(sizeof(*image));
	struct grub_where w = {.device = -1};

	/* "+1" is a boot sector; an option, or no EFI program: not Linux. */
	if (a->n > 1 && strchr(a->v[1], '/') && a->v[1][0] != '-')
		w = grub_path_find(ev, a->v[1]);
	if (!image || w.device < 0 || w.kind != READER_REGULAR ||
	    uki_open(st->facts, (size_t)w.device, w.path, image, NULL) < 0)
		return grub_load_foreign(ev, a);
	st->foreign = NULL;
	st->missing = false;
	if (grub_chain_image(ev, a, &w, image) == 0)
		return 0;
	st->missing = true;
	return 1;
}
