/* message.c - see message.h */
#include "wire/message.h"
#include "util/member.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>

#define MESSAGE_MAX_STEPS 4096u
#define MESSAGE_MAX_NAMES 256u
#define MESSAGE_MAX_LINE  1000u
#define MESSAGE_MAX_NAME  127u
#define MESSAGE_MAX_KEYS  64u

/* Characters of a session's name besides letters and digits: it is a directory. */
#define MESSAGE_SESSION_CHARS "._-"

static enum cutover_mode message_cutover(struct jread *r, const struct jdoc *o, const char *key)
{
	enum cutover_mode mode = CUTOVER_NONE;

	if (!cutover_mode_parse(jread_str(r, o, key, 16), &mode))
		jread_fail(r, "%s must be none, kexec, reboot or poweroff", key);
	return mode;
}

static bool message_is_zero(const uint8_t *bytes, size_t len)
{
	while (len && !bytes[len - 1])
		len--;
	return !len;
}

struct jdoc *msg_hello_to_json(const struct msg_hello *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_u64(o, "version", m->version);
	jdoc_set_u64(o, "features", m->features);
	jdoc_set_str(o, "role", m->role == HELLO_DATA ? "data" : "control");
	member_set_text(o, "program", m->program);
	if (m->session[0])
		jdoc_set_str(o, "session", m->session);
	if (!message_is_zero(m->token, sizeof(m->token)))
		member_set_hex(o, "token", m->token, sizeof(m->token));
	return o;
}

