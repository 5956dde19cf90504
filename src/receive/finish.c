/* finish.c - see finish.h */
#include "receive/finish.h"
#include "block/nodes.h"
#include "kexec/kexec.h"
#include "receive/entries.h"
#include "receive/fixup.h"
#include "receive/hostkeys.h"
#include "receive/hwfacts.h"
#include "receive/root.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was written around the page cache must be what the mounts will read. */
static void finish_flush(const struct finish *f)
{
	for (uint32_t i = 0; i < f->session->disk_count; i++) {
		struct disk_target *t = &f->session->disks[i];
		int r = disk_flush(t);

		if (r)
			log_error("%s: %s", t->path, strerror(-r));
		if (!t->file)
			nodes_flush((dev_t)t->device);
	}
}

/* The descriptors that disk_hold() gave, in @out. */
static void finish_hold(const struct session *s, int out[PLAN_MAX_DISKS])
{
	for (uint32_t i = 0; i < PLAN_MAX_DISKS; i++)
		out[i] = -1;
	for (uint32_t i = 0; i < s->disk_count; i++) {
		int r = disk_hold(&s->disks[i], &out[i]);

		if (r)
			log_warn("%s: cannot be locked against udev: %s", s->disks[i].path,
				 strerror(-r));
	}
}

static void finish_let_go(const int held[PLAN_MAX_DISKS])
{
	for (uint32_t i = 0; i < PLAN_MAX_DISKS; i++)
		if (held[i] >= 0)
			close(held[i]);
}

/* What the system would start as it is now. */
static int finish_entries_fact(const struct root *root, const char *dir, struct err_text *err)
{
	CLEANUP(entries_release) struct entries entries = {0};
	int r = entries_find(root, &entries);

	if (!r)
		r = entries_write(&entries, root, dir);
	return r ? err_set(err, r, "the boot entries for the fixups (%s): %s", dir, strerror(-r))
		 : 0;
}

static void finish_fixups(const struct finish *f, const struct msg_finish *what,
			  const struct root *root, struct reasons *reasons)
{
	struct err_text err = {0};
	char dir[400];
	const struct fixup fixups = {.dir = f->fixups,
				     .names = &f->facts->fixups,
				     .root = root->dir,
				     .facts = dir,
				     .event = f->event,
				     .ctx = f->ctx};
	int r;

	snprintf(dir, sizeof(dir), "%s/facts", f->session->path);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		r = err_set(&err, -errno, "%s: %s", dir, strerror(errno));
	else
		r = hwfacts_write(dir, root, f->facts, &err);
	if (!r)
		r = finish_entries_fact(root, dir, &err);
	if (!r)
		r = fixup_run_all(&fixups, what, reasons);
	if (r)
		reason_add(reasons, REASON_REFUSE, "fixup-failed", "push again", "%s",
			   err.text[0] ? err.text : strerror(-r));
}

static void finish_no_entry(const struct msg_finish *what, const struct boot_list *list,
			    struct reasons *reasons)
{
	bool kexec = what->cutover == CUTOVER_KEXEC;
	enum reason_level level = kexec                             ? REASON_REFUSE
				  : what->cutover == CUTOVER_REBOOT ? REASON_WARN
								    : REASON_NOTE;
	char looked[300] = "";
	size_t at = 0;

	for (size_t i = 0; i < list->warnings.n && at < sizeof(looked) - 1; i++) {
		int n = snprintf(looked + at, sizeof(looked) - at, "%s%s", i ? "; " : "",
				 list->warnings.v[i]);

		if (n < 0)
			break;
		at += (size_t)n;
	}
	reason_add(reasons, level, "no-boot-entry",
		   kexec ? "the target stays in its bootstrap system; see what its boot loader "
			   "would do with --cutover reboot"
			 : "",
		   "no bootable entry was found on the migrated system (looked for: %s)",
		   looked[0] ? looked : "a GRUB configuration");
}

