# cloudnet.awk - lines of network.sh's format from what cloud.awk made of a
# network-config (version 1 or 2) or of OpenStack's network_data.json
#
# A card is named by its MAC address where the file has it. Names such as
# enp1s0 do not exist in the initrd; if there is only one card and no address
# of it, it is "any".

function has(path) { return path in v }

function true(path) { return tolower(v[path]) ~ /^(true|yes|on|1)$/ }

function length_of(mask,    p, i, bits, total) {
	if (mask !~ /\./) return mask
	split(mask, p, ".")
	total = 0
	for (i = 1; i <= 4; i++)
		for (bits = p[i] + 0; bits > 0; bits = bits * 2 % 256) total++
	return total
}

function with_length(address, mask) {
	if (address ~ /\//) return address
	if (mask != "") return address "/" length_of(mask)
	return address (address ~ /:/ ? "/64" : "/24")
}

# A word that goes into a line must be one word.
function word(text) {
	gsub(/[^A-Za-z0-9.:,_\/=-]/, "", text)
	return text
}

function emit(text) { print text }

function nameservers(path,    i) {
	if (has(path)) emit("nameserver " word(v[path]))
	for (i = 0; has(path "/" i); i++) emit("nameserver " word(v[path "/" i]))
}

function route(device, to, via, metric) {
	if (to == "" || via == "") return
	if (to == "0.0.0.0/0" || to == "::/0" || to == "0.0.0.0/0.0.0.0") to = "default"
	emit("route " device (via ~ /:/ ? " -6 " : " ") word(to) " via " word(via) (metric != "" ? " metric " word(metric) : ""))
}

# A route whose destination is in "destination", or in "network" and "netmask".
function network_route(dev, p,    to) {
	to = v[p "/destination"]
	if (to == "") to = v[p "/network"] ~ /^(0\.0\.0\.0|::)$/ ? "default" : with_length(v[p "/network"], v[p "/netmask"])
	route(dev, to, v[p "/gateway"], v[p "/metric"])
}

function mac_or_name(mac, name, single) {
	mac = tolower(mac)
	if (mac ~ /^[0-9a-f][0-9a-f](:[0-9a-f][0-9a-f])+$/) return mac
	return single || name == "" ? "any" : word(name)
}

function version1(    i, p, single, cards) {
	for (i = 0; has("config/" i "/type"); i++)
		if (v["config/" i "/type"] == "physical") cards++
	single = cards == 1
	for (i = 0; has("config/" i "/type"); i++) {
		p = "config/" i
		if (v[p "/type"] == "physical")
			device[v[p "/name"]] = mac_or_name(v[p "/mac_address"], v[p "/name"], single)
	}
	for (i = 0; has("config/" i "/type"); i++) one1("config/" i)
}

function one1(p,    dev, k, line) {
	if (v[p "/type"] == "nameserver") {
		nameservers(p "/address")
		return
	}
	if (v[p "/type"] !~ /^(physical|bond|vlan)$/) return
	dev = v[p "/name"] in device ? device[v[p "/name"]] : word(v[p "/name"])
	if (v[p "/type"] == "bond") {
		line = ""
		for (k = 0; has(p "/bond_interfaces/" k); k++)
			line = line (k ? "," : "") known(v[p "/bond_interfaces/" k])
		emit("bond " dev " " line " mode=" word(has(p "/params/bond-mode") ? v[p "/params/bond-mode"] : "balance-rr") \
			(has(p "/params/bond-miimon") ? " miimon=" word(v[p "/params/bond-miimon"]) : ""))
	} else if (v[p "/type"] == "vlan")
		emit("vlan " dev " " known(v[p "/vlan_link"]) " " word(v[p "/vlan_id"]))
	if (has(p "/mtu")) emit("link " dev " mtu " word(v[p "/mtu"]))
	for (k = 0; has(p "/subnets/" k "/type"); k++) subnet(dev, p "/subnets/" k)
}

function known(name) { return name in device ? device[name] : word(name) }

function subnet(dev, p,    kind, r) {
	kind = v[p "/type"]
	if (kind ~ /^(dhcp|dhcp4)$/) emit("dhcp " dev)
	else if (kind ~ /^(dhcp6|ipv6_dhcpv6-stateful)$/) emit("dhcp6 " dev)
	else if (kind ~ /^(static|static6)$/) {
		emit("address " dev " " word(with_length(v[p "/address"], v[p "/netmask"])))
		route(dev, "default", v[p "/gateway"], "")
	} else emit("link " dev)
	for (r = 0; has(p "/routes/" r "/gateway"); r++)
		network_route(dev, p "/routes/" r)
	nameservers(p "/dns_nameservers")
}

# The names below a path, in the order of the file.
function version2(    i, n, p, single) {
	n = 0
	for (i = 1; i <= names["ethernets"]; i++) n++
	single = n == 1
	for (i = 1; i <= names["ethernets"]; i++) {
		p = "ethernets/" name["ethernets", i]
		device[name["ethernets", i]] = mac_or_name(v[p "/match/macaddress"], name["ethernets", i], single)
	}
	for (i = 1; i <= names["bonds"]; i++) bond2(name["bonds", i])
	for (i = 1; i <= names["vlans"]; i++) {
		p = name["vlans", i]
		emit("vlan " word(p) " " known(v["vlans/" p "/link"]) " " word(v["vlans/" p "/id"]))
	}
	for (i = 1; i <= names["ethernets"]; i++) common2("ethernets/" name["ethernets", i], device[name["ethernets", i]])
	for (i = 1; i <= names["bonds"]; i++) common2("bonds/" name["bonds", i], word(name["bonds", i]))
	for (i = 1; i <= names["vlans"]; i++) common2("vlans/" name["vlans", i], word(name["vlans", i]))
}

function bond2(id,    k, line, p) {
	p = "bonds/" id
	line = ""
	for (k = 0; has(p "/interfaces/" k); k++) line = line (k ? "," : "") known(v[p "/interfaces/" k])
	emit("bond " word(id) " " line " mode=" word(has(p "/parameters/mode") ? v[p "/parameters/mode"] : "balance-rr") \
		(has(p "/parameters/mii-monitor-interval") ? " miimon=" word(v[p "/parameters/mii-monitor-interval"]) : ""))
}

function common2(p, dev,    k) {
	if (has(p "/mtu")) emit("link " dev " mtu " word(v[p "/mtu"]))
	for (k = 0; has(p "/addresses/" k); k++) emit("address " dev " " word(with_length(v[p "/addresses/" k], "")))
	if (true(p "/dhcp4")) emit("dhcp " dev)
	if (true(p "/dhcp6")) emit("dhcp6 " dev)
	route(dev, "default", v[p "/gateway4"], "")
	route(dev, "default", v[p "/gateway6"], "")
	for (k = 0; has(p "/routes/" k "/to"); k++)
		route(dev, v[p "/routes/" k "/to"], v[p "/routes/" k "/via"], v[p "/routes/" k "/metric"])
	nameservers(p "/nameservers/addresses")
}

function openstack(    i, r, p, dev) {
	for (i = 0; has("links/" i "/id"); i++)
		device[v["links/" i "/id"]] = mac_or_name(v["links/" i "/ethernet_mac_address"], v["links/" i "/id"], !has("links/1/id"))
	for (i = 0; has("networks/" i "/type"); i++) {
		p = "networks/" i
		dev = known(v[p "/link"])
		if (v[p "/type"] ~ /^ipv4_dhcp/) emit("dhcp " dev)
		else if (v[p "/type"] ~ /^ipv6_dhcp/) emit("dhcp6 " dev)
		else if (has(p "/ip_address")) emit("address " dev " " word(with_length(v[p "/ip_address"], v[p "/netmask"])))
		else emit("link " dev)
		for (r = 0; has(p "/routes/" r "/gateway"); r++)
			network_route(dev, p "/routes/" r)
	}
	for (i = 0; has("services/" i "/address"); i++) emit("nameserver " word(v["services/" i "/address"]))
}

BEGIN { FS = "\t" }
{
	sub(/^network\//, "", $1)
	v[$1] = $2
	split($1, part, "/")
	if (part[1] ~ /^(ethernets|bonds|vlans)$/ && part[2] != "" && !seen[part[1], part[2]]++)
		name[part[1], ++names[part[1]]] = part[2]
}
END {
	if (has("links/0/id")) openstack()
	else if (names["ethernets"] || names["bonds"] || names["vlans"]) version2()
	else version1()
}
