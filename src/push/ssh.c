/* ssh.c - see ssh.h
 *
 * libssh 0.10. A session is used by one thread at a time; the accepted key is
 * shared and copied under a lock for each login.
 */
#include "push/ssh.h"
#include "push/dial.h"
#include "push/interrupt.h"
#include "push/lines.h"
#include "push/login.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* AES-GCM first: one pass for cipher and MAC, in hardware on most machines. */
#define SSH_LINK_CIPHERS \
	"aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com," \
	"aes128-ctr,aes256-ctr"

static const long ssh_link_patience = 45, ssh_link_second = 1; /* a handshake's limit, and 1 s */

/* A server has keys of several types, and --host-key names one of them. */
static const char *const ssh_link_key_types[] = {
	"ssh-ed25519",
	"ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
	"rsa-sha2-512,rsa-sha2-256",
};

struct ssh_link {
	struct transport base; /* host_key: set by the first connection, binding the others */
	struct ssh_target target;
	pthread_mutex_t lock; /* of what follows, once several threads connect */
	const char *key_type; /* one of ssh_link_key_types; NULL: libssh's choice */
	bool by_agent;        /* what the first login found out */
	ssh_key key;
};

struct ssh_connection {
	struct stream base; /* first: it is what the callbacks are given */
	ssh_session session;
	ssh_channel channel;
	struct ssh_channel_callbacks_struct callbacks;
	struct lines lines;
};

static void ssh_link_session_freep(ssh_session *s)
{
	ssh_disconnect(*s); /* takes NULL, as ssh_free() does */
	ssh_free(*s);
}

static void ssh_link_key_freep(ssh_key *k)
{
	ssh_key_free(*k);
}

static void ssh_link_log(int priority, const char *function, const char *buffer, void *userdata)
{
	(void)priority, (void)function, (void)userdata;
	log_debug("libssh: %s", buffer);
}

/* Applies the command line over ~/.ssh/config: libssh reads the host's
 * sections when it is told to, and what is set later wins. */
static int ssh_link_session(const struct ssh_target *t, ssh_session *out)
{
	CLEANUP(ssh_link_session_freep) ssh_session s = ssh_new();
	const unsigned port = t->port, nodelay = 1;

	if (!s)
		return transport_no_memory(t->host);
	ssh_set_log_callback(ssh_link_log);
	ssh_set_log_level(SSH_LOG_WARNING);
	ssh_options_set(s, SSH_OPTIONS_TIMEOUT, &ssh_link_patience);
	if (ssh_options_set(s, SSH_OPTIONS_HOST, t->host) < 0 ||
	    ssh_options_parse_config(s, NULL) < 0) {
		log_error("%s, ssh configuration: %s", t->host, ssh_get_error(s));
		return -EINVAL;
	}
	if (port)
		ssh_options_set(s, SSH_OPTIONS_PORT, &port);
	if (t->user[0])
		ssh_options_set(s, SSH_OPTIONS_USER, t->user);
	if (t->known_hosts)
		ssh_options_set(s, SSH_OPTIONS_KNOWNHOSTS, t->known_hosts);
	ssh_options_set(s, SSH_OPTIONS_NODELAY, &nodelay);
	ssh_options_set(s, SSH_OPTIONS_COMPRESSION, "no");
	ssh_options_set(s, SSH_OPTIONS_CIPHERS_C_S, SSH_LINK_CIPHERS);
	ssh_options_set(s, SSH_OPTIONS_CIPHERS_S_C, SSH_LINK_CIPHERS);
	*out = STEAL(s);
	return 0;
}

/* "SHA256:..." of the key that the connected server has shown. */
static int ssh_link_fingerprint(ssh_session s, char *out, size_t size, char type[32])
{
	CLEANUP(ssh_link_key_freep) ssh_key key = NULL;
	unsigned char *hash = NULL;
	char *text = NULL;
	size_t len = 0;
	bool ok;

	if (ssh_get_server_publickey(s, &key) < 0)
		return -EPROTO;
	text_copy(type, 32, ssh_key_type_to_char(ssh_key_type(key)));
	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len) < 0)
		return -EPROTO;
	text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
	ssh_clean_pubkey_hash(&hash);
	ok = text && text_copy(out, size, text);
	ssh_string_free_char(text);
	return ok ? 0 : -EPROTO;
}

/* The port in effect, with the configuration's. */
static unsigned ssh_link_port(ssh_session s)
{
	unsigned port = 22;

	ssh_options_get_port(s, &port);
	return port;
}

