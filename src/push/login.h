/* login.h - which key to log in with, and what to tell the user when none fits
 *
 * The order of the attempts and the texts; the attempts themselves are ssh.c's.
 */
#ifndef P2V_PUSH_LOGIN_H
#define P2V_PUSH_LOGIN_H

#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>

#define LOGIN_E_DENIED 1 /* this key is not accepted, or there is none */

struct login {
	const char *host;
	const char *user;              /* as whom */
	const struct strv *identities; /* given by the user */
	const char *identity;          /* the configuration's first, or NULL */
	/* 0, LOGIN_E_DENIED, or -errno (logged) when the connection failed. */
	int (*by_agent)(void *ctx);
	int (*by_file)(void *ctx, const char *path);
	void *ctx;
};

/* Given files first, else the agent first, as OpenSSH does. 0 or -EACCES,
 * logged with what was tried. */
int login_find_key(const struct login *l);

/* libssh's callback for a passphrase; @path is the key file's name. */
int login_passphrase(const char *prompt, char *buf, size_t len, int echo, int verify, void *path);

/* Is the key that was seen the one that is wanted? @given: the user named it, else
 * the first connection has seen it. 0 or -EACCES, logged. */
int login_check_key(const char *host, const char *want, const char *seen, const char *type,
		    bool given);
/* Logs how a host key that is not known can be made known. */
void login_how_to_trust(const char *host, unsigned port, const char *known_hosts, const char *seen,
			const char *type);

#endif
