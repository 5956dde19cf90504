# devices.awk - device names in crypttab and RESUME= (10-fstab)
# (run by fixup_edit of lib.sh with kind=crypttab or kind=resume)
#
# Only the name itself is replaced, in place.

BEGIN { names_load() }

# Replaces `name`, which starts at column `at` of the line.
function put_name(line, at, name) {
	if (answer(name) == "" || name_stays[name] && answer(name) != "ambiguous")
		return line
	if (name_stable[name] == "") {
		say("warning " where " names " name ", " why_not(name))
		return line
	}
	say("changed")
	return substr(line, 1, at - 1) name_stable[name] substr(line, at + length(name))
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