int msg_hello_from_json(const struct jdoc *d, struct msg_hello *m, struct err_text *err)
{
	struct jread r = {.what = "hello"};
	const char *role;

	*m = (struct msg_hello){.version = (uint32_t)jread_u64(&r, d, "version", 0, UINT32_MAX)};
	text_printable(jread_str_opt(&r, d, "program", sizeof(m->program) - 1), m->program,
		       sizeof(m->program));
	if (jread_ok(&r) && m->version != PROTO_VERSION)
		return 0;
	m->features = (uint32_t)jread_u64(&r, d, "features", 0, UINT32_MAX);
	role = jread_str(&r, d, "role", 16);
	m->role = !strcmp(role, "data") ? HELLO_DATA : HELLO_CONTROL;
	if (strcmp(role, "data") && strcmp(role, "control"))
		jread_fail(&r, "role must be control or data");
	if (*jread_str_opt(&r, d, "session", sizeof(m->session) - 1))
		member_word(&r, d, "session", MESSAGE_SESSION_CHARS, m->session,
			    sizeof(m->session));
	if (*jread_str_opt(&r, d, "token", 2 * sizeof(m->token)))
		jread_hex(&r, d, "token", m->token, sizeof(m->token));
	if (!jread_ok(&r))
		*m = (struct msg_hello){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_verdict_to_json(const struct msg_verdict *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set(o, "reasons", reasons_to_json(&m->reasons));
	member_set_lines(o, "steps", &m->steps, MESSAGE_MAX_STEPS, MESSAGE_MAX_LINE);
	member_set_digest(o, "plan", &m->plan);
	return o;
}

int msg_verdict_from_json(const struct jdoc *d, struct msg_verdict *m, struct err_text *err)
{
	struct jread r = {.what = "verdict"};

	*m = (struct msg_verdict){0};
	reasons_from_json(&r, jread_array(&r, d, "reasons", REASON_MAX), &m->reasons);
	member_lines(&r, d, "steps", MESSAGE_MAX_STEPS, MESSAGE_MAX_LINE, &m->steps);
	m->plan = member_digest(&r, d, "plan");
	if (!jread_ok(&r))
		msg_verdict_release(m);
	return member_result(&r, -EPROTO, err);
}

void msg_verdict_release(struct msg_verdict *m)
{
	reasons_release(&m->reasons);
	strv_release(&m->steps);
	*m = (struct msg_verdict){0};
}

struct jdoc *msg_commit_to_json(const struct msg_commit *m)
{
	struct jdoc *o = jdoc_object(), *erase = jdoc_array();

	for (uint32_t i = 0; i < m->erase_count; i++)
		jdoc_add_str(erase, m->erase[i]);
	member_set_digest(o, "plan", &m->plan);
	jdoc_set(o, "erase", erase);
	return o;
}

int msg_commit_from_json(const struct jdoc *d, struct msg_commit *m, struct err_text *err)
{
	struct jread r = {.what = "commit"};
	const struct jdoc *erase;

	*m = (struct msg_commit){.plan = member_digest(&r, d, "plan")};
	erase = jread_array(&r, d, "erase", PLAN_MAX_DISKS);
	for (size_t i = 0; i < jdoc_length(erase); i++) {
		const char *name = jdoc_item_str(erase, i);

		/* Compared with a disk's path and serial, byte by byte: no cleaning here. */
		if (!name || !*name || !text_copy(m->erase[i], sizeof(m->erase[i]), name)) {
			jread_fail(&r, "erase must name a disk path or serial");
			break;
		}
		m->erase_count++;
	}
	if (!jread_ok(&r))
		*m = (struct msg_commit){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_ready_to_json(const struct msg_ready *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_str(o, "session", m->session);
	member_set_hex(o, "token", m->token, sizeof(m->token));
	return o;
}

int msg_ready_from_json(const struct jdoc *d, struct msg_ready *m, struct err_text *err)
{
	struct jread r = {.what = "ready"};

	*m = (struct msg_ready){0};
	member_word(&r, d, "session", MESSAGE_SESSION_CHARS, m->session, sizeof(m->session));
	if (!m->session[0])
		jread_fail(&r, "session must not be empty");
	jread_hex(&r, d, "token", m->token, sizeof(m->token));
	if (!jread_ok(&r))
		*m = (struct msg_ready){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_finish_to_json(const struct msg_finish *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_bool(o, "fixups", m->fixups);
	member_set_lines(o, "only", &m->only, MESSAGE_MAX_NAMES, MESSAGE_MAX_NAME);
	member_set_lines(o, "skip", &m->skip, MESSAGE_MAX_NAMES, MESSAGE_MAX_NAME);
	jdoc_set_str(o, "cutover", cutover_mode_name(m->cutover));
	return o;
}

int msg_finish_from_json(const struct jdoc *d, struct msg_finish *m, struct err_text *err)
{
	struct jread r = {.what = "finish"};

	*m = (struct msg_finish){.fixups = jread_bool(&r, d, "fixups")};
	member_lines(&r, d, "only", MESSAGE_MAX_NAMES, MESSAGE_MAX_NAME, &m->only);
	member_lines(&r, d, "skip", MESSAGE_MAX_NAMES, MESSAGE_MAX_NAME, &m->skip);
	m->cutover = message_cutover(&r, d, "cutover");
	if (!jread_ok(&r))
		msg_finish_release(m);
	return member_result(&r, -EPROTO, err);
}

void msg_finish_release(struct msg_finish *m)
{
	strv_release(&m->only);
	strv_release(&m->skip);
	*m = (struct msg_finish){0};
}

struct jdoc *msg_result_to_json(const struct msg_result *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set(o, "reasons", reasons_to_json(&m->reasons));
	member_set_lines(o, "host_keys", &m->host_keys, MESSAGE_MAX_KEYS, MESSAGE_MAX_NAME);
	jdoc_set_bool(o, "root_found", m->root_found);
	jdoc_set_bool(o, "kexec_loaded", m->kexec_loaded);
	member_set_text(o, "boot_title", m->boot_title);
	member_set_text(o, "boot_kernel", m->boot_kernel);
	member_set_text(o, "boot_cmdline", m->boot_cmdline);
	return o;
}

int msg_result_from_json(const struct jdoc *d, struct msg_result *m, struct err_text *err)
{
	struct jread r = {.what = "result"};

	*m = (struct msg_result){0};
	reasons_from_json(&r, jread_array(&r, d, "reasons", REASON_MAX), &m->reasons);
	member_lines(&r, d, "host_keys", MESSAGE_MAX_KEYS, MESSAGE_MAX_NAME, &m->host_keys);
	m->root_found = jread_bool(&r, d, "root_found");
	m->kexec_loaded = jread_bool(&r, d, "kexec_loaded");
	member_text(&r, d, "boot_title", m->boot_title, sizeof(m->boot_title));
	member_text(&r, d, "boot_kernel", m->boot_kernel, sizeof(m->boot_kernel));
	member_text(&r, d, "boot_cmdline", m->boot_cmdline, sizeof(m->boot_cmdline));
	if (!jread_ok(&r))
		msg_result_release(m);
	return member_result(&r, -EPROTO, err);
}

void msg_result_release(struct msg_result *m)
{
	reasons_release(&m->reasons);
	strv_release(&m->host_keys);
	*m = (struct msg_result){0};
}

struct jdoc *msg_bye_to_json(const struct msg_bye *m)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_str(o, "mode", cutover_mode_name(m->mode));
	member_set_text(o, "text", m->text);
	return o;
}

int msg_bye_from_json(const struct jdoc *d, struct msg_bye *m, struct err_text *err)
{
	struct jread r = {.what = "bye"};

	*m = (struct msg_bye){.mode = message_cutover(&r, d, "mode")};
	member_text(&r, d, "text", m->text, sizeof(m->text));
	if (!jread_ok(&r))
		*m = (struct msg_bye){0};
	return member_result(&r, -EPROTO, err);
}

struct jdoc *msg_error_to_json(const struct msg_error *m)
{
	struct jdoc *o = jdoc_object();

	member_set_text(o, "code", m->code);
	member_set_text(o, "text", m->text);
	member_set_text(o, "hint", m->hint);
	return o;
}

int msg_error_from_json(const struct jdoc *d, struct msg_error *m, struct err_text *err)
{
	struct jread r = {.what = "error"};

	*m = (struct msg_error){0};
	member_text(&r, d, "code", m->code, sizeof(m->code));
	member_text(&r, d, "text", m->text, sizeof(m->text));
	member_text(&r, d, "hint", m->hint, sizeof(m->hint));
	if (!jread_ok(&r))
		*m = (struct msg_error){0};
	return member_result(&r, -EPROTO, err);
}
