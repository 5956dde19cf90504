/* grub_cmd.c - the commands of a GRUB script that matter for booting
 *
 * A command returns its exit status, 0 for success. What loads a kernel fills
 * ev->draft; whether that can be booted is judged in grub_menu.c.
 */
#include "bootconf/grub/grub_eval.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <string.h>

struct grub_cmd {
	const char *name;
	int (*run)(struct grub_eval *ev, const struct grub_args *a);
};

static int grub_cmd_set(struct grub_eval *ev, const struct grub_args *a)
{
	const char *eq = a->n > 1 ? strchr(a->v[1], '=') : NULL;
	char *name;

	if (a->n < 2)
		return 0;
	if (!eq || eq == a->v[1])
		return 1;
	name = grub_arena_strndup(&ev->arena, a->v[1], (size_t)(eq - a->v[1]));
	if (name)
		grub_env_set(&ev->env, name, eq + 1);
	return 0;
}

static int grub_cmd_unset(struct grub_eval *ev, const struct grub_args *a)
{
	for (size_t i = 1; i < a->n; i++)
		grub_env_unset(&ev->env, a->v[i]);
	return a->n < 2;
}

static int grub_cmd_export(struct grub_eval *ev, const struct grub_args *a)
{
	for (size_t i = 1; i < a->n; i++)
		grub_env_export(&ev->env, a->v[i]);
	return a->n < 2;
}

static int grub_cmd_true(struct grub_eval *ev, const struct grub_args *a)
{
	(void)ev;
	(void)a;
	return 0;
}

static int grub_cmd_false(struct grub_eval *ev, const struct grub_args *a)
{
	(void)ev;
	(void)a;
	return 1;
}

static int grub_cmd_test(struct grub_eval *ev, const struct grub_args *a)
{
	return grub_test(ev, a->v + 1, a->n - 1);
}

static int grub_cmd_bracket(struct grub_eval *ev, const struct grub_args *a)
{
	if (strcmp(a->v[a->n - 1], "]") != 0) {
		grub_eval_warn(ev, "[ lacks its ]");
		return 1;
	}
	return grub_test(ev, a->v + 1, a->n - 2);
}

/* break [N], continue [N], return [STATUS] */
static int grub_cmd_number(const struct grub_args *a, uint64_t absent)
{
	uint64_t v;

	return a->n > 1 && text_to_u64(a->v[1], 0, 255, &v) ? (int)v : (int)absent;
}

static int grub_cmd_break(struct grub_eval *ev, const struct grub_args *a)
{
	ev->levels = (unsigned)grub_cmd_number(a, 1);
	if (!ev->levels)
		return 1;
	ev->flow = !strcmp(a->v[0], "break") ? GRUB_FLOW_BREAK : GRUB_FLOW_CONTINUE;
	return 0;
}

static int grub_cmd_return(struct grub_eval *ev, const struct grub_args *a)
{
	ev->flow = GRUB_FLOW_RETURN;
	return grub_cmd_number(a, (uint64_t)ev->status);
}

static int grub_cmd_shift(struct grub_eval *ev, const struct grub_args *a)
{
	size_t n = (size_t)grub_cmd_number(a, 1);

	if (n > ev->args.n)
		return 1;
	ev->args.v += n;
	ev->args.n -= n;
	return 0;
}

static int grub_cmd_setparams(struct grub_eval *ev, const struct grub_args *a)
{
	ev->args = (struct grub_args){a->v + 1, a->n - 1};
	return 0;
}

static int grub_cmd_eval(struct grub_eval *ev, const struct grub_args *a)
{
	size_t len = 0, at = 0;
	char *text;

	for (size_t i = 1; i < a->n; i++)
		len += strlen(a->v[i]) + 1;
	text = grub_arena_alloc(&ev->arena, len + 1);
	if (!text)
		return 1;
	for (size_t i = 1; i < a->n; i++) {
		size_t n = strlen(a->v[i]);

		memcpy(text + at, a->v[i], n);
		text[at + n] = ' ';
		at += n + 1;
	}
	ev->status = 0;
	grub_eval_text(ev, ev->at ? ev->at->file : "eval", text, len);
	return ev->status;
}

static int grub_cmd_source(struct grub_eval *ev, const struct grub_args *a)
{
	int status;

	if (a->n != 2)
		return 1;
	status = grub_eval_source(ev, a->v[1]);
	if (status && ev->flow == GRUB_FLOW_ON)
		grub_eval_warn(ev, "%.64s %.300s did not succeed", a->v[0], a->v[1]);
	return status;
}

static int grub_cmd_configfile(struct grub_eval *ev, const struct grub_args *a)
{
	return a->n == 2 ? grub_menu_configfile(ev, a->v[1]) : 1;
}

static int grub_cmd_normal(struct grub_eval *ev, const struct grub_args *a)
{
	const char *prefix = grub_env_get(&ev->env, "prefix");
	CLEANUP_FREE char *path = NULL;

	if (a->n > 1)
		return grub_menu_configfile(ev, a->v[1]);
	if (!prefix || asprintf(&path, "%s/grub.cfg", prefix) < 0) {
		path = NULL;
		return 1;
	}
	return grub_menu_configfile(ev, path);
}

static int grub_cmd_exit(struct grub_eval *ev, const struct grub_args *a)
{
	if (!ev->foreign)
		ev->foreign = a->v[0];
	ev->flow = GRUB_FLOW_EXIT;
	return 0;
}

