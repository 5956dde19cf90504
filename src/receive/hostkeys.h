/* hostkeys.h - fingerprints of the migrated system's ssh host keys
 *
 * With these the pusher knows the migrated machine when it answers.
 */
#ifndef P2V_RECEIVE_HOSTKEYS_H
#define P2V_RECEIVE_HOSTKEYS_H

#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends "SHA256:..." of each etc/ssh/ssh_host_*_key.pub below @rootfd. */
int hostkeys_read(int rootfd, struct strv *out);
/* The fingerprint of a line "ssh-ed25519 BASE64 comment", as OpenSSH prints it.
 * False when it is not such a line. Pure. */
bool hostkeys_fingerprint(const char *line, char *out, size_t size);

#endif
