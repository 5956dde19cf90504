/* test-options.c - p2v-push's command line */
#include "push/options.h"
#include "tap.h"
#include "util/words.h"

#include <errno.h>

static struct options o;
static struct err_text err;

/* Parses a NULL-terminated list of arguments. */
static int parse(const char *const *args)
{
	char *argv[32] = {(char *)"p2v-push"};
	static char copy[32][200];
	int argc = 1;

	options_release(&o);
	err = (struct err_text){0};
	for (; args[argc - 1]; argc++) {
		snprintf(copy[argc], sizeof(copy[argc]), "%s", args[argc - 1]);
		argv[argc] = copy[argc];
	}
	return options_parse(argc, argv, &o, &err);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void refused(const char *arg, const char *why)
{
	TAP_INT(PARSE(arg, "host"), -EINVAL);
	TAP_HAS(err.text, why);
}

static void test_defaults(void)
{
	TAP_INT(PARSE("host"), 0);
	TAP_STR(o.address.host, "host");
	TAP_STR(o.address.user, "");
	TAP_INT(o.address.port, 0);
	TAP_INT(o.sources.n, 0);
	TAP_OK(o.verify && o.fixups && o.compress_auto);
	TAP_OK(!o.dry_run && !o.json && !o.freeze && !o.verbose);
	TAP_INT(o.cutover, CUTOVER_KEXEC);
	TAP_INT(o.connections, 0);
	TAP_INT(o.wait_boot, 0);
	TAP_STR(o.receiver, "p2v-receive");
	TAP_INT(o.chunk_size, 1 << 20);
	TAP_OK(!o.rsh && !o.log && !o.host_key && !o.known_hosts);
}

static void test_every_option(void)
{
	TAP_INT(PARSE("--source=a.img", "--source", "b.img", "--target-disk=/dev/vda",
		      "--target-disk=/dev/vdb", "--yes-erase=S1", "--yes-erase=/dev/vdb",
		      "--dry-run", "--json", "--connections=3", "--compress=-5", "--chunk-size=64K",
		      "--no-verify", "--cutover=reboot", "--fixups=fstab,grub",
		      "--skip-fixup=console", "--identity=key", "--known-hosts=kh",
		      "--receiver=x y", "--wait-boot=90", "--log=l", "--freeze", "--verbose",
		      "root@h:2222"),
		0);
	TAP_INT(o.sources.n, 2);
	TAP_STR(o.sources.v[1], "b.img");
	TAP_STR(o.target_disks.v[1], "/dev/vdb");
	TAP_STR(o.yes_erase.v[0], "S1");
	TAP_OK(o.dry_run && o.json && !o.verify && o.freeze && o.verbose);
	TAP_INT(o.connections, 3);
	TAP_OK(!o.compress_auto);
	TAP_INT(o.compress_level, -5);
	TAP_INT(o.chunk_size, 64 << 10);
	TAP_INT(o.cutover, CUTOVER_REBOOT);
	TAP_INT(o.only_fixups.n, 2);
	TAP_STR(o.only_fixups.v[1], "grub");
	TAP_STR(o.skip_fixups.v[0], "console");
	TAP_STR(o.identities.v[0], "key");
	TAP_STR(o.known_hosts, "kh");
	TAP_INT(o.wait_boot, 90);
	TAP_STR(o.address.user, "root");
	TAP_INT(o.address.port, 2222);
}

static void test_help_and_version(void)
{
	TAP_INT(PARSE("--help"), OPTIONS_E_HELP);
	TAP_INT(PARSE("--version"), OPTIONS_E_VERSION);
	/* Even when something else is missing. */
	TAP_INT(PARSE("--dry-run", "--help"), OPTIONS_E_HELP);
}

static void test_compress(void)
{
	TAP_INT(PARSE("--compress=none", "h"), 0);
	TAP_OK(!o.compress_auto && o.compress_level == 0);
	TAP_INT(PARSE("--compress=auto", "h"), 0);
	TAP_OK(o.compress_auto);
	TAP_INT(PARSE("--compress=19", "h"), 0);
	TAP_INT(o.compress_level, 19);
	refused("--compress=20", "-7 to 19");
	refused("--compress=0", "-7 to 19");
	refused("--compress=-8", "-7 to 19");
	refused("--compress=--1", "-7 to 19");
	refused("--compress=fast", "\"fast\"");
}

static void test_fixups(void)
{
	TAP_INT(PARSE("--fixups=none", "h"), 0);
	TAP_OK(!o.fixups);
	TAP_INT(PARSE("--fixups=a", "--fixups=all", "h"), 0);
	TAP_OK(o.fixups && !o.only_fixups.n);
	refused("--fixups=,", "empty");
}

static void test_refused(void)
{
	refused("--connections=0", "1 to 32");
	refused("--connections=33", "1 to 32");
	refused("--connections=two", "\"two\"");
	refused("--wait-boot=-1", "--wait-boot");
	refused("--chunk-size=32K", "from 64K to 4M");
	refused("--chunk-size=8M", "from 64K to 4M");
	refused("--chunk-size=96K", "power of two");
	refused("--chunk-size=65536", "from 64K to 4M");
	refused("--chunk-size=1G", "from 64K to 4M");
	refused("--chunk-size=K", "\"K\"");
	refused("--chunk-size=99999999999999999999M", "from 64K to 4M");
	refused("--chunk-size=", "from 64K to 4M");
	refused("--cutover=halt", "\"halt\"");
	refused("--host-key=SHA256:short", "fingerprint");
	refused("--host-key=MD5:00:11", "fingerprint");
	refused("--source=", "empty");
	refused("--rsh=a 'b", "quote");
	refused("--receiver= ", "empty");
	refused("--nonsense", "unknown option");
	TAP_INT(PARSE("host", "--source"), -EINVAL);
	TAP_HAS(err.text, "--source needs an argument");
	TAP_INT(PARSE("a", "b"), -EINVAL);
	TAP_HAS(err.text, "only one HOST");
	TAP_INT(PARSE("--dry-run"), -EINVAL);
	TAP_HAS(err.text, "HOST");
}

static void test_options_that_exclude_each_other(void)
{
	const char *key = "--host-key=SHA256:0123456789012345678901234567890123456789abc";

	TAP_INT(PARSE(key, "h"), 0);
	TAP_INT(PARSE(key, "--known-hosts=f", "h"), -EINVAL);
	TAP_INT(PARSE(key, "--rsh=env", "h"), -EINVAL);
	TAP_INT(PARSE("--identity=k", "--rsh=env", "h"), -EINVAL);
	TAP_INT(PARSE("--wait-boot=5", "--cutover=none", "h"), -EINVAL);
	TAP_INT(PARSE("--wait-boot=5", "--cutover=poweroff", "h"), -EINVAL);
	TAP_INT(PARSE("--target-disk=a", "--target-disk=b", "h"), -EINVAL);
	TAP_INT(PARSE("--source=a", "--source=b", "--target-disk=c", "h"), -EINVAL);
}

static void address(const char *text, const char *user, const char *host, int port)
{
	struct options_address a;

	TAP_INT(options_parse_address(text, &a, &err), 0);
	TAP_STR(a.user, user);
	TAP_STR(a.host, host);
	TAP_INT(a.port, port);
}

static void test_addresses(void)
{
	static const char *const bad[] = {
		"",     "@h",      "root@",    "h:",    "h:0",     "h:65536", "h:x",
		"[::1", "[::1]22", "[::1]:",   "[]:22", "-oProxy", "a b",     "u@-x",
		":22",  "h:22x",   "[::1]:-1", "h]",    "-u@h",    "host\n",
	};
	struct options_address a;

	address("h", "", "h", 0);
	address("h:22", "", "h", 22);
	address("u@h:65535", "u", "h", 65535);
	address("u@dom@h", "u@dom", "h", 0);
	address("::1", "", "::1", 0);
	address("[::1]", "", "::1", 0);
	address("[::1]:2222", "", "::1", 2222);
	address("root@[fe80::1%eth0]:22", "root", "fe80::1%eth0", 22);
	address("fe80::1%eth0", "", "fe80::1%eth0", 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int r = options_parse_address(bad[i], &a, &err);

		if (r != -EINVAL)
			printf("# \"%s\" was taken\n", bad[i]);
		TAP_INT(r, -EINVAL);
	}
}

static void words(const char *text, const char *joined)
{
	struct strv list = {0};
	char all[200] = "";

	TAP_INT(words_split(text, &list, &err), 0);
	for (size_t i = 0; i < list.n; i++) {
		strcat(all, list.v[i]);
		strcat(all, "|");
	}
	TAP_STR(all, joined);
	strv_release(&list);
}

static void test_words(void)
{
	struct strv list = {0};

	words("a b", "a|b|");
	words("  a\tb  ", "a|b|");
	words("'a b' c", "a b|c|");
	words("a\"b c\"d", "ab cd|");
	words("\"a\\\"b\" '\\'", "a\"b|\\|");
	words("a\\ b", "a b|");
	words("'' x", "|x|");
	words("$(rm) `x` ;", "$(rm)|`x`|;|");
	TAP_INT(words_split("", &list, &err), -EINVAL);
	TAP_INT(words_split(" \t", &list, &err), -EINVAL);
	TAP_INT(words_split("a \"b", &list, &err), -EINVAL);
	strv_release(&list);
}

int main(void)
{
	TAP_RUN(test_defaults);
	TAP_RUN(test_every_option);
	TAP_RUN(test_help_and_version);
	TAP_RUN(test_compress);
	TAP_RUN(test_fixups);
	TAP_RUN(test_refused);
	TAP_RUN(test_options_that_exclude_each_other);
	TAP_RUN(test_addresses);
	TAP_RUN(test_words);
	options_release(&o);
	return tap_done();
}