static int grub_cmd_boot(struct grub_eval *ev, const struct grub_args *a)
{
	(void)a;
	ev->flow = GRUB_FLOW_EXIT;
	return 0;
}

static int grub_cmd_fwsetup(struct grub_eval *ev, const struct grub_args *a)
{
	if (a->n > 1)
		return strcmp(ev->facts->platform, "efi") != 0;
	return grub_load_foreign(ev, a);
}

/* Ubuntu asks whether the graphics chip is on a list of bad ones. */
static int grub_cmd_hwmatch(struct grub_eval *ev, const struct grub_args *a)
{
	(void)a;
	grub_env_set(&ev->env, "match", "0");
	return 0;
}

static const struct grub_cmd grub_cmd_table[] = {
	{".", grub_cmd_source},
	{"[", grub_cmd_bracket},
	{"appleloader", grub_load_foreign},
	{"bls_import", grub_bls_blscfg},
	{"blscfg", grub_bls_blscfg},
	{"boot", grub_cmd_boot},
	{"break", grub_cmd_break},
	{"chainloader", grub_bls_chainloader},
	{"configfile", grub_cmd_configfile},
	{"continue", grub_cmd_break},
	{"decrement", grub_block_count},
	{"devicetree", grub_load_devicetree},
	{"eval", grub_cmd_eval},
	{"exit", grub_cmd_exit},
	{"export", grub_cmd_export},
	{"false", grub_cmd_false},
	{"freedos", grub_load_foreign},
	{"fwsetup", grub_cmd_fwsetup},
	{"halt", grub_cmd_exit},
	{"hwmatch", grub_cmd_hwmatch},
	{"increment", grub_block_count},
	{"initrd", grub_load_initrd},
	{"initrd16", grub_load_initrd},
	{"initrdefi", grub_load_initrd},
	{"keystatus", grub_cmd_false}, /* no key is held down */
	{"kfreebsd", grub_load_foreign},
	{"knetbsd", grub_load_foreign},
	{"kopenbsd", grub_load_foreign},
	{"linux", grub_load_linux},
	{"linux16", grub_load_linux},
	{"linuxefi", grub_load_linux},
	{"load_env", grub_block_load},
	{"multiboot", grub_load_foreign},
	{"multiboot2", grub_load_foreign},
	{"normal", grub_cmd_normal},
	{"ntldr", grub_load_foreign},
	{"plan9", grub_load_foreign},
	{"poweroff", grub_cmd_exit},
	{"probe", grub_path_probe},
	{"reboot", grub_cmd_exit},
	{"regexp", grub_regexp},
	{"return", grub_cmd_return},
	{"save_env", grub_block_save},
	{"search", grub_path_search},
	{"search.file", grub_path_search},
	{"search.fs_label", grub_path_search},
	{"search.fs_uuid", grub_path_search},
	{"set", grub_cmd_set},
	{"setparams", grub_cmd_setparams},
	{"shift", grub_cmd_shift},
	{"source", grub_cmd_source},
	{"test", grub_cmd_test},
	{"true", grub_cmd_true},
	{"truecrypt", grub_load_foreign},
	{"uki", grub_bls_uki},
	{"unset", grub_cmd_unset},
	{"xen_hypervisor", grub_load_foreign},
	{"xnu_kernel", grub_load_foreign},
	{"xnu_kernel64", grub_load_foreign},
};

static const char *const grub_cmd_quiet_names[] = {
	"acpi",
	"background_color",
	"background_image",
	"badram",
	"cat",
	"clear",
	"cpuid",
	"cryptomount",
	"drivemap",
	"echo",
	"gettext",
	"gptsync",
	"insmod",
	"list_env",
	"loadfont",
	"loopback",
	"ls",
	"lsmod",
	"module",
	"module2",
	"net_bootp",
	"password",
	"password_pbkdf2",
	"parttool",
	"play",
	"read",
	"rmmod",
	"serial",
	"sleep",
	"terminal_input",
	"terminal_output",
	"terminfo",
	"btrfs-mount-subvol",
	"usb_keyboard",
	"videoinfo",
	"xen_module",
	"terminal",
	"normal_exit",
	"outb",
	"write_byte",
};

bool grub_cmd_run(struct grub_eval *ev, const struct grub_args *args, const struct grub_node *n)
{
	const char *name = args->v[0];

	if (!strcmp(name, "menuentry") || !strcmp(name, "submenu") ||
	    !strcmp(name, "hiddenentry")) {
		ev->status = grub_menu_define(ev, args, n);
		return true;
	}
	for (size_t i = 0; i < sizeof(grub_cmd_table) / sizeof(grub_cmd_table[0]); i++) {
		if (!strcmp(name, grub_cmd_table[i].name)) {
			ev->status = grub_cmd_table[i].run(ev, args);
			return true;
		}
	}
	return false;
}

bool grub_cmd_quiet(struct grub_eval *ev, const struct grub_args *args)
{
	for (size_t i = 0; i < sizeof(grub_cmd_quiet_names) / sizeof(grub_cmd_quiet_names[0]);
	     i++) {
		if (!strcmp(args->v[0], grub_cmd_quiet_names[i])) {
			ev->status = 0;
			return true;
		}
	}
	return false;
}
