/* options.c - see options.h */
#include "push/options.h"
#include "util/cleanup.h"
#include "util/text.h"
#include "util/words.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

enum {
	OPT_SOURCE = 256,
	OPT_TARGET_DISK,
	OPT_YES_ERASE,
	OPT_DRY_RUN,
	OPT_JSON,
	OPT_CONNECTIONS,
	OPT_COMPRESS,
	OPT_CHUNK_SIZE,
	OPT_NO_VERIFY,
	OPT_CUTOVER,
	OPT_FIXUPS,
	OPT_SKIP_FIXUP,
	OPT_IDENTITY,
	OPT_KNOWN_HOSTS,
	OPT_HOST_KEY,
	OPT_RSH,
	OPT_RECEIVER,
	OPT_WAIT_BOOT,
	OPT_LOG,
	OPT_FREEZE,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option options_long[] = {
	{"source", required_argument, NULL, OPT_SOURCE},
	{"target-disk", required_argument, NULL, OPT_TARGET_DISK},
	{"yes-erase", required_argument, NULL, OPT_YES_ERASE},
	{"dry-run", no_argument, NULL, OPT_DRY_RUN},
	{"json", no_argument, NULL, OPT_JSON},
	{"connections", required_argument, NULL, OPT_CONNECTIONS},
	{"compress", required_argument, NULL, OPT_COMPRESS},
	{"chunk-size", required_argument, NULL, OPT_CHUNK_SIZE},
	{"no-verify", no_argument, NULL, OPT_NO_VERIFY},
	{"cutover", required_argument, NULL, OPT_CUTOVER},
	{"fixups", required_argument, NULL, OPT_FIXUPS},
	{"skip-fixup", required_argument, NULL, OPT_SKIP_FIXUP},
	{"identity", required_argument, NULL, OPT_IDENTITY},
	{"known-hosts", required_argument, NULL, OPT_KNOWN_HOSTS},
	{"host-key", required_argument, NULL, OPT_HOST_KEY},
	{"rsh", required_argument, NULL, OPT_RSH},
	{"receiver", required_argument, NULL, OPT_RECEIVER},
	{"wait-boot", required_argument, NULL, OPT_WAIT_BOOT},
	{"log", required_argument, NULL, OPT_LOG},
	{"freeze", no_argument, NULL, OPT_FREEZE},
	{"verbose", no_argument, NULL, OPT_VERBOSE},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

static const char options_help_text[] =
	"Usage: p2v-push [OPTIONS] [USER@]HOST[:PORT]\n"
	"\n"
	"Moves this machine (or a disk image) onto HOST, which is running p2v-target's\n"
	"bootstrap system in RAM, and starts it there. HOST's disk is erased.\n"
	"\n"
	"What is moved, and where to:\n"
	"  --source DISK|IMAGE      repeatable; default: the disk behind /\n"
	"  --target-disk DISK       repeatable, in the order of --source; default: the\n"
	"                           only unused disk of HOST that is large enough\n"
	"  --yes-erase SERIAL|DEV   erase that disk without asking; repeatable\n"
	"  --dry-run                show inventory, plan and every reason to refuse;\n"
	"                           write nothing\n"
	"  --freeze                 freeze the mounted file systems while they are read\n"
	"\n"
	"How it is moved:\n"
	"  --connections N          data connections (default: the CPUs, at most 4)\n"
	"  --compress auto|none|LEVEL\n"
	"                           zstd level -7..19 (default: auto, follows the link)\n"
	"  --chunk-size SIZE        read, send and write so much at a time: 64K to 4M\n"
	"                           (default: 1M; for experts)\n"
	"  --no-verify              do not read back what was written\n"
	"\n"
	"What happens then:\n"
	"  --fixups LIST|all|none   comma-separated names (default: all)\n"
	"  --skip-fixup NAME        repeatable\n"
	"  --cutover kexec|reboot|poweroff|none\n"
	"                           what the target does next (default: kexec)\n"
	"  --wait-boot SECONDS      wait until the migrated machine answers with its own\n"
	"                           ssh host key\n"
	"\n"
	"The connection:\n"
	"  --identity FILE          private key; repeatable\n"
	"  --known-hosts FILE       instead of ~/.ssh/known_hosts\n"
	"  --host-key SHA256:...    HOST's fingerprint, instead of known_hosts\n"
	"  --rsh COMMAND            connect by this program instead of ssh; the receiver's\n"
	"                           command is appended, HOST is not\n"
	"  --receiver COMMAND       what to run on HOST (default: p2v-receive)\n"
	"\n"
	"Output:\n"
	"  --json                   JSON lines on standard output, instead of tables\n"
	"  --log FILE               append everything, debug messages included\n"
	"  --verbose                debug messages on standard error as well\n"
	"  --help                   print this help and exit\n"
	"  --version                print the version and exit\n"
	"\n"
	"Exit status: 0 done (and proven, with --wait-boot); 1 usage; 2 refused, nothing\n"
	"was written; 3 done with losses or warnings; 4 failed after writing began (the\n"
	"target is still in RAM and can be pushed to again); 5 could not connect.\n"
	"\n"
	"Example: p2v-push --dry-run root@192.0.2.7\n";

void options_help(FILE *out)
{
	fputs(options_help_text, out);
}

static int options_port(const char *text, uint16_t *out, struct err_text *err)
{
	uint64_t v;

	if (!text_to_u64(text, 1, 65535, &v))
		return err_set(err, -EINVAL, "\"%s\" is not a port number (1 to 65535)", text);
	*out = (uint16_t)v;
	return 0;
}

static int options_host(const char *at, size_t len, struct options_address *out,
			struct err_text *err)
{
	if (!len)
		return err_set(err, -EINVAL, "the host name is empty");
	/* A leading dash would be an option to a program given the name. */
	if (at[0] == '-' || len >= sizeof(out->host))
		return err_set(err, -EINVAL, "\"%.*s\" is not a host name", (int)len, at);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)at[i] <= ' ' || at[i] == 0x7f || at[i] == '[' || at[i] == ']')
			return err_set(err, -EINVAL, "\"%.*s\" is not a host name", (int)len, at);
	memcpy(out->host, at, len);
	out->host[len] = '\0';
	return 0;
}

