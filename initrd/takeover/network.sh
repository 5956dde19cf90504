# network.sh - this machine's network, written down so that it can be had again
#
# net_capture prints what the kernel has now, not what some configuration file
# asked for, in the format of /etc/p2v/network (standalone/network.sh explains
# it): links, addresses, routes with all their flags, policy rules, resolvers.
# A card is named by its MAC address, because the kernel in RAM may call it
# something else.
#
# shellcheck shell=sh

: "${net_ip:=ip}"           # iproute2
: "${net_root:=}"           # a tree that stands for / (tests)

net_sys() { echo "$net_root/sys/class/net/$1"; }

# net_physical NAME: is there a card behind it?
net_physical() {
	[ -e "$(net_sys "$1")/device" ]
}

# The ports of a bond or bridge.
net_ports() {
	if [ -r "$(net_sys "$1")/bonding/slaves" ]; then
		tr ' ' '\n' <"$(net_sys "$1")/bonding/slaves" | sed '/^$/d'
		return
	fi
	for net_port in "$(net_sys "$1")"/brif/*; do
		[ ! -e "$net_port" ] || echo "${net_port##*/}"
	done
}

# net_below NAME: the devices that it stands on directly.
net_below() {
	net_ports "$1"
	for net_lower in "$(net_sys "$1")"/lower_*; do
		[ ! -e "$net_lower" ] || echo "${net_lower##*/lower_}"
	done
}

# "5 eth0" for the VLAN device NAME. Its own files do not say the number.
net_vlan() {
	sed -n 's/^.*VID: *\([0-9]*\).*/\1/p; s/^Device: *\([^ ]*\).*/\1/p' \
		"$net_root/proc/net/vlan/$1" 2>/dev/null | tr '\n' ' '
}

# net_kind NAME: mac, bond, bridge, vlan, or nothing for what is not carried
# (tunnels, containers' bridges, WLAN).
net_kind() {
	if [ -e "$(net_sys "$1")/wireless" ] || [ -e "$(net_sys "$1")/phy80211" ]; then
		return 0
	elif [ -d "$(net_sys "$1")/bonding" ]; then
		net_kind_word=bond
	elif [ -d "$(net_sys "$1")/bridge" ]; then
		net_kind_word=bridge
	elif [ -r "$net_root/proc/net/vlan/$1" ]; then
		net_kind_word=vlan
	elif net_physical "$1"; then
		echo mac
		return 0
	else
		return 0
	fi
	[ -z "$(net_find_cards "$1" 4)" ] || echo "$net_kind_word"
}

# net_find_cards NAME DEPTH: the cards that NAME stands on in the end.
net_find_cards() {
	if net_physical "$1"; then
		echo "$1"
		return
	fi
	[ "$2" -gt 0 ] || return 0
	for net_found in $(net_below "$1" | sort -u); do
		net_find_cards "$net_found" "$(($2 - 1))"
	done
}

# A port of a bond shows the bond's address as its own.
net_mac() {
	cat "$(net_sys "$1")/bonding_slave/perm_hwaddr" 2>/dev/null ||
		cat "$(net_sys "$1")/address"
}

# net_call NAME METHOD: what the format calls this device: a card's MAC address,
# a bond's or VLAN's name. There are no bridges in a new kernel: what a bridge
# had goes to its port. After a pivot the bridge is still there.
net_call() {
	case $(net_kind "$1") in
	mac) net_mac "$1" ;;
	bridge)
		if [ "$2" = pivot ]; then
			echo "$1"
		else
			for net_port_name in $(net_ports "$1"); do
				if [ -n "$(net_find_cards "$net_port_name" 4)" ]; then
					net_call "$net_port_name" "$2"
					break
				fi
			done
		fi
		;;
	*) echo "$1" ;;
	esac
}

net_mtu() {
	net_mtu_value=$(cat "$(net_sys "$1")/mtu" 2>/dev/null) || return 0
	[ "$net_mtu_value" = 1500 ] || echo " mtu $net_mtu_value"
}

# net_device NAME METHOD: the lines that make it.
net_device() {
	case $(net_kind "$1") in
	bond)
		read -r net_mode _ <"$(net_sys "$1")/bonding/mode"
		read -r net_miimon <"$(net_sys "$1")/bonding/miimon"
		net_list=
		for net_port_name in $(net_ports "$1"); do
			net_list="$net_list,$(net_call "$net_port_name" "$2")"
		done
		echo "bond $1 ${net_list#,} mode=$net_mode miimon=$net_miimon"
		;;
	vlan)
		# shellcheck disable=SC2046 # two words
		set -- "$1" "$2" $(net_vlan "$1")
		echo "vlan $1 $(net_call "$4" "$2") $3"
		;;
	bridge) [ "$2" = pivot ] || return 0 ;;
	esac
	echo "link $(net_call "$1" "$2")$(net_mtu "$1")"
}

# net_used_cards: the cards by which this machine is reached.
net_used_cards() {
	net_run addr show scope global | awk '{ print $2 }' | sort -u | while read -r net_each; do
		[ -z "$(net_kind "$net_each")" ] || net_find_cards "$net_each" 4
	done | sort -u
}

# The devices that are carried, cards first, then what stands on them.
net_names() {
	net_later=
	for net_each in "$net_root"/sys/class/net/*; do
		net_each=${net_each##*/}
		case $(net_kind "$net_each") in
		mac) echo "$net_each" ;;
		bond) net_later="$net_each $net_later" ;;
		bridge | vlan) net_later="$net_later $net_each" ;;
		esac
	done
	# shellcheck disable=SC2086 # names of devices have no blanks
	[ -z "$net_later" ] || printf '%s\n' $net_later
}

