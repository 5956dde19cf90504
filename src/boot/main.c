/* main.c - p2v-boot: a disk's own boot entries, listed, shown, kexec'ed */
#include "boot/cli.h"
#include "boot/cli_initrd.h"
#include "boot/cli_menu.h"
#include "boot/cli_names.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage_text[] =
	"Usage: p2v-boot [OPTIONS] list\n"
	"       p2v-boot [OPTIONS] show ID\n"
	"       p2v-boot [OPTIONS] load [ID]\n"
	"       p2v-boot [OPTIONS] kexec [ID]\n"
	"       p2v-boot [OPTIONS] menu\n"
	"       p2v-boot load|kexec --kernel FILE [--initrd FILE]... --cmdline TEXT\n"
	"       p2v-boot jump|unload\n"
	"       p2v-boot [--json] initrd-show FILE\n"
	"       p2v-boot initrd-files FILE\n"
	"       p2v-boot initrd-cat|initrd-link FILE NAME\n"
	"       p2v-boot resolve FACTS\n"
	"\n"
	"Reads the boot configuration of disks as their own boot loader would, lists\n"
	"the entries, and starts one by kexec. ID is an entry's id, its title or its\n"
	"number in the list; without one the default entry is taken.\n"
	"\n"
	"Where to look (default: all disks of this machine, mounted read-only):\n"
	"  -r, --root DIR       a directory that is the root file system\n"
	"  -t, --tree DIR[,name=NAME][,uuid=UUID][,label=LABEL]\n"
	"                       [,partuuid=UUID][,grub=hd0,gpt2]\n"
	"                       a directory that stands for a file system; repeatable,\n"
	"                       the search begins in the first\n"
	"  -d, --device DEV     only this disk, partition, volume or array; repeatable\n"
	"  -c, --config PATH    only this configuration, in the first file system, or\n"
	"                       NAME:/PATH in the one that is called NAME\n"
	"  -p, --platform pc|efi  what boot loaders see (default: as this machine)\n"
	"      --env NAME=VALUE a variable of GRUB's environment block; repeatable\n"
	"\n"
	"What to do:\n"
	"      --timeout SECONDS|none  how long the menu waits for a key (default: as the\n"
	"                       configuration)\n"
	"      --save-default   what is started becomes the saved default\n"
	"      --allow-shell    the menu offers a shell on this system\n"
	"  -j, --json           list, initrd-show: as JSON\n"
	"      --tsv            list, show: as lines for programs; see p2v-boot(8)\n"
	"  -a, --append TEXT    add to the kernel's command line\n"
	"  -l, --cmdline TEXT   replace the kernel's command line\n"
	"      --kernel FILE    start this file, whatever any configuration says; with\n"
	"      --initrd FILE    (repeatable, joined in order), --dtb FILE, --cmdline TEXT\n"
	"      --kexec-load     load by kexec-tools with the older system call\n"
	"  -n, --dry-run        show what would be started, and exit\n"
	"  -q, --quiet          no warnings\n"
	"  -h, --help           print this help and exit\n"
	"  -V, --version        print the version and exit\n"
	"\n"
	"Exit status: 0 done, 1 wrong usage, 2 nothing found or refused, 4 failed.\n"
	"\n"
	"Examples:\n"
	"  p2v-boot list --root /target\n"
	"  p2v-boot kexec --append console=ttyS0 --dry-run\n"
	"  p2v-boot menu --timeout 30\n";

/* Options without a letter. */
enum {
	OPTION_KERNEL = 256,
	OPTION_INITRD,
	OPTION_DTB,
	OPTION_KEXEC_LOAD,
	OPTION_ENV,
	OPTION_TIMEOUT,
	OPTION_SAVE_DEFAULT,
	OPTION_ALLOW_SHELL,
	OPTION_TSV,
};