/* 0 when known_hosts has this very key, else -EACCES, logged. */
static int ssh_link_check_known(const struct ssh_link *l, ssh_session s, const char *seen,
				const char *type)
{
	const char *why = ssh_get_error(s);

	switch (ssh_session_is_known_server(s)) {
	case SSH_KNOWN_HOSTS_OK:
		return 0;
	case SSH_KNOWN_HOSTS_CHANGED:
		why = "is not the one in known_hosts: either the target was reinstalled, or "
		      "something else answers in its place";
		break;
	case SSH_KNOWN_HOSTS_OTHER:
		why = "is not known; known_hosts has a key of another type";
		break;
	case SSH_KNOWN_HOSTS_UNKNOWN:
	case SSH_KNOWN_HOSTS_NOT_FOUND:
		why = "is not known";
		break;
	case SSH_KNOWN_HOSTS_ERROR:
		break;
	}
	log_error("the host key of %s: %s", l->target.host, why);
	login_how_to_trust(l->target.host, ssh_link_port(s), l->target.known_hosts, seen, type);
	return -EACCES;
}

#define SSH_LINK_E_OTHER_KEY 1 /* not the --host-key; another type may be */

static int ssh_link_check_host(struct ssh_link *l, ssh_session s, bool last)
{
	char seen[64] = "", type[32] = "";
	int r = ssh_link_fingerprint(s, seen, sizeof(seen), type);

	if (r < 0) {
		log_error("%s: no host key: %s", l->target.host, ssh_get_error(s));
		return r;
	}
	/* The first connection's key binds the others. */
	if (l->base.host_key[0] || l->target.host_key) {
		const char *want = l->base.host_key[0] ? l->base.host_key : l->target.host_key;

		if (strcmp(want, seen) != 0 && !last)
			return SSH_LINK_E_OTHER_KEY;
		r = login_check_key(l->target.host, want, seen, type, l->target.host_key != NULL);
	} else {
		r = ssh_link_check_known(l, s, seen, type);
	}
	if (!r && !l->base.host_key[0])
		text_copy(l->base.host_key, sizeof(l->base.host_key), seen);
	return r;
}

static int ssh_link_try(struct ssh_link *l, const char *key_type, bool last, ssh_session *out)
{
	CLEANUP(ssh_link_session_freep) ssh_session s = NULL;
	int r = ssh_link_session(&l->target, &s);

	if (r < 0)
		return r;
	if (key_type)
		ssh_options_set(s, SSH_OPTIONS_HOSTKEYS, key_type);
	if (ssh_connect(s) != SSH_OK) {
		/* No key of this type is not the last word while others are left. */
		if (key_type && !last)
			return SSH_LINK_E_OTHER_KEY;
		log_error("cannot connect to %s port %u: %s", l->target.host, ssh_link_port(s),
			  ssh_get_error(s));
		return -ENOTCONN;
	}
	r = ssh_link_check_host(l, s, last);
	if (!r) {
		dial_keep_alive(ssh_get_fd(s));
		*out = STEAL(s);
	}
	return r;
}

/* Connects, and verifies the host key. */
static int ssh_link_open_session(struct ssh_link *l, ssh_session *out)
{
	size_t types = sizeof(ssh_link_key_types) / sizeof(ssh_link_key_types[0]);
	int r = ssh_link_try(l, l->key_type, !l->target.host_key || l->key_type, out);

	for (size_t i = 0; r == SSH_LINK_E_OTHER_KEY && i < types; i++) {
		r = ssh_link_try(l, ssh_link_key_types[i], i + 1 == types, out);
		if (!r)
			l->key_type = ssh_link_key_types[i];
	}
	return r;
}

struct ssh_attempt {
	struct ssh_link *l;
	ssh_session s;
};

static int ssh_link_auth_result(const struct ssh_attempt *a, int r)
{
	if (r == SSH_AUTH_ERROR) {
		log_error("ssh login to %s: %s", a->l->target.host, ssh_get_error(a->s));
		return -EACCES;
	}
	return r == SSH_AUTH_SUCCESS ? 0 : LOGIN_E_DENIED;
}

/* One key file. Its public half is offered first, so that no passphrase is
 * asked for a key that would not be accepted. */
