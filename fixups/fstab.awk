# fstab.awk - /etc/fstab with names that hold on the new machine (10-fstab)
# (run by fixup_edit of lib.sh)
#
# A line that needs no change is printed as it was, to the last blank; a changed
# one keeps its spacing.

BEGIN { disks_load() }

# Fields as fstab(5) has them, each with the blanks before it.
function cut(line,   n) {
	field_count = 0
	line_end = ""
	if (sub(/\r$/, "", line))
		line_end = "\r"
	delete blanks
	delete field
	while (match(line, /[^ \t]+/)) {
		field_count++
		blanks[field_count] = substr(line, 1, RSTART - 1)
		field[field_count] = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
	}
	line_end = line line_end
}

function join(   i, line) {
	line = ""
	for (i = 1; i <= field_count; i++)
		line = line blanks[i] field[i]
	return line line_end
}

# An entry: two fields at least, and no comment.
function is_entry(line) {
	if (line ~ /^[ \t\r]*(#|$)/)
		return 0
	cut(line)
	return field_count >= 2
}

function has_option(name) {
	return index("," field[4] ",", "," name ",") > 0
}

# The boot must not wait for a disk that was left behind.
function not_migrated(   where) {
	where = field[2]
	if (field_count >= 4 && (has_option("noauto") || has_option("nofail")))
		return 0
	if (where == "/" || where == "/usr") {
		say("warning /etc/fstab mounts " where " from " field[1] ", which was not migrated")
		return 0
	}
	if (field_count >= 4) {
		field[4] = field[4] ",nofail"
	} else {
		if (field_count < 3) {
			field[3] = "auto"
			blanks[3] = " "
		}
		blanks[4] = " "
		field[4] = "nofail"
		field_count = 4
	}
	say("warning /etc/fstab: " field[1] " (" where ") was not migrated; it got the option nofail")
	return 1
}

# A device name: by UUID if the volume came along.
function rename_device(   key, name) {
	key = volume_find(field[1])
	if (device_kind == "")
		return 0
	if (key != "" && !same_family(field[3], volume_type[key])) {
		say("warning /etc/fstab calls " field[1] " " field[3] ", but the migrated volume is " volume_type[key])
		key = ""
	}
	if (key == "")
		return not_migrated()
	name = volume_name(key)
	if (name == "") {
		say("warning /etc/fstab: " field[1] " (" field[2] ") has no UUID, and may have another name here")
		return 0
	}
	field[1] = name
	return 1
}

function unescape(text) {
	gsub(/^"|"$/, "", text)
	gsub(/\\040/, " ", text)
	gsub(/\\011/, "\t", text)
	gsub(/\\134/, "\\", text)
	return text
}

# A UUID or label is kept, unless it is surely that of another disk. Where the
# facts do not name every file system (LVM, RAID, encryption) nothing is sure.
function check_identity(   value) {
	if (!all_plain || !volume_count)
		return 0
	value = unescape(substr(field[1], index(field[1], "=") + 1))
	if (field[1] ~ /^UUID=/ && !(tolower(value) in known_uuid))
		return not_migrated()
	if (field[1] ~ /^LABEL=/ && !(value in known_label))
		return not_migrated()
	return 0
}

function edited(line,   changed) {
	if (!is_entry(line))
		return line
	changed = 0
	if (field[1] ~ /^\/dev\//)
		changed = rename_device()
	else if (field[1] ~ /^(UUID|LABEL)=/)
		changed = check_identity()
	if (!changed)
		return line
	say("changed")
	return join()
}

{
	lines[NR] = $0
	if (is_entry($0) && field[2] == "/")
		alias_learn(field[1])
}

# Only now is it known which disk the root is on.
END {
	for (i = 1; i <= NR; i++)
		print edited(lines[i])
}