# net_run ARGUMENT...: ip with numbers in place of names (tables and protocols
# have names of this machine's own), where ip can do that.
net_run() {
	$net_ip -N -o "$@" 2>/dev/null || $net_ip -o "$@" 2>/dev/null
}

# net_run_routes FAMILY: of all tables; an ip of busybox knows one only.
net_run_routes() {
	net_found_routes=$(net_run "$1" route show table all || :)
	[ -n "$net_found_routes" ] || net_found_routes=$(net_run "$1" route show || :)
	[ -z "$net_found_routes" ] || printf '%s\n' "$net_found_routes"
}

# net_addresses TABLE: lines of `ip -o addr` on stdin; TABLE has lines "NAME
# DEV". Link-local IPv6 and temporary addresses come by themselves. A lease's
# end is not carried: nobody would renew it.
net_addresses() {
	awk -v table="$1" '
		BEGIN { while ((getline line <table) > 0) { split(line, part, " "); call[part[1]] = part[2] } }
		($2 in call) && ($3 == "inet" || $3 == "inet6") {
			sub(/\\.*/, "")
			line = $4
			skip = 0
			for (i = 5; i <= NF; i++) {
				if ($i == "peer" || $i == "brd" || $i == "scope") {
					if ($i == "scope" && ($(i + 1) == "link" || $(i + 1) == 253) && $3 == "inet6")
						skip = 1
					line = line " " $i " " $(i + 1)
					i++
				} else if ($i == "noprefixroute" || $i == "nodad") {
					line = line " " $i
				} else if ($i == "temporary") {
					skip = 1
				}
			}
			# "ADDRESS peer PEER/LENGTH" is how a point-to-point link is shown.
			if (!skip)
				print "address", call[$2], line
		}'
}

# net_routes FAMILY TABLE: lines of `ip -o route show table all` on stdin. The
# kernel makes its own ones (proto kernel, table local) from the addresses.
# Words that describe a state and not a wish are left out. Those that need no
# gateway come first, since a gateway may be reached by one of them.
net_routes() {
	awk -v family="$1" -v table="$2" '
		BEGIN { while ((getline line <table) > 0) { split(line, part, " "); call[part[1]] = part[2] } }
		{
			gsub(/\\/, " ")
			text = ""
			dev = "-"
			other = 0
			several = /[ \t]nexthop[ \t]/
			for (i = 1; i <= NF; i++) {
				if (($i == "proto" && ($(i + 1) == "kernel" || $(i + 1) == "2")) ||
				    ($i == "table" && ($(i + 1) == "local" || $(i + 1) == "255")))
					next
				if ($i == "expires" || $i == "error" || $i == "users" || $i == "age") {
					i++
					continue
				}
				if ($i ~ /^(linkdown|dead|offload|offload_failed|trap|rt_offload|rt_trap|cache)$/)
					continue
				if ($i == "dev") {
					i++
					if ($i == "lo")
						continue
					if (!($i in call))
						other = 1
					else if (several)
						text = text " dev @" call[$i]
					else
						dev = call[$i]
					continue
				}
				text = text " " $i
			}
			if (!NF || other || (dev == "-" && !several && $1 !~ /^(blackhole|unreachable|prohibit|throw|[678])$/))
				next
			line = "route " dev " -" family text
			if (/ via /)
				later[++count] = line
			else
				print line
		}
		END { for (i = 1; i <= count; i++) print later[i] }'
}

# net_rules FAMILY: lines of `ip -o rule` on stdin, without the kernel's three.
net_rules() {
	awk -v family="$1" '
		{
			sub(/\[detached\]/, "")
			pref = $1
			sub(/:.*/, "", pref)
			if (pref == 0 || pref == 32766 || pref == 32767)
				next
			line = ""
			for (i = 2; i <= NF; i++)
				line = line " " $i
			print "rule -" family " pref " pref line
		}'
}

# A resolver on this machine itself ends with it; what it asks is meant then.
net_resolvers() {
	net_resolv=$net_root/etc/resolv.conf
	for net_file in "$net_root/run/systemd/resolve/resolv.conf" \
		"$net_root/run/NetworkManager/no-stub-resolv.conf"; do
		if grep -q '^nameserver[[:blank:]]*127\.' "$net_resolv" 2>/dev/null && [ -r "$net_file" ]; then
			net_resolv=$net_file
		fi
	done
	[ -r "$net_resolv" ] || return 0
	awk '$1 == "nameserver" && $2 !~ /^(127\.|::1$)/ { print "nameserver", $2 }
		$1 == "search" || $1 == "domain" { $1 = "search"; print }' "$net_resolv"
}

# net_capture METHOD SCRATCH-FILE. After a pivot the kernel still has its policy
# rules, and adding one twice is an error.
net_capture() {
	net_carried=$(net_names)
	for net_each in $net_carried; do
		net_device "$net_each" "$1"
	done
	for net_each in $net_carried; do
		echo "$net_each $(net_call "$net_each" "$1")"
	done >"$2"
	net_run addr show | net_addresses "$2"
	net_run_routes -4 | net_routes 4 "$2"
	net_run_routes -6 | net_routes 6 "$2"
	if [ "$1" != pivot ]; then
		net_run -4 rule show | net_rules 4
		net_run -6 rule show | net_rules 6
	fi
	net_resolvers
	echo "hostname $(cat "$net_root/proc/sys/kernel/hostname")"
}

# net_device_of FILE ADDRESS: the carried device that has this address.
net_device_of() {
	awk -v want="$2" '
		$1 == "address" { split($3, part, "/"); if (part[1] == want) { print $2; exit } }' "$1"
}
