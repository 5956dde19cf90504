/* transport.c - see transport.h */
#include "push/transport.h"
#include "util/log.h"

#include <errno.h>

void transport_freep(struct transport **t)
{
	if (*t)
		(*t)->free(*t);
}

void transport_closep(struct stream **s)
{
	if (*s)
		(*s)->close(*s);
}

void transport_explain_status(int status, struct err_text *why)
{
	if (status == 127)
		err_set(why, 0,
			"the receiver was not found on the target (status 127): is the bootstrap "
			"system running there? --receiver says what to run");
	else if (status > 0)
		err_set(why, 0, "the receiver ended with status %d", status);
}

int transport_no_memory(const char *host)
{
	log_error("%s: no memory for a connection", host);
	return -ENOMEM;
}
