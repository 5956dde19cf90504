# nicpairs.awk - the source's network interfaces and the target's, in pairs
# (40-network; awk -v warnings=FILE -f nicpairs.awk NAMES TARGET-NICS)
#
# NAMES as nics.awk prints them; TARGET-NICS "name mac driver". Prints "NAME tab
# OLD-MAC tab NEW-MAC" ("-": unknown). The same address means the same
# interface; the others are taken in their order, as a technician would plug
# the cables.

BEGIN {
	pair = "[0-9A-Fa-f][0-9A-Fa-f]"
	mac_pattern = "^" pair ":" pair ":" pair ":" pair ":" pair ":" pair "$"
}

# What the kernel takes as a name, and can be part of a file's name.
function is_name(name) {
	return length(name) <= 15 && name ~ /^[A-Za-z0-9][A-Za-z0-9_.-]*$/ && name !~ /^(lo|all|default)$/ &&
		name !~ /^(wl|ww|docker|veth|virbr|tun|tap|wg|ppp|sit|dummy|ib)/
}

function add_name(name, mac,   i) {
	for (i = 1; i <= name_count; i++) {
		if ((name != "-" && names[i] == name) || (mac != "-" && macs[i] == mac)) {
			if (names[i] == "-")
				names[i] = name
			if (macs[i] == "-")
				macs[i] = mac
			return
		}
	}
	names[++name_count] = name
	macs[name_count] = mac
}

FILENAME == ARGV[1] && /^!/ { virtual[substr($0, 2)] = 1; next }
FILENAME == ARGV[1] {
	mac = $2 ~ mac_pattern ? tolower($2) : "-"
	name = is_name($1) ? $1 : "-"
	if (name != "-" || mac != "-")
		add_name(name, mac)
	next
}
$2 ~ mac_pattern { target[++target_count] = tolower($2) }

END {
	for (i = 1; i <= name_count; i++)
		for (k = 1; k <= target_count; k++)
			if (macs[i] == target[k]) {
				new[i] = target[k]
				taken[k] = 1
			}
	k = 1
	for (i = 1; i <= name_count; i++) {
		if (names[i] in virtual)
			continue
		while (k <= target_count && (k in taken))
			k++
		if (!(i in new) && k <= target_count)
			new[i] = target[k++]
		if (i in new)
			print names[i] "\t" macs[i] "\t" new[i]
		else if (target_count)
			print "this machine has no network interface for " (names[i] == "-" ? macs[i] : names[i]) > warnings
	}
}
