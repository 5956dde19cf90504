# devices.awk - device names in crypttab and RESUME= (10-fstab)
# (run by fixup_edit of lib.sh with kind=crypttab or kind=resume)
#
# Only the name itself is replaced, in place.

BEGIN { disks_load() }

# Replaces `device`, which starts at column `at` of the line.
function put_name(line, at, device,   key, name) {
	key = volume_find(device)
	if (device_kind == "")
		return line
	name = key == "" ? "" : volume_name(key)
	if (name == "") {
		say("warning " where " names " device ", which " (key == "" ? "was not migrated" : "has no UUID"))
		return line
	}
	say("changed")
	return substr(line, 1, at - 1) name substr(line, at + length(device))
}

/^[ \t\r]*(#|$)/ { print; next }

kind == "crypttab" && match($0, /^[ \t]*[^ \t]+[ \t]+/) {
	at = RLENGTH + 1
	match(substr($0, at) " ", /[ \t\r]/)
	print put_name($0, at, substr($0, at, RSTART - 1))
	next
}

kind == "resume" && match($0, /^[ \t]*RESUME=["']?/) {
	at = RLENGTH + 1
	match(substr($0, at) " ", /["' \t\r]/)
	print put_name($0, at, substr($0, at, RSTART - 1))
	next
}

{ print }
