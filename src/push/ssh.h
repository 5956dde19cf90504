/* ssh.h - the ssh transport; the only user of libssh
 *
 * The host key is verified against known_hosts or --host-key, never accepted
 * by itself; authentication is by public key only (agent, --identity, the
 * default identities). ~/.ssh/config is read; the command line comes first.
 */
#ifndef P2V_PUSH_SSH_H
#define P2V_PUSH_SSH_H

#include "push/transport.h"

#include <stddef.h>

/* Makes no connection yet. The first connect asks for a passphrase when it
 * must; the key that was accepted is kept for the connections after it.
 * 0 or -errno, logged. */
int ssh_link_new(const struct options *o, struct transport **out);

/* The host key that answers at @o's address now, without logging in:
 * "SHA256:...". 0, or -errno with @err saying what was seen instead. */
int ssh_link_peek(const struct options *o, char *fingerprint, size_t size, struct err_text *err);

#endif
