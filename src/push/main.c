/* main.c - p2v-push: the source's program. Options, one call, exit status. */
#include "push/console.h"
#include "push/interrupt.h"
#include "push/options.h"
#include "push/push.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAIN_CONNECTIONS 4u

static unsigned main_connections(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return cpus < (long)MAIN_CONNECTIONS ? (unsigned)cpus : MAIN_CONNECTIONS;
}

int main(int argc, char **argv)
{
	CLEANUP(options_release) struct options o;
	struct err_text err = {0};
	enum p2v_exit status;
	int r = options_parse(argc, argv, &o, &err);

	if (r == OPTIONS_E_HELP) {
		options_help(stdout);
		return fflush(stdout) ? P2V_EXIT_USAGE : P2V_EXIT_OK;
	}
	if (r == OPTIONS_E_VERSION) {
		puts("p2v-push " P2V_VERSION);
		return fflush(stdout) ? P2V_EXIT_USAGE : P2V_EXIT_OK;
	}
	if (r < 0) {
		fprintf(stderr, "p2v-push: %s\nTry p2v-push --help.\n",
			err.text[0] ? err.text : strerror(-r));
		return P2V_EXIT_USAGE;
	}
	if (!o.connections)
		o.connections = main_connections();
	if (console_open(o.log, o.verbose, o.json) < 0)
		return P2V_EXIT_USAGE;
	interrupt_install();
	status = push_run(&o);
	console_close();
	return (int)status;
}
