/* facts.h - what the target machine is: struct facts <-> JSON
 *
 * Collected by receive/facts.c, shown by p2v-push, and the second input of
 * check.c. Sizes are bytes.
 */
#ifndef P2V_PLAN_FACTS_H
#define P2V_PLAN_FACTS_H

#include "util/err.h"
#include "util/jdoc.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stdint.h>

/* More than these are left out, or summed up in a last line. */
#define FACTS_MAX_DISKS 256u
#define FACTS_MAX_NICS  32u
#define FACTS_MAX_LINES 64u

struct facts_disk {
	char path[256];   /* "/dev/vda", or a plain file given with --disk */
	char serial[128]; /* "" if none */
	char model[128];
	uint64_t size;
	uint32_t sector; /* logical, bytes */
	bool read_only;
	bool file;            /* a plain file */
	bool boot_disk;       /* the machine's bootstrap was started from it */
	struct strv users;    /* "vda1 is mounted on /", "vda2 is swap", ...; empty: unused */
	struct strv contents; /* what an erase destroys: "vda1: ext4 \"root\", 20 GiB" */
};

struct facts_nic {
	char name[32];
	char mac[18];
	char driver[32];
	bool up;
};

struct facts {
	char hostname[256];
	char program[64]; /* "p2v-receive 0.1" */
	char kernel[128]; /* uname -r */
	char arch[32];    /* uname -m */
	char firmware[8]; /* "bios" or "efi" */
	char session[64]; /* directory name of this control session */
	bool root_in_ram; /* / is tmpfs, ramfs or rootfs */
	bool is_root;     /* effective uid 0 */
	uint64_t ram_total;
	uint64_t ram_available;
	uint64_t session_free;   /* bytes free where the chunk maps go */
	bool kexec;              /* can be used here */
	char kexec_why_not[200]; /* when it cannot */
	struct strv fixups;      /* names, in order */
	uint32_t disk_count;
	struct facts_disk *disks; /* owned */
	uint32_t nic_count;
	struct facts_nic nics[FACTS_MAX_NICS];
};

void facts_release(struct facts *f);
/* Owned; NULL when out of memory. */
struct jdoc *facts_to_json(const struct facts *f);
/* 0, or -EPROTO with @err; *f is then empty. Control characters in text are
 * replaced: it is shown to people. */
int facts_from_json(const struct jdoc *d, struct facts *f, struct err_text *err);

#endif
