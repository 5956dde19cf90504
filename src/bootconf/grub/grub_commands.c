/* grub_commands.c - see grub_commands.h */
#include "bootconf/grub/grub_commands.h"
#include "bootconf/grub/grub_block.h"
#include "bootconf/grub/grub_bls.h"
#include "bootconf/grub/grub_builtin.h"
#include "bootconf/grub/grub_chain.h"
#include "bootconf/grub/grub_load.h"
#include "bootconf/grub/grub_menu.h"
#include "bootconf/grub/grub_regexp.h"
#include "bootconf/grub/grub_search.h"
#include "bootconf/grub/grub_source.h"
#include "bootconf/grub/grub_test.h"

const struct grub_command grub_commands[] = {
	{"set", grub_builtin_set, 0},
	{"unset", grub_builtin_unset, 0},
	{"export", grub_builtin_export, 0},
	{"decrement", grub_builtin_count, 0},
	{"increment", grub_builtin_count, 0},
	{"true", grub_builtin_true, 0},
	{"false", grub_builtin_false, 0},
	{"keystatus", grub_builtin_false, 0}, /* no key is held down */
	{"hwmatch", grub_builtin_hwmatch, 0},
	{"break", grub_builtin_break, 0},
	{"continue", grub_builtin_break, 0},
	{"return", grub_builtin_return, 0},
	{"shift", grub_builtin_shift, 0},
	{"setparams", grub_builtin_setparams, 0},
	{"eval", grub_builtin_eval, 0},

	{"test", grub_test, 0},
	{"[", grub_test_bracket, 0},

	{"regexp", grub_regexp, 0},

	{"search", grub_search, 0},
	{"search.file", grub_search, 0},
	{"search.fs_label", grub_search, 0},
	{"search.fs_uuid", grub_search, 0},
	{"probe", grub_search_probe, 0},

	{".", grub_source, 0},
	{"source", grub_source, 0},
	{"configfile", grub_source_configfile, 0},
	{"normal", grub_source_normal, 0},

	{"load_env", grub_block_load, 0},
	{"save_env", grub_block_save, 0},

	{"menuentry", grub_menu_define, 0},
	{"submenu", grub_menu_define, 0},
	{"hiddenentry", grub_menu_hide, 0},

	{"linux", grub_load_linux, 0},
	{"linux16", grub_load_linux, 0},
	{"linuxefi", grub_load_linux, 0},
	{"initrd", grub_load_initrd, 0},
	{"initrd16", grub_load_initrd, 0},
	{"initrdefi", grub_load_initrd, 0},
	{"devicetree", grub_load_devicetree, 0},
	{"appleloader", grub_load_foreign, 0},
	{"freedos", grub_load_foreign, 0},
	{"kfreebsd", grub_load_foreign, 0},
	{"knetbsd", grub_load_foreign, 0},
	{"kopenbsd", grub_load_foreign, 0},
	{"multiboot", grub_load_foreign, 0},
	{"multiboot2", grub_load_foreign, 0},
	{"ntldr", grub_load_foreign, 0},
	{"plan9", grub_load_foreign, 0},
	{"truecrypt", grub_load_foreign, 0},
	{"xen_hypervisor", grub_load_foreign, 0},
	{"xnu_kernel", grub_load_foreign, 0},
	{"xnu_kernel64", grub_load_foreign, 0},
	{"boot", grub_load_boot, 0},
	{"exit", grub_load_exit, 0},
	{"halt", grub_load_exit, 0},
	{"poweroff", grub_load_exit, 0},
	{"reboot", grub_load_exit, 0},
	{"fwsetup", grub_load_fwsetup, 0},

	{"chainloader", grub_chain, 0},

	{"bls_import", grub_bls, 0},
	{"blscfg", grub_bls, 0},
	{"uki", grub_bls_uki, 0},

	/* These change nothing that we look at. */
	{"acpi", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"background_color", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"background_image", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"badram", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"btrfs-mount-subvol", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"cat", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"clear", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"cpuid", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"cryptomount", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"drivemap", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"echo", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"gettext", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"gptsync", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"insmod", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"list_env", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"loadfont", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"loopback", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"ls", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"lsmod", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"module", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"module2", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"net_bootp", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"normal_exit", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"outb", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"parttool", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"password", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"password_pbkdf2", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"play", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"read", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"rmmod", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"serial", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"sleep", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"terminal", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"terminal_input", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"terminal_output", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"terminfo", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"usb_keyboard", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"videoinfo", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"write_byte", grub_builtin_true, GRUB_COMMAND_WEAK},
	{"xen_module", grub_builtin_true, GRUB_COMMAND_WEAK},

	{NULL, NULL, 0},
};