int options_parse_address(const char *text, struct options_address *out, struct err_text *err)
{
	const char *at = strrchr(text, '@'), *host = at ? at + 1 : text;
	const char *colon, *close;

	*out = (struct options_address){0};
	if (at) {
		size_t len = (size_t)(at - text);

		if (!len || len >= sizeof(out->user) || text[0] == '-')
			return err_set(err, -EINVAL, "\"%s\": the user name is not valid", text);
		memcpy(out->user, text, len);
	}
	if (*host == '[') {
		close = strchr(host, ']');
		if (!close || (close[1] && close[1] != ':'))
			return err_set(err, -EINVAL, "\"%s\": write [ADDRESS]:PORT", text);
		if (close[1] && options_port(close + 2, &out->port, err) < 0)
			return -EINVAL;
		return options_host(host + 1, (size_t)(close - host - 1), out, err);
	}
	colon = strchr(host, ':');
	/* More than one colon: an IPv6 literal without brackets has no port. */
	if (!colon || strchr(colon + 1, ':'))
		return options_host(host, strlen(host), out, err);
	if (options_port(colon + 1, &out->port, err) < 0)
		return -EINVAL;
	return options_host(host, (size_t)(colon - host), out, err);
}

static int options_fixups(struct options *o, char *list, struct err_text *err)
{
	char *save = NULL;

	o->fixups = strcmp(list, "none") != 0;
	strv_release(&o->only_fixups);
	if (!o->fixups || !strcmp(list, "all"))
		return 0;
	for (char *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save))
		if (strv_add(&o->only_fixups, name) < 0)
			return -ENOMEM;
	return o->only_fixups.n ? 0 : err_set(err, -EINVAL, "--fixups: the list is empty");
}

static int options_compress(struct options *o, const char *text, struct err_text *err)
{
	bool negative = text[0] == '-';
	uint64_t v = 0;

	o->compress_auto = !strcmp(text, "auto");
	o->compress_level = 0;
	if (o->compress_auto || !strcmp(text, "none"))
		return 0;
	if (!text_to_u64(text + negative, 1, negative ? 7 : 19, &v))
		return err_set(err, -EINVAL,
			       "--compress: \"%s\" is not auto, none, or a level from -7 to 19",
			       text);
	o->compress_level = negative ? -(int)v : (int)v;
	return 0;
}

/* "64K" to "4M". For experts, so that --help does not have it. */
static int options_chunk_size(struct options *o, const char *text, struct err_text *err)
{
	size_t len = strlen(text);
	char number[8] = "";
	uint64_t v = 0;

	if (len > 1 && len < sizeof(number))
		memcpy(number, text, len - 1);
	if (text_to_u64(number, 1, 4096, &v))
		v <<= text[len - 1] == 'K' ? 10 : text[len - 1] == 'M' ? 20 : 0;
	if (!plan_chunk_size_fits(v))
		return err_set(err, -EINVAL,
			       "--chunk-size: \"%s\" is not a power of two from 64K to 4M", text);
	o->chunk_size = (uint32_t)v;
	return 0;
}

static int options_number(const char *name, const char *text, unsigned max, unsigned *out,
			  struct err_text *err)
{
	uint64_t v;

	if (!text_to_u64(text, 1, max, &v))
		return err_set(err, -EINVAL, "--%s: \"%s\" is not a number from 1 to %u", name,
			       text, max);
	*out = (unsigned)v;
	return 0;
}

static int options_host_key(struct options *o, const char *text, struct err_text *err)
{
	/* 43 characters of base64 without padding are the 32 bytes of a SHA-256. */
	if (strncmp(text, "SHA256:", 7) != 0 || strlen(text) != 7 + 43)
		return err_set(err, -EINVAL,
			       "--host-key: \"%s\" is not a fingerprint; it looks like "
			       "SHA256:Wz9k... as ssh-keygen -l prints it",
			       text);
	o->host_key = text;
	return 0;
}

