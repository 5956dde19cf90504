# nics.awk - which network interfaces does a configuration file speak of?
# (40-network; awk -v kind=link|rules|interfaces|netplan|networkd|netdev|keyfile|
# ifcfg)
#
# Prints "NAME tab MAC" for each physical interface ("-": not said), and
# "!NAME" for names that the system makes itself: bridges, bonds, VLANs.

BEGIN {
	pair = "[0-9A-Fa-f][0-9A-Fa-f]"
	mac_pattern = pair ":" pair ":" pair ":" pair ":" pair ":" pair
}

function find_mac(text) {
	return match(text, mac_pattern) ? tolower(substr(text, RSTART, RLENGTH)) : "-"
}

function unquote(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	if (text ~ /^".*"$/ || text ~ /^'.*'$/)
		text = substr(text, 2, length(text) - 2)
	return text
}

function after(text, mark) { return unquote(substr(text, index(text, mark) + length(mark))) }

# What a VLAN sits on is the interface before the dot or colon.
function emit(name, mac) {
	sub(/[.:].*/, "", name)
	if (name == "" || name ~ /[*?\[!]/)
		name = "-"
	if (name != "-" || mac != "-")
		print name "\t" mac
}

{ sub(/\r$/, "") }
/^[ \t]*([#;]|$)/ { next }

kind == "rules" && /ATTR.address.=="/ && /NAME="/ {
	name = substr($0, match($0, /NAME="/) + 6)
	sub(/".*/, "", name)
	emit(name, find_mac($0))
}

# interfaces(5): an option below an iface can say that it is no real one, and
# which real ones are below it.
kind == "interfaces" && $1 == "iface" { iface = $2; emit(iface, "-") }
kind == "interfaces" && $1 ~ /^(bridge[_-]|bond[_-]|slaves|vlan[_-]raw|wg-|tunnel)/ {
	print "!" iface
	if ($1 ~ /ports$|slaves$|raw.device$/)
		for (i = 2; i <= NF; i++)
			if ($i !~ /^(none|all|regex)$/)
				emit($i, "-")
}
kind == "interfaces" && $1 ~ /^hwaddr/ && iface != "" && find_mac($0) != "-" { emit(iface, find_mac($0)) }

# netplan: the keys below "ethernets:", by their indentation.
function netplan_end() {
	if (key != "")
		emit(set_name != "" ? set_name : (match_name != "" ? match_name : key), key_mac)
	key = ""
}

kind == "netplan" {
	sub(/[ \t]#.*/, "")
	match($0, /^ */)
	indent = RLENGTH
	if (in_ethernets && indent <= ethernets_indent) {
		netplan_end()
		in_ethernets = 0
	}
	if ($1 == "ethernets:") {
		in_ethernets = 1
		ethernets_indent = indent
		key_indent = -1
		next
	}
	if (!in_ethernets) {
		if ($1 ~ /^(bridges|bonds|vlans|wifis|tunnels):$/) {
			virtual_indent = indent
			virtual_key = -1
			in_virtual = 1
		} else if (in_virtual && indent <= virtual_indent) {
			in_virtual = 0
		} else if (in_virtual && (virtual_key < 0 || indent == virtual_key)) {
			virtual_key = indent
			sub(/:.*/, "", $1)
			print "!" unquote($1)
		}
		next
	}
	if (key_indent < 0)
		key_indent = indent
	if (indent == key_indent) {
		netplan_end()
		key = unquote(substr($0, 1, index($0 ":", ":") - 1))
		set_name = match_name = ""
		key_mac = "-"
	} else if ($1 == "set-name:") {
		set_name = after($0, ":")
	} else if ($1 == "name:") {
		match_name = after($0, ":")
	} else if ($1 == "macaddress:") {
		key_mac = find_mac($0)
	}
}

# Files of sections: systemd.network(5), systemd.netdev(5), NetworkManager.
/^[ \t]*\[/ { section = $1 }
kind == "netdev" && section == "[NetDev]" && /^[ \t]*Name[ \t]*=/ { print "!" after($0, "=") }
kind == "networkd" && section == "[Match]" && /^[ \t]*Name[ \t]*=/ { match_name = after($0, "=") }
kind == "link" && section == "[Link]" && /^[ \t]*Name[ \t]*=/ { match_name = after($0, "=") }
kind ~ /^(networkd|link)$/ && section == "[Match]" && /^[ \t]*MACAddress[ \t]*=/ { key_mac = find_mac($0) }
kind == "keyfile" && /^type=/ && section == "[connection]" { nm_type = after($0, "=") }
kind == "keyfile" && /^interface-name=/ && section == "[connection]" { match_name = after($0, "=") }
kind == "keyfile" && /^mac-address=/ { key_mac = find_mac($0) }
kind == "ifcfg" && /^DEVICE=/ { match_name = after($0, "=") }
kind == "ifcfg" && /^HWADDR=/ { key_mac = find_mac($0) }
kind == "ifcfg" && /^TYPE=/ { nm_type = after($0, "=") }

END {
	if (kind == "netplan")
		netplan_end()
	if (key_mac == "")
		key_mac = "-"
	if (kind == "networkd" && split(match_name, names, " ") > 1)
		for (i = 1; i in names; i++)
			emit(names[i], "-")
	else if (kind == "networkd" || kind == "link")
		emit(match_name, key_mac)
	else if (kind == "keyfile" && nm_type !~ /ethernet$/ && match_name != "")
		print "!" match_name
	else if (kind == "keyfile" && nm_type ~ /ethernet$/)
		emit(match_name, key_mac)
	else if (kind == "ifcfg" && nm_type ~ /^$|^[Ee]thernet$/)
		emit(match_name, key_mac)
	else if (kind == "ifcfg" && match_name != "")
		print "!" match_name
}