static void finish_load(const struct finish *f, const struct find_trees *trees,
			const struct boot_entry *e, struct msg_result *out)
{
	const struct kexec_files files = {find_trees_open, trees};
	struct err_text why = {0};

	if (kexec_usable(NULL, &why)) {
		reason_add(&out->reasons, REASON_WARN, "kexec-unusable", "",
			   "kexec cannot be used here (%s): the target will reboot instead",
			   why.text);
		f->event(f->ctx, "boot", "kexec", "warning", why.text);
		return;
	}
	if (kexec_load_entry(&files, e, NULL, &why)) {
		reason_add(
			&out->reasons, REASON_WARN, "kexec-refused", "",
			"the kernel of the migrated system was not accepted (%s): the target will "
			"reboot instead",
			why.text);
		f->event(f->ctx, "boot", "kexec", "warning", why.text);
		return;
	}
	out->kexec_loaded = true;
}

static void finish_boot(const struct finish *f, const struct msg_finish *what,
			const struct root *root, struct msg_result *out)
{
	CLEANUP(entries_release) struct entries entries = {0};
	const struct boot_list *list = &entries.list;
	const struct boot_entry *e;
	int r;

	f->event(f->ctx, "boot", "entry", "start",
		 what->cutover == CUTOVER_KEXEC ? "find and load what the migrated system boots"
						: "find what the migrated system boots");
	r = entries_find(root, &entries);
	e = r ? NULL : boot_list_default(list);
	for (size_t i = 0; e && i < list->warnings.n; i++)
		log_warn("%s", list->warnings.v[i]);
	if (e) {
		text_printable(e->title, out->boot_title, sizeof(out->boot_title));
		text_printable(e->kernel.path, out->boot_kernel, sizeof(out->boot_kernel));
		text_printable(e->cmdline, out->boot_cmdline, sizeof(out->boot_cmdline));
		if (what->cutover == CUTOVER_KEXEC)
			finish_load(f, &entries.trees, e, out);
		f->event(f->ctx, "boot", "entry", "done", out->boot_title);
	} else {
		finish_no_entry(what, list, &out->reasons);
		f->event(f->ctx, "boot", "entry",
			 what->cutover == CUTOVER_KEXEC ? "failed" : "skipped",
			 "no bootable entry found");
	}
}

static void finish_no_root(const struct msg_finish *what, int r, const struct err_text *err,
			   struct reasons *reasons)
{
	bool needed = what->cutover == CUTOVER_KEXEC;

	if (r == ROOT_E_NONE)
		reason_add(reasons,
			   needed         ? REASON_REFUSE
			   : what->fixups ? REASON_WARN
					  : REASON_NOTE,
			   needed ? "no-boot-entry" : "no-root",
			   "a root on LVM, RAID or an encrypted volume is not searched for",
			   "no root file system (an etc with an init beside it) was found on the "
			   "migrated volumes%s",
			   needed ? ", so no bootable entry either" : "");
	else
		reason_add(reasons, needed || what->fixups ? REASON_REFUSE : REASON_NOTE,
			   "root-not-mounted", "let the receiver run as root", "%s",
			   err->text[0] ? err->text : strerror(-r));
}

int finish_run(const struct finish *f, const struct msg_finish *what, struct msg_result *out)
{
	struct err_text err = {0};
	struct root root = {.dirfd = -1};
	int held[PLAN_MAX_DISKS], r, e;

	finish_flush(f);
	/* The kernel lets nobody mount a part of a disk that is claimed. */
	finish_hold(f->session, held);
	session_release_disks(f->session);
	r = root_open(f->plan, f->session, what->fixups, &root, &out->reasons, &err);
	if (r) {
		finish_no_root(what, r, &err, &out->reasons);
	} else {
		out->root_found = true;
		if (what->fixups)
			finish_fixups(f, what, &root, &out->reasons);
		hostkeys_read(root.dirfd, &out->host_keys);
		if (!reasons_refuse(&out->reasons))
			finish_boot(f, what, &root, out);
	}
	e = root_close(&root, &err);
	if (e)
		log_error("%s", err.text);
	sync();
	finish_let_go(held);
	return e;
}
