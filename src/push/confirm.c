/* confirm.c - see confirm.h */
#include "push/confirm.h"
#include "push/choose.h"
#include "push/prompt.h"
#include "util/exit.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int confirm_disk(const struct facts_disk *d, char *named, size_t size)
{
	char question[700], bytes[16], serial[160], path[300];

	text_printable(d->serial, serial, sizeof(serial));
	text_printable(d->path, path, sizeof(path));
	snprintf(question, sizeof(question),
		 "Everything on %s (%s%s%s) of the target will be lost.\n"
		 "Type its device path%s to continue: ",
		 path, text_size(d->size, bytes, sizeof(bytes)), serial[0] ? ", serial " : "",
		 serial, serial[0] ? " or its serial" : "");
	return prompt_line(question, true, named, size);
}

enum p2v_exit confirm_erase(const struct facts *f, const struct plan *plan,
			    struct msg_commit *commit)
{
	commit->erase_count = plan->target.disk_count;
	for (uint32_t i = 0; i < plan->target.disk_count; i++) {
		const struct facts_disk *d = choose_find(f, plan->target.disks[i].name);
		int r;

		if (!d) {
			log_error("the target does not have exactly one disk %s",
				  plan->target.disks[i].name);
			return P2V_EXIT_REFUSED;
		}
		if (commit->erase[i][0])
			continue;
		r = confirm_disk(d, commit->erase[i], sizeof(commit->erase[i]));
		if (r == -ENOTTY) {
			log_error("%s of the target would be erased, and there is no terminal to "
				  "ask on; confirm with --yes-erase %s",
				  d->path, d->serial[0] ? d->serial : d->path);
			return P2V_EXIT_REFUSED;
		}
		if (r < 0 || !choose_names(d, commit->erase[i])) {
			log_error("not confirmed: %s",
				  r < 0 ? strerror(-r) : "that is not the disk's path or serial");
			return P2V_EXIT_REFUSED;
		}
	}
	return P2V_EXIT_OK;
}
