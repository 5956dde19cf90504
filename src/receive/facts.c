/* facts.c - see facts.h */
#include "receive/facts.h"
#include "block/block.h"
#include "block/block_read.h"
#include "kexec/kexec.h"
#include "receive/facts_disk.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#define FACTS_MAX_FIXUPS 200u

static bool facts_is_fixup(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	/* NN-name: the order is in the name, and lib.sh is not one. */
	if (name[0] < '0' || name[0] > '9' || name[1] < '0' || name[1] > '9' || name[2] != '-' ||
	    !name[3] || strlen(name) > 60 || strchr(name, '~') || strchr(name, '.'))
		return false;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return false;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int facts_fixup_names(const char *dir, struct strv *out)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, NULL, alphasort), r = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		if (!r && out->n < FACTS_MAX_FIXUPS && facts_is_fixup(dir, list[i]->d_name))
			r = strv_add(out, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return r;
}

static void facts_nic(struct facts *f, int sys, const char *name)
{
	struct facts_nic *n = &f->nics[f->nic_count];
	char file[NAME_MAX + 32], target[PATH_MAX], mac[64], up[8] = "";
	ssize_t len;

	snprintf(file, sizeof(file), "%s/address", name);
	if (io_read_line(sys, file, mac, sizeof(mac)) || strlen(mac) != sizeof(n->mac) - 1 ||
	    !strcmp(mac, "00:00:00:00:00:00"))
		return;
	*n = (struct facts_nic){0};
	if (!text_copy(n->name, sizeof(n->name), name))
		return;
	text_copy(n->mac, sizeof(n->mac), mac);
	snprintf(file, sizeof(file), "%s/device/driver", name);
	len = readlinkat(sys, file, target, sizeof(target) - 1);
	if (len > 0) {
		target[len] = '\0';
		text_copy(n->driver, sizeof(n->driver), basename(target));
	}
	snprintf(file, sizeof(file), "%s/operstate", name);
	io_read_line(sys, file, up, sizeof(up));
	n->up = !strcmp(up, "up");
	f->nic_count++;
}

void facts_nics(struct facts *out)
{
	struct dirent **list = NULL;
	CLEANUP_FD int sys = open("/sys/class/net", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = sys < 0 ? 0 : scandir("/sys/class/net", &list, NULL, versionsort);

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.' &&
		    out->nic_count < sizeof(out->nics) / sizeof(out->nics[0]))
			facts_nic(out, sys, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

static void facts_memory(struct facts *f)
{
	CLEANUP_FREE char *text = NULL;
	unsigned long long total = 0, available = 0;
	const char *p;

	if (io_read_file(AT_FDCWD, "/proc/meminfo", 65536, &text, NULL))
		return;
	p = strstr(text, "MemTotal:");
	if (p && sscanf(p, "MemTotal: %llu kB", &total) == 1)
		f->ram_total = total * 1024;
	p = strstr(text, "MemAvailable:");
	if (p && sscanf(p, "MemAvailable: %llu kB", &available) == 1)
		f->ram_available = available * 1024;
}

/* Free space of the directory, or of its parent while it does not exist. */
static void facts_session_space(struct facts *f, const char *dir)
{
	char path[PATH_MAX];
	struct statvfs fs;

	text_copy(path, sizeof(path), dir);
	if (statvfs(path, &fs) < 0 && statvfs(dirname(path), &fs) < 0)
		return;
	f->session_free = (uint64_t)fs.f_bavail * fs.f_frsize;
}

static void facts_machine(struct facts *f)
{
	struct utsname u;
	struct err_text why = {0};
	struct stat st;

	text_copy(f->program, sizeof(f->program), "p2v-receive " P2V_VERSION);
	if (uname(&u) == 0) {
		text_printable(u.nodename, f->hostname, sizeof(f->hostname));
		text_copy(f->kernel, sizeof(f->kernel), u.release);
		text_copy(f->arch, sizeof(f->arch), u.machine);
	}
	text_copy(f->firmware, sizeof(f->firmware),
		  stat("/sys/firmware/efi", &st) == 0 ? "efi" : "bios");
	f->root_in_ram = mounts_root_in_ram();
	f->is_root = geteuid() == 0;
	f->kexec = kexec_usable(NULL, &why) == 0;
	if (!f->kexec)
		text_copy(f->kexec_why_not, sizeof(f->kexec_why_not), why.text);
	facts_memory(f);
	facts_nics(f);
}

static int facts_add_disks(struct facts *f, const struct block_model *m, const struct strv *paths,
			   bool asked_for)
{
	f->disks = calloc(paths->n ? paths->n : 1, sizeof(*f->disks));
	if (!f->disks)
		return -ENOMEM;
	for (size_t i = 0; i < paths->n && f->disk_count < FACTS_MAX_DISKS; i++) {
		struct err_text err = {0};

		/* One bad disk (no medium, no right to read it) must not hide
		 * the others. */
		if (facts_disk(m, paths->v[i], &f->disks[f->disk_count], &err) == 0)
			f->disk_count++;
		else if (asked_for)
			log_error("%s", err.text);
		else
			log_warn("%s", err.text);
	}
	return 0;
}

int facts_collect(const struct receive_options *options, const char *session, struct facts *out)
{
	CLEANUP(facts_release) struct facts f = {0};
	CLEANUP(strv_release) struct strv paths = {0};
	CLEANUP(block_freep) struct block_model *m = NULL;
	int r = block_read("", &m);

	if (r)
		return r;
	facts_machine(&f);
	text_copy(f.session, sizeof(f.session), session);
	facts_session_space(&f, options->session_dir);
	for (uint32_t i = 0; !r && i < options->disk_count; i++)
		r = strv_add(&paths, options->disks[i]);
	if (!r && !options->disk_count)
		r = facts_disk_paths(m, &paths);
	if (!r)
		r = facts_add_disks(&f, m, &paths, options->disk_count > 0);
	if (!r)
		r = facts_fixup_names(options->fixups, &f.fixups);
	if (r) {
		log_error("collecting the facts about this machine: %s", strerror(-r));
		return r;
	}
	*out = f;
	f = (struct facts){0};
	return 0;
}
