/* login.c - see login.h */
#include "push/login.h"
#include "push/prompt.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The identity that ~/.ssh/config names, then OpenSSH's default names. */
static int login_default_files(const char *configured, struct strv *files)
{
	static const char *const names[] = {"id_ed25519", "id_ecdsa", "id_rsa"};
	/* As libssh and OpenSSH, which do not look at $HOME. */
	const struct passwd *pw = getpwuid(getuid());
	const char *home = pw ? pw->pw_dir : NULL;
	int r = 0;

	if (configured && !strncmp(configured, "~/", 2) && home)
		r = strv_addf(files, "%s/%s", home, configured + 2);
	else if (configured && configured[0] == '/')
		r = strv_add(files, configured);
	for (size_t i = 0; !r && home && i < sizeof(names) / sizeof(names[0]); i++) {
		r = strv_addf(files, "%s/.ssh/%s", home, names[i]);
		/* The configuration's first is often one of the default names. */
		if (!r && files->n == 2 && !strcmp(files->v[0], files->v[1])) {
			free(files->v[1]);
			files->v[1] = NULL;
			files->n = 1;
		}
	}
	return r;
}

static void login_denied(const struct login *l, const struct strv *files)
{
	char tried[600] = "";

	for (size_t i = 0; i < files->n && strlen(tried) < 400; i++) {
		size_t at = strlen(tried);

		snprintf(tried + at, sizeof(tried) - at, ", %.150s%s", files->v[i],
			 access(files->v[i], R_OK) < 0 ? " (not readable)" : "");
	}
	log_error("%s accepts no key for user %s; tried: the agent%s%s", l->host, l->user,
		  getenv("SSH_AUTH_SOCK") ? "" : " (none is running)", tried);
	log_info("put the public key into the target's authorized_keys, or name another with "
		 "--identity; passwords are not used");
}

int login_find_key(const struct login *l)
{
	CLEANUP(strv_release) struct strv found = {0};
	const struct strv *files = l->identities;
	bool given = files->n != 0;
	int r;

	if (!given) {
		if (login_default_files(l->identity, &found) < 0) {
			log_error("%s: no memory for the list of keys", l->host);
			return -ENOMEM;
		}
		files = &found;
	}
	r = given ? LOGIN_E_DENIED : l->by_agent(l->ctx);
	for (size_t i = 0; r == LOGIN_E_DENIED && i < files->n; i++)
		r = access(files->v[i], R_OK) < 0 ? LOGIN_E_DENIED
						  : l->by_file(l->ctx, files->v[i]);
	if (given && r == LOGIN_E_DENIED)
		r = l->by_agent(l->ctx);
	if (r == LOGIN_E_DENIED)
		login_denied(l, files);
	return r ? -EACCES : 0;
}

int login_passphrase(const char *prompt, char *buf, size_t len, int echo, int verify, void *path)
{
	char question[600];
	int r;

	(void)prompt;
	(void)echo;
	(void)verify;
	snprintf(question, sizeof(question), "Passphrase for %s: ", (const char *)path);
	r = prompt_line(question, false, buf, len);
	if (r == -ENOTTY)
		log_warn(
			"%s has a passphrase and there is no terminal to ask for it; use ssh-agent",
			(const char *)path);
	return r < 0 ? -1 : 0;
}

int login_check_key(const char *host, const char *want, const char *seen, const char *type,
		    bool given)
{
	if (!strcmp(want, seen))
		return 0;
	log_error("the host key of %s is %s (%s), not %s as %s", host, seen, type, want,
		  given ? "--host-key says" : "on the first connection");
	return -EACCES;
}

void login_how_to_trust(const char *host, unsigned port, const char *known_hosts, const char *seen,
			const char *type)
{
	const char *file = known_hosts ? known_hosts : "~/.ssh/known_hosts";

	log_info("it offers a key of type %s with the fingerprint %s", type, seen);
	log_info("compare that with what the target's console or p2v-instance printed; if it is "
		 "the same, use --host-key %s",
		 seen);
	log_info("or remember it: ssh-keyscan -p %u %s >> %s", port, host, file);
}
