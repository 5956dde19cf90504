/* options.h - p2v-push's command line, parsed and checked (pure)
 *
 * docs/man/p2v-push.8.rst is the users' description; scripts rely on it.
 */
#ifndef P2V_PUSH_OPTIONS_H
#define P2V_PUSH_OPTIONS_H

#include "util/err.h"
#include "util/strv.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPTIONS_MAX_CONNECTIONS 32u

/* [USER@]HOST[:PORT]; an IPv6 literal with a port is written [ADDRESS]:PORT. */
struct options_address {
	char user[128]; /* "": not given */
	char host[256]; /* without brackets */
	uint16_t port;  /* 0: not given */
};

struct options {
	struct options_address address;
	struct strv sources;      /* empty: the disk behind "/" */
	struct strv target_disks; /* empty: chosen from the target's facts */
	struct strv yes_erase;
	struct strv identities;
	struct strv only_fixups; /* empty: all */
	struct strv skip_fixups;
	bool fixups;          /* false: --fixups none */
	bool dry_run;         /* look, plan and check only */
	bool json;            /* JSON lines on stdout in place of tables */
	bool verify;          /* the target re-reads what it wrote */
	bool freeze;          /* FIFREEZE what is mounted, for the transfer */
	bool verbose;         /* debug messages on stderr as well */
	unsigned connections; /* 0: as many as fit the CPUs */
	bool compress_auto;   /* the level follows the link */
	int compress_level;   /* when not: 0 sends raw, else a zstd level */
	uint32_t chunk_size;  /* bytes; one that a plan may have */
	enum cutover_mode cutover;
	unsigned wait_boot;      /* seconds; 0: no proof of boot is asked for */
	const char *known_hosts; /* NULL: OpenSSH's places; borrowed from argv as the rest */
	const char *host_key;    /* "SHA256:..." or NULL */
	const char *rsh;         /* NULL: ssh by libssh */
	const char *receiver;
	const char *log; /* NULL: none */
};

#define OPTIONS_E_HELP    1 /* --help: options_help() and exit 0 */
#define OPTIONS_E_VERSION 2

/* 0, OPTIONS_E_*, -EINVAL with @err (a usage error), or -ENOMEM. @o must be
 * released in every case. */
int options_parse(int argc, char **argv, struct options *o, struct err_text *err);
void options_release(struct options *o);
void options_help(FILE *out);

/* 0 or -EINVAL with @err. */
int options_parse_address(const char *text, struct options_address *out, struct err_text *err);

#endif