static int ssh_link_by_file(void *ctx, const char *path)
{
	CLEANUP(ssh_link_key_freep) ssh_key public = NULL, private = NULL;
	struct ssh_attempt *a = ctx;
	char pub_path[520], name[512];
	int r;

	text_copy(name, sizeof(name), path);
	snprintf(pub_path, sizeof(pub_path), "%.500s.pub", path);
	if (ssh_pki_import_pubkey_file(pub_path, &public) == SSH_OK) {
		r = ssh_link_auth_result(a, ssh_userauth_try_publickey(a->s, NULL, public));
		if (r)
			return r;
	}
	if (ssh_pki_import_privkey_file(path, NULL, login_passphrase, name, &private) != SSH_OK) {
		log_warn("%s: not a readable private key, or a wrong passphrase", path);
		return LOGIN_E_DENIED;
	}
	r = ssh_link_auth_result(a, ssh_userauth_publickey(a->s, NULL, private));
	if (!r)
		a->l->key = STEAL(private);
	return r;
}

static int ssh_link_by_agent(void *ctx)
{
	struct ssh_attempt *a = ctx;
	int r = ssh_link_auth_result(a, ssh_userauth_agent(a->s, NULL));

	a->l->by_agent = r == 0;
	return r;
}

/* Finds the key that the target accepts. */
static int ssh_link_auth_first(struct ssh_link *l, ssh_session s)
{
	struct ssh_attempt attempt = {l, s};
	struct login login = {.host = l->target.host,
			      .identities = l->target.identities,
			      .by_agent = ssh_link_by_agent,
			      .by_file = ssh_link_by_file,
			      .ctx = &attempt};
	char *user = NULL, *identity = NULL;
	int r;

	if (ssh_userauth_none(s, NULL) == SSH_AUTH_SUCCESS)
		return 0;
	ssh_options_get(s, SSH_OPTIONS_USER, &user);
	ssh_options_get(s, SSH_OPTIONS_IDENTITY, &identity);
	login.user = user ? user : "?";
	login.identity = identity;
	r = login_find_key(&login);
	ssh_string_free_char(user);
	ssh_string_free_char(identity);
	return r;
}

static int ssh_link_auth_again(struct ssh_link *l, ssh_session s)
{
	CLEANUP(ssh_link_key_freep) ssh_key key = NULL;
	int r;

	if (l->by_agent) {
		r = ssh_userauth_agent(s, NULL);
	} else if (l->key) {
		pthread_mutex_lock(&l->lock);
		key = ssh_key_dup(l->key);
		pthread_mutex_unlock(&l->lock);
		r = key ? ssh_userauth_publickey(s, NULL, key) : SSH_AUTH_ERROR;
	} else {
		r = ssh_userauth_none(s, NULL);
	}
	if (r == SSH_AUTH_SUCCESS)
		return 0;
	log_error("%s: another ssh login: %s", l->target.host, ssh_get_error(s));
	return -EACCES;
}

/* After a call that returned @n <= 0: has the stream ended? */
static long ssh_link_ended(struct ssh_connection *c, int n)
{
	if (n != SSH_ERROR && !ssh_channel_is_eof(c->channel) &&
	    !ssh_channel_is_closed(c->channel) && ssh_is_connected(c->session))
		return 0;
	log_debug("ssh: %s", ssh_get_error(c->session));
	return -ENODATA;
}

static long ssh_link_read(struct stream *base, void *buf, size_t len)
{
	struct ssh_connection *c = (struct ssh_connection *)base;
	int n = ssh_channel_read_timeout(c->channel, buf, (uint32_t)len, 0, STREAM_POLL_MS);

	return n > 0 ? n : ssh_link_ended(c, n);
}

static long ssh_link_write(struct stream *base, const void *buf, size_t len)
{
	struct ssh_connection *c = (struct ssh_connection *)base;
	int n = ssh_channel_write(c->channel, buf, (uint32_t)len);

	return n > 0 ? n : ssh_link_ended(c, n);
}

static int ssh_link_wait(struct stream *base, int ms)
{
	struct ssh_connection *c = (struct ssh_connection *)base;
	int n = ssh_channel_poll_timeout(c->channel, ms, 0);

	if (interrupt_pending())
		return -EINTR;
	return n != 0 && n != SSH_AGAIN;
}

static void ssh_link_explain(struct stream *base, struct err_text *why)
{
	struct ssh_connection *c = (struct ssh_connection *)base;
	long long end = clock_ms() + 2000;
	int status;

	/* The status follows the end of the data in a message of its own. */
	while ((status = ssh_channel_get_exit_status(c->channel)) < 0 &&
	       !ssh_channel_is_closed(c->channel) && clock_ms() < end)
		if (ssh_channel_poll_timeout(c->channel, 100, 1) == SSH_ERROR)
			break;
	transport_explain_status(status, why);
}