static int options_set_list(struct options *o, int opt, char *arg, struct err_text *err)
{
	if (!*arg)
		return err_set(err, -EINVAL, "an option's argument is empty");
	switch (opt) {
	case OPT_SOURCE:
		return strv_add(&o->sources, arg);
	case OPT_TARGET_DISK:
		return strv_add(&o->target_disks, arg);
	case OPT_YES_ERASE:
		return strv_add(&o->yes_erase, arg);
	case OPT_IDENTITY:
		return strv_add(&o->identities, arg);
	default:
		return strv_add(&o->skip_fixups, arg);
	}
}

static int options_set(struct options *o, int opt, char *arg, struct err_text *err)
{
	switch (opt) {
	case OPT_DRY_RUN:
		o->dry_run = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_NO_VERIFY:
		o->verify = false;
		return 0;
	case OPT_FREEZE:
		o->freeze = true;
		return 0;
	case OPT_VERBOSE:
		o->verbose = true;
		return 0;
	case OPT_CONNECTIONS:
		return options_number("connections", arg, OPTIONS_MAX_CONNECTIONS, &o->connections,
				      err);
	case OPT_WAIT_BOOT:
		return options_number("wait-boot", arg, 86400, &o->wait_boot, err);
	case OPT_COMPRESS:
		return options_compress(o, arg, err);
	case OPT_CHUNK_SIZE:
		return options_chunk_size(o, arg, err);
	case OPT_CUTOVER:
		if (!cutover_mode_parse(arg, &o->cutover))
			return err_set(err, -EINVAL,
				       "--cutover: \"%s\" is not kexec, reboot, poweroff or none",
				       arg);
		return 0;
	case OPT_FIXUPS:
		return options_fixups(o, arg, err);
	case OPT_KNOWN_HOSTS:
		o->known_hosts = arg;
		return 0;
	case OPT_HOST_KEY:
		return options_host_key(o, arg, err);
	case OPT_RSH:
		o->rsh = arg;
		return 0;
	case OPT_RECEIVER:
		o->receiver = arg;
		return 0;
	case OPT_LOG:
		o->log = arg;
		return 0;
	default:
		return options_set_list(o, opt, arg, err);
	}
}

/* What only the whole command line can say. */
static int options_agree(const struct options *o, struct err_text *err)
{
	CLEANUP(strv_release) struct strv words = {0};

	if (o->host_key && o->known_hosts)
		return err_set(err, -EINVAL, "--host-key and --known-hosts cannot be combined");
	if (o->rsh && (o->host_key || o->known_hosts || o->identities.n))
		return err_set(err, -EINVAL,
			       "--rsh makes its own connection: --identity, --host-key and "
			       "--known-hosts belong in its command");
	if (o->wait_boot && o->cutover != CUTOVER_KEXEC && o->cutover != CUTOVER_REBOOT)
		return err_set(err, -EINVAL,
			       "--wait-boot needs --cutover kexec or reboot: otherwise nothing "
			       "boots");
	if (o->target_disks.n > PLAN_MAX_DISKS || o->sources.n > PLAN_MAX_DISKS)
		return err_set(err, -EINVAL, "at most %u disks", PLAN_MAX_DISKS);
	if (o->target_disks.n && o->target_disks.n != (o->sources.n ? o->sources.n : 1))
		return err_set(err, -EINVAL, "give one --target-disk for each --source");
	if (o->rsh && words_split(o->rsh, &words, err) < 0)
		return -EINVAL;
	strv_release(&words);
	return words_split(o->receiver, &words, err);
}

int options_parse(int argc, char **argv, struct options *o, struct err_text *err)
{
	int opt, r;

	*o = (struct options){.verify = true,
			      .fixups = true,
			      .compress_auto = true,
			      .chunk_size = PLAN_CHUNK_SIZE,
			      .cutover = CUTOVER_KEXEC,
			      .receiver = "p2v-receive"};
	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":", options_long, NULL)) != -1) {
		if (opt == OPT_HELP)
			return OPTIONS_E_HELP;
		if (opt == OPT_VERSION)
			return OPTIONS_E_VERSION;
		if (opt == ':')
			return err_set(err, -EINVAL, "%s needs an argument", argv[optind - 1]);
		if (opt == '?')
			return err_set(err, -EINVAL, "unknown option %s", argv[optind - 1]);
		r = options_set(o, opt, optarg, err);
		if (r < 0)
			return r;
	}
	if (argc - optind != 1)
		return err_set(err, -EINVAL,
			       argc == optind ? "no target given: [USER@]HOST[:PORT]"
					      : "only one HOST can be given, after the options");
	r = options_parse_address(argv[optind], &o->address, err);
	return r < 0 ? r : options_agree(o, err);
}

void options_release(struct options *o)
{
	strv_release(&o->sources);
	strv_release(&o->target_disks);
	strv_release(&o->yes_erase);
	strv_release(&o->identities);
	strv_release(&o->only_fixups);
	strv_release(&o->skip_fixups);
}
