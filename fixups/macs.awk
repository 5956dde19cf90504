# macs.awk - the old network interfaces' addresses become the new ones'
# (40-network; run by fixup_edit with pairs=FILE, and remove=1 to drop the lines)

function load(   line, field) {
	loaded = 1
	while ((getline line < pairs) > 0) {
		split(line, field, "\t")
		if (field[2] != "-" && field[2] != field[3])
			new_mac[field[2]] = field[3]
	}
	pair = "[0-9A-Fa-f][0-9A-Fa-f]"
	mac_pattern = pair ":" pair ":" pair ":" pair ":" pair ":" pair
}

!loaded { load() }
/^[ \t]*[#;]/ { print; next }

{
	rest = $0
	line = ""
	found = 0
	while (match(rest, mac_pattern)) {
		mac = substr(rest, RSTART, RLENGTH)
		line = line substr(rest, 1, RSTART - 1)
		if (tolower(mac) in new_mac) {
			mac = new_mac[tolower(mac)]
			found = 1
		}
		line = line mac
		rest = substr(rest, RSTART + RLENGTH)
	}
	if (found)
		say("changed")
	if (!found)
		print
	else if (!remove)
		print line rest
}
