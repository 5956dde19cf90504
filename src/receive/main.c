/* main.c - p2v-receive: the target's end of a push, started by sshd */
#include "plan/plan.h"
#include "receive/receive.h"
#include "util/exit.h"
#include "util/log.h"
#include "util/place.h"
#include "version.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"usage: p2v-receive [OPTION]...\n"
	"Receives a machine from p2v-push over standard input and output, and puts it\n"
	"on a disk of this machine. It is not started by hand: sshd starts it, as the\n"
	"forced command of the pusher's key.\n"
	"\n"
	"  --disk FILE        offer this plain file or disk as the target, and nothing\n"
	"                     else; repeatable (default: all disks)\n"
	"  --session-dir DIR  where the state of a push lives (default: /run/p2v)\n"
	"  --fixups DIR       the fixups to run on the migrated system\n"
	"  --print-libexec    print the folder where this program looks for its scripts,\n"
	"                     and exit\n"
	"  --help             print this help and exit\n"
	"  --version          print the version and exit\n"
	"\n"
	"A disk that is in use is never touched, and this machine is only left for the\n"
	"migrated one when its own root is in RAM.\n"
	"\n"
	"Exit status: 0 the push went through, 1 wrong usage, 2 refused before anything\n"
	"was written, 4 failed after that.\n"
	"\n"
	"An image file as the target of a push on the same machine:\n"
	"  p2v-push --rsh env --receiver 'p2v-receive --disk new.img' ...\n";

static int usage_error(void)
{
	fprintf(stderr, "Try 'p2v-receive --help'.\n");
	return P2V_EXIT_USAGE;
}

/* Closed standard descriptors would be taken by the first disk. */
static void open_standard_fds(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		exit(P2V_EXIT_FAILED);
	close(fd);
}

static void set_up_process(void)
{
	open_standard_fds();
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	/* sshd's idea of a PATH may lack the sbin directories. */
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	log_init("p2v-receive");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"disk", required_argument, NULL, 'd'},
		{"session-dir", required_argument, NULL, 's'},
		{"fixups", required_argument, NULL, 'f'},
		{"print-libexec", no_argument, NULL, 'L'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	const char *disks[PLAN_MAX_DISKS];
	char libexec[256], fixups[300];
	struct receive_options o = {.disks = disks, .session_dir = "/run/p2v", .fixups = fixups};
	int c;

	set_up_process();
	snprintf(fixups, sizeof(fixups), "%s/fixups", place_libexec(libexec, sizeof(libexec)));
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			if (o.disk_count == PLAN_MAX_DISKS) {
				fprintf(stderr,
					"p2v-receive: --disk can be given %u times at most\n",
					PLAN_MAX_DISKS);
				return usage_error();
			}
			disks[o.disk_count++] = optarg;
			break;
		case 's':
			o.session_dir = optarg;
			break;
		case 'f':
			o.fixups = optarg;
			break;
		case 'L':
			puts(libexec);
			return fflush(stdout) ? P2V_EXIT_FAILED : P2V_EXIT_OK;
		case 'h':
			fputs(usage, stdout);
			return fflush(stdout) ? P2V_EXIT_FAILED : P2V_EXIT_OK;
		case 'V':
			puts("p2v-receive " P2V_VERSION);
			return fflush(stdout) ? P2V_EXIT_FAILED : P2V_EXIT_OK;
		default:
			return usage_error();
		}
	}
	if (optind < argc) {
		fprintf(stderr, "p2v-receive: unexpected argument: %s\n", argv[optind]);
		return usage_error();
	}
	return receive_run(&o, STDIN_FILENO, STDOUT_FILENO);
}
