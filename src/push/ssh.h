/* ssh.h - the ssh transport; the only user of libssh
 *
 * The host key is verified against known_hosts or --host-key, never accepted
 * by itself; authentication is by public key only (agent, --identity, the
 * default identities). ~/.ssh/config is read; the command line comes first.
 */
#ifndef P2V_PUSH_SSH_H
#define P2V_PUSH_SSH_H

#include "push/transport.h"
#include "util/strv.h"

#include <stddef.h>
#include <stdint.h>

/* Where to log in, and what to run there. All of it is borrowed. */
struct ssh_target {
	const char *host;        /* an IPv6 address without brackets */
	const char *user;        /* "": the configuration's, or this user's name */
	uint16_t port;           /* 0: the configuration's, or 22 */
	const char *known_hosts; /* NULL: OpenSSH's places */
	const char *host_key;    /* "SHA256:...", in place of known_hosts; or NULL */
	const struct strv *identities;
	const char *command;
};

/* Makes no connection yet. The first connect asks for a passphrase when it
 * must; the key that was accepted is kept for the connections after it.
 * 0 or -errno, logged. */
int ssh_link_new(const struct ssh_target *target, struct transport **out);

/* The host key that answers at @target's address now, without logging in:
 * "SHA256:...". 0, or -errno with @err saying what was seen instead. */
int ssh_link_peek(const struct ssh_target *target, char *fingerprint, size_t size,
		  struct err_text *err);

#endif
