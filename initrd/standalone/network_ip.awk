# network_ip.awk - lines of network.sh's format from values of ip=, one a line:
#     CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS0:DNS1:NTP
# as in the kernel's nfsroot.rst, or a word alone (dhcp, on, any, off), or
# DEVICE:AUTOCONF. IPv6 addresses are in brackets; NETMASK may be a length; DEVICE
# may be a MAC address. An address together with dhcp is what to fall back to.


function hex2(i) { return f[i] ~ /^[0-9A-Fa-f][0-9A-Fa-f]$/ }
function join(at,    i) {
	for (i = at; i < at + 6; i++)
		if (i > n || !hex2(i)) return
	f[at] = f[at] ":" f[at + 1] ":" f[at + 2] ":" f[at + 3] ":" f[at + 4] ":" f[at + 5]
	for (i = at + 1; i + 5 <= n; i++) f[i] = f[i + 5]
	n -= 5
}
function split_fields(text,    i, c, inside) {
	n = 1; f[1] = ""; inside = 0
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "[") inside = 1
		else if (c == "]") inside = 0
		else if (c == ":" && !inside) f[++n] = ""
		else f[n] = f[n] c
	}
}
function device(name) {
	if (name ~ /^[0-9A-Fa-f][0-9A-Fa-f]([-:][0-9A-Fa-f][0-9A-Fa-f])+$/ && length(name) == 17) {
		gsub(/-/, ":", name)
		return tolower(name)
	}
	return name == "" ? "any" : name
}
function mask(text, address,    p, i, bits, total) {
	if (text ~ /^[0-9]+$/) return text
	if (text == "") {
		if (address ~ /:/) return 64
		return address + 0 < 128 ? 8 : address + 0 < 192 ? 16 : 24
	}
	split(text, p, ".")
	total = 0
	for (i = 1; i <= 4; i++)
		for (bits = p[i] + 0; bits > 0; bits = bits * 2 % 256) total++
	return total
}
function is_auto(word) { return word ~ /^(on|any|dhcp|dhcp4|both|bootp|rarp)$/ }
function is_word(word) { return is_auto(word) || word ~ /^(off|none|auto6|dhcp6|ra|link6)$/ }
function autoconf(word, dev, fallback) {
	if (is_auto(word)) print "dhcp " dev fallback
	else if (word == "dhcp6") print "dhcp6 " dev
	else if (word ~ /^(auto6|ra|link6)$/) print "link " dev
}
/^[ \t]*$/ { next }
{
	for (i in f) delete f[i]
	split_fields($0)
	join(1); join(6)
	for (i = 1; i <= 10; i++) if (i > n) f[i] = ""
	if (n == 1 && is_word(f[1])) { autoconf(f[1], "any", ""); next }
	if (n == 2 && is_word(f[2])) { autoconf(f[2], device(f[1]), ""); next }
	dev = device(f[6])
	if (f[5] ~ /^[A-Za-z0-9.-]+$/) print "hostname " f[5]
	if (f[1] == "") autoconf(f[7] == "" ? "any" : f[7], dev, "")
	else if (is_auto(f[7]))
		autoconf(f[7], dev, " fallback " f[1] "/" mask(f[4], f[1]) (f[3] != "" ? " " f[3] : ""))
	else {
		print "address " dev " " f[1] "/" mask(f[4], f[1])
		if (f[3] != "") print "route " dev " default via " f[3]
	}
	if (f[8] != "") print "nameserver " f[8]
	if (f[9] != "") print "nameserver " f[9]
}
