# fstab.awk - /etc/fstab with names that hold on the new machine (10-fstab)
# (run by fixup_edit of lib.sh)
#
# A line that needs no change is printed as it was, to the last blank; a changed
# one keeps its spacing.

BEGIN { names_load() }

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

# Could a file system that the configuration calls `wanted` be of type `found`?
function same_family(wanted, found) {
	if (wanted == found || wanted == "" || found == "" || wanted ~ /^(auto|none)$/)
		return 1
	if (wanted ~ /^(vfat|msdos|umsdos)$/ && found ~ /^(vfat|msdos)$/)
		return 1
	if (wanted ~ /^ext[234]$/ && found ~ /^ext[234]/)
		return 1
	return wanted ~ /^ntfs/ && found == "ntfs"
}

# A device name becomes one that is true here, if the volume came along; an
# identity is that already.
function rename(name) {
	if (answer(name) == "ambiguous")
		say("warning /etc/fstab: " name " (" field[2] ") is the name of more than one migrated volume")
	if (answer(name) == "absent")
		return not_migrated()
	if (answer(name) != "volume" || name_stays[name])
		return 0
	if (!same_family(field[3], name_type[name])) {
		say("warning /etc/fstab calls " name " " field[3] ", but the migrated volume is " name_type[name])
		return not_migrated()
	}
	if (name_stable[name] == "") {
		say("warning /etc/fstab: " name " (" field[2] ") has no UUID, and may have another name here")
		return 0
	}
	field[1] = name_stable[name]
	return 1
}

{
	if (!is_entry($0) || !rename(field[1])) {
		print
		next
	}
	say("changed")
	print join()
}
