/* connect.c - see connect.h */
#include "push/connect.h"
#include "push/rsh.h"

struct ssh_target connect_target(const struct options *o)
{
	return (struct ssh_target){
		.host = o->address.host,
		.user = o->address.user,
		.port = o->address.port,
		.known_hosts = o->known_hosts,
		.host_key = o->host_key,
		.identities = &o->identities,
		.command = o->receiver,
	};
}

int connect_new(const struct options *o, struct transport **out)
{
	struct ssh_target target = connect_target(o);

	return o->rsh ? rsh_new(o->rsh, o->receiver, out) : ssh_link_new(&target, out);
}
