/* fail.c - see fail.h */
#include "receive/fail.h"
#include "util/log.h"
#include "util/text.h"
#include "wire/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static void fail_send(struct peer *p, const char *code, const char *hint, const char *text)
{
	struct msg_error m = {0};

	text_copy(m.code, sizeof(m.code), code);
	text_copy(m.hint, sizeof(m.hint), hint ? hint : "");
	snprintf(m.text, sizeof(m.text), "%s", text);
	peer_complain(p, msg_error_to_json(&m));
}

int fail_with(struct peer *p, int status, const char *code, const char *hint, const char *fmt, ...)
{
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error("%s", text);
	fail_send(p, code, hint, text);
	return status;
}

int fail_read(struct peer *p, int status, int r)
{
	struct err_text why;

	if (r == PEER_E_END)
		log_info("the connection has ended");
	if (r == PEER_E_END || r == PEER_REFUSED)
		return status;
	why = peer_why(p);
	if (r == -ETIMEDOUT)
		fail_send(p, "silent", "push again", why.text);
	else
		fail_send(p, "protocol", "push again; if it happens again, this is a bug",
			  why.text);
	return status;
}

int fail_unexpected(struct peer *p, int status, const char *expected)
{
	return fail_with(p, status, "protocol", NULL, "%s frame where %s was expected",
			 proto_type_name(p->frame.type), expected);
}