static void ssh_link_close(struct stream *base)
{
	struct ssh_connection *c = (struct ssh_connection *)base;

	lines_flush(&c->lines);
	if (c->channel) {
		ssh_remove_channel_callbacks(c->channel, &c->callbacks);
		ssh_channel_free(c->channel);
	}
	ssh_link_session_freep(&c->session);
	free(c);
}

/* Takes the receiver's stderr as it comes, whatever the channel is doing;
 * what is left of stdout stays in the channel. */
static int ssh_link_on_data(ssh_session s, ssh_channel ch, void *data, uint32_t len, int is_stderr,
			    void *userdata)
{
	struct ssh_connection *c = userdata;

	(void)s, (void)ch;
	if (!is_stderr)
		return 0;
	lines_add(&c->lines, data, len);
	return (int)len;
}

static int ssh_link_exec(struct ssh_link *l, struct ssh_connection *c)
{
	int r = SSH_ERROR;

	c->channel = ssh_channel_new(c->session);
	if (c->channel) {
		c->callbacks.userdata = c;
		c->callbacks.channel_data_function = ssh_link_on_data;
		ssh_callbacks_init(&c->callbacks);
		ssh_add_channel_callbacks(c->channel, &c->callbacks);
		r = ssh_channel_open_session(c->channel);
	}
	if (r == SSH_OK)
		r = ssh_channel_request_exec(c->channel, l->target.command);
	if (r != SSH_OK) {
		log_error("%s: cannot start %s: %s", l->target.host, l->target.command,
			  r == SSH_AGAIN ? "its ssh server no longer answers"
					 : ssh_get_error(c->session));
		return r == SSH_AGAIN ? -ETIMEDOUT : -EACCES;
	}
	/* From here on, a write that waits for window comes back every second. */
	ssh_options_set(c->session, SSH_OPTIONS_TIMEOUT, &ssh_link_second);
	return 0;
}

static int ssh_link_connect(struct transport *t, struct stream **out)
{
	struct ssh_link *l = (struct ssh_link *)t;
	bool first = !l->base.host_key[0];
	CLEANUP(transport_closep) struct stream *base = NULL;
	struct ssh_connection *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return transport_no_memory(l->target.host);
	base = &c->base;
	c->base = (struct stream){
		.read_some = ssh_link_read,
		.write_some = ssh_link_write,
		.wait = ssh_link_wait,
		.explain = ssh_link_explain,
		.close = ssh_link_close,
		.interrupted = interrupt_pending,
		.limit = STREAM_SECONDS,
	};
	r = ssh_link_open_session(l, &c->session);
	if (!r)
		r = first ? ssh_link_auth_first(l, c->session) : ssh_link_auth_again(l, c->session);
	if (!r)
		r = ssh_link_exec(l, c);
	if (!r)
		*out = STEAL(base);
	return r;
}

static void ssh_link_free(struct transport *t)
{
	struct ssh_link *l = (struct ssh_link *)t;

	ssh_key_free(l->key);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

int ssh_link_new(const struct ssh_target *target, struct transport **out)
{
	struct ssh_link *l = calloc(1, sizeof(*l));

	if (!l)
		return transport_no_memory(target->host);
	l->base = (struct transport){.connect = ssh_link_connect, .free = ssh_link_free};
	l->target = *target;
	pthread_mutex_init(&l->lock, NULL);
	*out = &l->base;
	return 0;
}

int ssh_link_peek(const struct ssh_target *target, char *fingerprint, size_t size,
		  struct err_text *err)
{
	CLEANUP(ssh_link_session_freep) ssh_session s = NULL;
	CLEANUP_FD int fd = -1;
	char *host = NULL, type[32];
	int r = ssh_link_session(target, &s);

	if (r < 0)
		return err_set(err, r, "cannot create an ssh session: %s", strerror(-r));
	/* The migrated machine may be an old one. */
	ssh_options_set(s, SSH_OPTIONS_HOSTKEYS,
			"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
			"ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa");
	if (ssh_options_get(s, SSH_OPTIONS_HOST, &host) != SSH_OK)
		return err_set(err, -ENOMEM, "no memory for the host's name");
	r = dial_ssh(host, (uint16_t)ssh_link_port(s), 3000, &fd, err);
	ssh_string_free_char(host);
	if (r < 0)
		return r;
	/* The session closes it. */
	ssh_options_set(s, SSH_OPTIONS_FD, &fd);
	steal_fd(&fd);
	if (ssh_connect(s) != SSH_OK)
		return err_set(err, -EPROTO, "an ssh server answers, but: %s", ssh_get_error(s));
	r = ssh_link_fingerprint(s, fingerprint, size, type);
	return r < 0 ? err_set(err, r, "an ssh server answers without a host key") : 0;
}
