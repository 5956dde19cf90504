# cmdline.awk - kernel command lines in GRUB's files (20-bootloader, 50-console)
# (run by fixup_edit of lib.sh with kind=cfg for a grub.cfg, kind=default for
# /etc/default/grub; task=devices, or task=console console=ttyS0,115200)
#
# task=devices: root= and resume= with a disk's name become UUID=. The kernel
# alone understands no UUID=, so an entry without an initrd gets the name that
# the disk has here.
# task=console: the console is added where it is not there yet.

BEGIN { names_load() }

function is_linux(line) { return line ~ /^[ \t]*linux(16|efi)?[ \t]/ }

# Has the entry that line i belongs to an initrd?
function has_initrd(i) {
	while (++i <= count && lines[i] !~ /^[ \t]*}/ && !is_linux(lines[i]))
		if (lines[i] ~ /^[ \t]*initrd(16|efi)?[ \t]/)
			return 1
	return 0
}

function rename(device, with_initrd) {
	if (answer(device) == "" || name_stays[device])
		return device
	if (answer(device) != "volume") {
		say("warning " where " has " parameter device ", " why_not(device))
		return device
	}
	if (name_stable[device] == "") {
		say("warning " where " has " parameter device ", which has no UUID, and may have another name here")
		return device
	}
	return with_initrd ? name_stable[device] : name_node[device]
}

function rename_all(line, with_initrd,   done, device) {
	done = ""
	while (match(line, /[ \t"'](root|resume)=\/dev\/[^ \t\r"']+/)) {
		device = substr(line, RSTART, RLENGTH)
		parameter = substr(device, 2, index(device, "=") - 1)
		device = substr(device, length(parameter) + 2)
		done = done substr(line, 1, RSTART + length(parameter))
		line = substr(line, RSTART + RLENGTH)
		done = done rename(device, with_initrd)
	}
	return done line
}

# The words that the line lacks; tty0 stays the console of the screen, the last
# one is where the system's own messages go.
function console_words(line,   name) {
	name = console
	sub(/,.*/, "", name)
	if (line ~ ("[ \t\"']console=" name "([, \t\r\"']|$)"))
		return ""
	return (line ~ /[ \t"']console=/ ? "" : "console=tty0 ") "console=" console
}

# At the end of the line, before what is invisible there.
function add_to_entry(line,   words, tail) {
	words = console_words(line)
	if (words == "" || line ~ /\\[ \t\r]*$/ || line !~ /[ \t"']root=/)
		return line
	match(line, /[ \t\r]*$/)
	tail = substr(line, RSTART)
	return substr(line, 1, RSTART - 1) " " words tail
}

# The last plain GRUB_CMDLINE_LINUX="..." is the one that counts; with none, a
# line that adds to whatever the variable is by then.
function add_to_default(   i, words, at) {
	at = 0
	for (i = 1; i <= count; i++)
		if (lines[i] ~ /^[ \t]*GRUB_CMDLINE_LINUX="[^"$`\\]*"[ \t\r]*$/)
			at = i
	for (i = 1; i <= count; i++)
		if (lines[i] !~ /^[ \t]*#/ && lines[i] ~ /GRUB_CMDLINE_LINUX/ && lines[i] ~ /console=/ &&
		    console_words(lines[i]) == "")
			return
	if (at) {
		words = console_words(lines[at])
		if (lines[at] !~ /=""/)
			words = " " words
		match(lines[at], /"[ \t\r]*$/)
		lines[at] = substr(lines[at], 1, RSTART - 1) words substr(lines[at], RSTART)
	} else {
		lines[++count] = "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX console=tty0 console=" console "\""
	}
	say("changed")
}

{ lines[++count] = $0 }

END {
	if (task == "console" && kind == "default")
		add_to_default()
	for (i = 1; i <= count; i++) {
		old = lines[i]
		if (kind == "cfg" && is_linux(old))
			lines[i] = task == "devices" ? rename_all(old, has_initrd(i)) : add_to_entry(old)
		else if (kind == "default" && task == "devices" && old ~ /^[ \t]*GRUB_CMDLINE_[A-Z_]+=/)
			lines[i] = rename_all(old, 1)
		if (lines[i] != old)
			say("changed")
		print lines[i]
	}
}