static const struct option options[] = {
	{"root", required_argument, NULL, 'r'},
	{"tree", required_argument, NULL, 't'},
	{"device", required_argument, NULL, 'd'},
	{"config", required_argument, NULL, 'c'},
	{"platform", required_argument, NULL, 'p'},
	{"env", required_argument, NULL, OPTION_ENV},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{"save-default", no_argument, NULL, OPTION_SAVE_DEFAULT},
	{"allow-shell", no_argument, NULL, OPTION_ALLOW_SHELL},
	{"json", no_argument, NULL, 'j'},
	{"tsv", no_argument, NULL, OPTION_TSV},
	{"append", required_argument, NULL, 'a'},
	{"cmdline", required_argument, NULL, 'l'},
	{"kernel", required_argument, NULL, OPTION_KERNEL},
	{"initrd", required_argument, NULL, OPTION_INITRD},
	{"dtb", required_argument, NULL, OPTION_DTB},
	{"kexec-load", no_argument, NULL, OPTION_KEXEC_LOAD},
	{"dry-run", no_argument, NULL, 'n'},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int usage_error(const char *what)
{
	log_error("%s; try p2v-boot --help", what);
	return P2V_EXIT_USAGE;
}

static int set_env(struct cli *c, const char *value)
{
	const char *eq = strchr(value, '=');

	if (!eq || eq == value)
		return usage_error("--env takes NAME=VALUE");
	return strv_add(&c->env, value) < 0 ? P2V_EXIT_FAILED : -1;
}

static int set_timeout(struct cli *c, const char *value)
{
	uint64_t seconds;

	c->has_timeout = true;
	c->timeout = -1;
	if (!strcmp(value, "none"))
		return -1;
	if (!text_to_u64(value, 0, 86400, &seconds))
		return usage_error("--timeout takes a number of seconds, or none");
	c->timeout = (long)seconds;
	return -1;
}

/* -1: go on. */
static int set_option(struct cli *c, int option, const char *value)
{
	switch (option) {
	case 'r':
		c->root = value;
		return -1;
	case 't':
		return strv_add(&c->trees, value) < 0 ? P2V_EXIT_FAILED : -1;
	case 'd':
		return strv_add(&c->devices, value) < 0 ? P2V_EXIT_FAILED : -1;
	case 'c':
		c->config = value;
		return -1;
	case 'p':
		c->platform = value;
		return !strcmp(value, "pc") || !strcmp(value, "efi")
			       ? -1
			       : usage_error("--platform is pc or efi");
	case OPTION_ENV:
		return set_env(c, value);
	case OPTION_TIMEOUT:
		return set_timeout(c, value);
	case OPTION_SAVE_DEFAULT:
		c->save_default = true;
		return -1;
	case OPTION_ALLOW_SHELL:
		c->allow_shell = true;
		return -1;
	case 'j':
		c->json = true;
		return -1;
	case OPTION_TSV:
		c->tsv = true;
		return -1;
	case 'a':
		c->append = value;
		return -1;
	case 'l':
		c->cmdline = value;
		return -1;
	case OPTION_KERNEL:
		c->kernel = value;
		return -1;
	case OPTION_INITRD:
		return strv_add(&c->initrds, value) < 0 ? P2V_EXIT_FAILED : -1;
	case OPTION_DTB:
		c->dtb = value;
		return -1;
	case OPTION_KEXEC_LOAD:
		c->kexec_load = true;
		return -1;
	case 'n':
		c->dry_run = true;
		return -1;
	case 'q':
		c->quiet = true;
		return -1;
	case 'h':
		fputs(usage_text, stdout);
		return P2V_EXIT_OK;
	case 'V':
		puts("p2v-boot " P2V_VERSION);
		return P2V_EXIT_OK;
	default:
		return usage_error("unknown option, or its value is missing");
	}
}

/* Files that are named, instead of an entry that is chosen. */
static int run_direct(const struct cli *c, const char *command, const char *id)
{
	bool jump = !strcmp(command, "kexec");

	if (!jump && strcmp(command, "load") != 0)
		return usage_error("--kernel is for load and kexec");
	if (id || c->root || c->trees.n || c->devices.n || c->config)
		return usage_error("with --kernel no configuration is read: neither ID nor --root, "
				   "--tree, --device or --config");
	if (!c->cmdline)
		return usage_error("--kernel needs --cmdline (\"\" for none)");
	return cli_direct(c, jump);
}

static int run_command(const struct cli *c, int argc, char **argv)
{
	const char *id = argc > 1 ? argv[1] : NULL;

	if (!argc)
		return usage_error("a command is missing");
	if ((c->root || c->trees.n) && c->devices.n)
		return usage_error("--device cannot be combined with --root or --tree");
	if (!strcmp(argv[0], "initrd-cat") || !strcmp(argv[0], "initrd-link"))
		return argc == 3 ? cli_initrd_cat(id, argv[2], argv[0][7] == 'l')
				 : usage_error("initrd-cat and initrd-link need FILE and NAME");
	if (argc > 2)
		return usage_error("too many arguments");
	if (c->kernel)
		return run_direct(c, argv[0], id);
	if (c->initrds.n || c->dtb)
		return usage_error("--initrd and --dtb need --kernel");
	if (!strcmp(argv[0], "unload"))
		return id ? usage_error("unload takes no argument") : cli_unload();
	if (!strcmp(argv[0], "jump"))
		return id ? usage_error("jump takes no argument") : cli_jump();
	if (c->json && c->tsv)
		return usage_error("--json cannot be combined with --tsv");
	if (!strcmp(argv[0], "list"))
		return id ? usage_error("list takes no argument") : cli_list(c);
	if (!strcmp(argv[0], "show"))
		return id ? cli_show(c, id) : usage_error("show needs an ID");
	if (!strcmp(argv[0], "load"))
		return cli_kexec(c, id, false);
	if (!strcmp(argv[0], "kexec"))
		return cli_kexec(c, id, true);
	if (!strcmp(argv[0], "menu"))
		return id ? usage_error("menu takes no argument") : cli_menu(c);
	if (!strcmp(argv[0], "initrd-files"))
		return id ? cli_initrd_files(id) : usage_error("initrd-files needs a FILE");
	if (!strcmp(argv[0], "resolve"))
		return id ? cli_resolve(id) : usage_error("resolve needs a folder of FACTS");
	if (!strcmp(argv[0], "initrd-show"))
		return id ? cli_initrd_show(id, c->json) : usage_error("initrd-show needs a FILE");
	return usage_error("unknown command");
}

int main(int argc, char **argv)
{
	struct cli c = {0};
	int option, status = -1;

	log_init("p2v-boot");
	if (argc > 0 && cli_menu_is_login(argv[0]))
		return cli_menu_login(argc, argv);
	opterr = 0;
	while (status < 0 &&
	       (option = getopt_long(argc, argv, "r:t:d:c:p:ja:l:nqhV", options, NULL)) != -1)
		status = set_option(&c, option, optarg);
	if (status < 0)
		status = run_command(&c, argc - optind, argv + optind);
	strv_release(&c.trees);
	strv_release(&c.devices);
	strv_release(&c.env);
	strv_release(&c.initrds);
	return status;
}
