# entries.awk - what starts the system, from the fact boot-entries (20-bootloader,
# 50-console; run by fixup_entries of lib.sh)
#
# skip: "path path ", configurations that the fixup sees to itself; their
# entries are passed over.
# task=loaders: prints "KIND tab TITLE tab CONFIGURATION" for each kind of loader, in
# the order of the menu. The kinds are grub, legacy, syslinux, zipl, efi (what only
# EFI firmware starts) and kernels (there is no configuration).
# task=devices: warns of root= and resume= with names that are not true here.
# task=console console=ttyS0,115200: warns of configurations that lack it.

BEGIN {
	FS = "\t"
	names_load()
}

function config_of(text) {
	sub(/^[^:]*:/, "", text)
	return text
}

function kind_of(loader, config) {
	if (loader == "bls")
		return config ~ /zipl/ ? "zipl" : "efi"
	return loader
}

function title_of(kind, config) {
	if (kind == "grub")
		return "GRUB 2"
	if (kind == "legacy")
		return "GRUB legacy"
	if (kind == "syslinux")
		return config ~ /extlinux/ ? "extlinux" : "syslinux"
	if (kind == "efi")
		return config ~ /\.[Ee][Ff][Ii]$/ ? "a unified kernel image" : "systemd-boot"
	return kind
}

function check_devices(config, line,   i, n, word, name) {
	n = split(line, word, " ")
	for (i = 1; i <= n; i++) {
		if (word[i] !~ /^(root|resume)=/)
			continue
		name = substr(word[i], index(word[i], "=") + 1)
		if (answer(name) == "" || name_stays[name] && answer(name) == "volume")
			continue
		say("warning " config " has " word[i] ", " \
			(answer(name) == "volume" && name_stable[name] != "" ? "which is " name_stable[name] " here" : why_not(name)) \
			", and was not changed")
	}
}

function check_console(config, line,   name) {
	name = console
	sub(/,.*/, "", name)
	if ((" " line " ") !~ (" console=" name "[, ]"))
		say("warning " config " does not make " name " a console, and was not changed")
}

{
	config = config_of($3)
	kind = kind_of($2, config)
	if (index(" " skip, " " config " "))
		next
	if (task == "loaders" && !(kind in seen)) {
		seen[kind] = 1
		print kind "\t" title_of(kind, config) "\t" config
	}
	if (task == "devices")
		check_devices(config, $7)
	# A rescue entry may well have none; what starts by itself should.
	if (task == "console" && $1 == "yes")
		check_console(config, $7)
}
