# shellcheck shell=sh disable=SC2154 # base.sh has set them
# network.sh - the network of the standalone initrd
#
# Everything that configures the network becomes lines of one format first: the
# kernel command line's ip=, vlan= and bond=, a cloud-init volume's
# network-config, and /etc/p2v/network, which `p2v-initrd configure --network`
# and p2v-takeover write. /etc/p2v/network wins over a cloud-init volume; lines
# from the command line are added to it. With no line at all it is "dhcp any".
#
# THE FORMAT: one thing a line, words separated by blanks, # begins a comment.
#
#     link DEV [WORDS]                 ip link set DEV WORDS (mtu 1450, address ...); set up
#     address DEV ADDRESS/LENGTH [WORDS]   ip address replace ... dev DEV
#     route DEV [-4|-6] [TYPE] DESTINATION [WORDS]   ip route replace ... dev DEV
#     rule [-4|-6] WORDS               ip rule add WORDS
#     vlan NAME DEV ID                 a VLAN on DEV
#     bond NAME DEV,DEV [KEY=VALUE...] a bond of these (mode=, miimon=, ...)
#     dhcp DEV [clientid HEX] [fallback ADDRESS/LENGTH [GATEWAY]]
#     dhcp6 DEV
#     nameserver ADDRESS
#     search DOMAIN...
#     hostname NAME
#
# DEV is a MAC address (the network card that has it, whatever it is called
# here), the name of a link, or "any": the first network card with a link; with
# dhcp every network card. In a route DEV may be "-": no device is added (for
# blackhole, or several nexthops). WORDS are iproute2's own, as
# `ip -details route show` and `ip rule show` print them; a word @DEV in them is
# replaced by the name that DEV has here. Links are set up when a line names
# them; a gateway outside of all subnets is given a route of its own. Router
# advertisements are the kernel's affair, and on.
#
# A line whose device is not there yet, or that fails, waits and is tried again.

: "${network_net:=$p2v_sys/class/net}"
: "${network_udhcpc:=udhcpc}"

# network_find DEV: prints the name of the link, nothing if it is not there.
network_find() {
	case $1 in
	any) network_first ;;
	*:*:*:*:*:*)
		# Of those with this address, the card: a bond or VLAN takes its address.
		for network_path in "$network_net"/*; do
			[ "$(cat "$network_path/address" 2>/dev/null)" = "$1" ] || continue
			if [ -e "$network_path/device" ]; then
				echo "${network_path##*/}"
				return
			fi
		done
		;;
	*) [ ! -e "$network_net/$1" ] || echo "$1" ;;
	esac
}

# network_cards: the Ethernet cards, by name.
network_cards() {
	for network_path in "$network_net"/*; do
		[ -e "$network_path/device" ] || continue
		[ "$(cat "$network_path/type" 2>/dev/null)" = 1 ] || continue
		echo "${network_path##*/}"
	done
}

# The first card with a link. The links are set up to see it; that takes a
# moment, so the first look finds none.
network_first() {
	for network_card in $(network_cards); do
		$p2v_ip link set "$network_card" up 2>/dev/null || :
		if [ "$(cat "$network_net/$network_card/carrier" 2>/dev/null)" = 1 ]; then
			echo "$network_card"
			return
		fi
	done
}

# network_words WORD...: prints them, with @DEV replaced. Status 1 if such a
# device is not there.
network_words() {
	network_out=
	for network_word; do
		case $network_word in
		@*)
			network_word=$(network_find "${network_word#@}")
			[ -n "$network_word" ] || return 1
			;;
		esac
		network_out="$network_out $network_word"
	done
	echo "${network_out# }"
}

# -4 or -6 as the first of the words, or what the addresses in $p2v_run/words are.
network_choose_family() {
	network_family=-4
	! grep -q : "$p2v_run/words" || network_family=-6
	case $1 in -4 | -6) network_family=$1 ;; esac
}

network_up() { $p2v_ip link set "$1" up; }

# network_route NAME|- WORDS: a gateway that no address's subnet contains is
# refused by the kernel; then it needs a route of its own first.
network_route() {
	network_dev=$1
	shift
	network_words "$@" >"$p2v_run/words" || return 1
	network_choose_family "$@"
	# shellcheck disable=SC2046 # words
	set -- $(sed 's/^-[46] //' "$p2v_run/words")
	[ "$network_dev" = - ] || set -- "$@" dev "$network_dev"
	$p2v_ip "$network_family" route replace "$@" 2>"$p2v_run/network.error" && return 0
	[ "$network_dev" != - ] || return 1
	network_gateway=
	for network_word; do
		[ "$network_gateway" != via ] || {
			network_gateway=$network_word
			break
		}
		[ "$network_word" != via ] || network_gateway=via
	done
	case $network_gateway in '' | via) return 1 ;; esac
	$p2v_ip "$network_family" route replace "$network_gateway" dev "$network_dev" scope link 2>"$p2v_run/network.error" &&
		$p2v_ip "$network_family" route replace "$@" 2>"$p2v_run/network.error"
}

network_rule() {
	network_words "$@" >"$p2v_run/words" || return 1
	network_choose_family "$@"
	# shellcheck disable=SC2046 # words
	$p2v_ip "$network_family" rule add $(sed 's/^-[46] //' "$p2v_run/words") 2>"$p2v_run/network.error"
}

network_vlan() {
	[ ! -e "$network_net/$1" ] || return 0
	network_parent=$(network_find "$2")
	[ -n "$network_parent" ] || return 1
	$p2v_modprobe -q 8021q 2>/dev/null || :
	network_up "$network_parent" || return 1
	$p2v_ip link add link "$network_parent" name "$1" type vlan id "$3" 2>"$p2v_run/network.error" &&
		network_up "$1"
}

# The bond is made when the first of its cards is there; the line is done when
# all are in it.
network_bond() {
	network_name=$1
	network_slaves=$(echo "$2" | tr , ' ')
	shift 2
	network_missing=
	for network_slave in $network_slaves; do
		network_card=$(network_find "$network_slave")
		if [ -z "$network_card" ]; then
			network_missing=$network_slave
			continue
		fi
		if [ ! -e "$network_net/$network_name" ]; then
			# Without max_bonds=0 the module makes a bond0 of its own.
			$p2v_modprobe -q bonding max_bonds=0 2>/dev/null || :
			# shellcheck disable=SC2046 # words: "mode=1" is "mode 1"
			$p2v_ip link add "$network_name" type bond $(echo "$*" | tr '=' ' ') 2>"$p2v_run/network.error" || return 1
		fi
		[ ! -e "$network_net/$network_card/master" ] || continue
		$p2v_ip link set "$network_card" down 2>/dev/null || :
		if ! $p2v_ip link set "$network_card" master "$network_name" 2>"$p2v_run/network.error"; then
			network_missing=$network_slave
			continue
		fi
		network_up "$network_card" || :
	done
	[ ! -e "$network_net/$network_name" ] || network_up "$network_name"
	[ -z "$network_missing" ]
}

# network_dhcp NAME [clientid HEX] [fallback ADDRESS/LENGTH [GATEWAY]]: a client
# of its own for each link, for as long as the machine runs. The client's
# identifier is the card's address, as it is with most DHCP clients of
# firmware and initrds, unless another is named.
network_dhcp() {
	network_card=$1
	shift
	[ ! -e "$p2v_run/dhcp.$network_card" ] || return 0
	[ ! -e "$network_net/$network_card/master" ] || return 0
	network_up "$network_card" || return 1
	network_fallback='' network_gateway='' network_clientid=
	while [ $# -gt 0 ]; do
		case $1 in
		clientid)
			network_clientid=${2:-}
			shift
			;;
		fallback) network_fallback=${2:-} network_gateway=${3:-} ;;
		esac
		shift
	done
	: >"$p2v_run/dhcp.$network_card"
	set -- -f -i "$network_card" -t 5 -T 3 -A 10 -s "$p2v_lib/standalone/udhcpc" \
		-O staticroutes -O mtu -O search -x "hostname:$(uname -n)"
	[ -z "$network_clientid" ] || set -- "$@" -C -x "0x3d:$network_clientid"
	P2V_FALLBACK=$network_fallback P2V_GATEWAY=$network_gateway network_client "$@" &
}

network_client() {
	export P2V_FALLBACK P2V_GATEWAY
	while :; do
		"$network_udhcpc" "$@" </dev/null >>"$p2v_run/dhcp.log" 2>&1 || :
		sleep 5
	done
}

network_dhcp_all() {
	for network_each in $(network_cards); do
		network_dhcp "$network_each" "$@" || :
	done
	# Further cards may come.
	return 1
}

# DHCPv6 needs a client that most busyboxes lack.
network_dhcp6() {
	network_up "$1" || return 1
	[ ! -e "$p2v_run/dhcp6.$1" ] || return 0
	: >"$p2v_run/dhcp6.$1"
	if command -v udhcpc6 >/dev/null 2>&1; then
		udhcpc6 -f -i "$1" -s "$p2v_lib/standalone/udhcpc" </dev/null >>"$p2v_run/dhcp.log" 2>&1 &
	elif command -v dhclient >/dev/null 2>&1; then
		dhclient -6 -d "$1" </dev/null >>"$p2v_run/dhcp.log" 2>&1 &
	else
		say "DHCPv6 on $1: no client was built in (p2v-initrd build --with isc-dhcp-client); router advertisements work without one"
	fi
}

network_resolver() {
	grep -qxF "$*" "$p2v_etc/resolv.conf" 2>/dev/null || echo "$*" >>"$p2v_etc/resolv.conf"
}

# network_line WORD...: one line of the format. 0: done; 1: later again;
# 2: it can never be.
network_line() {
	network_kind=$1
	shift
	case $network_kind in
	nameserver | search)
		network_resolver "$network_kind" "$@"
		return 0
		;;
	hostname)
		echo "$1" 2>/dev/null >"$p2v_proc/sys/kernel/hostname" || :
		return 0
		;;
	rule)
		network_rule "$@"
		return
		;;
	vlan | bond)
		[ $# -ge 2 ] || return 2
		"network_$network_kind" "$@"
		return
		;;
	dhcp)
		if [ "${1:-}" = any ]; then
			shift
			network_dhcp_all "$@"
			return
		fi
		;;
	link | address | route | dhcp6) ;;
	*) return 2 ;;
	esac
	[ $# -ge 1 ] || return 2
	if [ "$1" = - ]; then
		network_device=-
	else
		network_device=$(network_find "$1")
		[ -n "$network_device" ] || return 1
	fi
	shift
	case $network_kind in
	link)
		[ $# = 0 ] || $p2v_ip link set "$network_device" "$@" 2>"$p2v_run/network.error" || return 1
		network_up "$network_device"
		;;
	address)
		[ $# -ge 1 ] || return 2
		network_up "$network_device" && $p2v_ip address replace "$@" dev "$network_device" 2>"$p2v_run/network.error"
		;;
	route)
		[ $# -ge 1 ] || return 2
		[ "$network_device" = - ] || network_up "$network_device" || return 1
		network_route "$network_device" "$@"
		;;
	dhcp | dhcp6) "network_$network_kind" "$network_device" "$@" ;;
	esac
}

# network_apply: what is still to be done, once more. The reason why a line is
# not done yet is said once.
network_apply() {
	[ -s "$p2v_run/network.pending" ] || return 0
	: >"$p2v_run/network.left"
	while IFS= read -r network_text; do
		: >"$p2v_run/network.error"
		network_status=0
		# shellcheck disable=SC2086 # words
		network_line $network_text || network_status=$?
		case $network_status in
		0) continue ;;
		2)
			say "network: not understood, ignored: $network_text"
			continue
			;;
		esac
		printf '%s\n' "$network_text" >>"$p2v_run/network.left"
		network_complain
	done <"$p2v_run/network.pending"
	mv "$p2v_run/network.left" "$p2v_run/network.pending"
}

network_complain() {
	case $network_text in
	'dhcp any'*)
		[ -n "$(network_cards)" ] || echo "no network card was found" >"$p2v_run/network.state"
		return 0
		;;
	esac
	network_why=$(head -n 1 "$p2v_run/network.error")
	network_why="waits: $network_text (${network_why:-no such network card, or no link, yet})"
	echo "$network_why" >"$p2v_run/network.state"
	grep -qxF "$network_why" "$p2v_run/network.said" 2>/dev/null && return 0
	echo "$network_why" >>"$p2v_run/network.said"
	say "network $network_why"
}

# network_from_ip: lines from values of ip=, one a line on stdin.
network_from_ip() {
	awk -f "$p2v_lib/standalone/network_ip.awk"
}

# network_from_links: lines from vlan=NAME:DEVICE and
# bond=NAME[:DEVICE,DEVICE[:OPTION,OPTION[:MTU]]], "vlan" or "bond" and the value
# on stdin. The number at the end of a VLAN's name is its id (eth0.5, vlan5).
network_from_links() {
	awk '
	function device(name) {
		if (name ~ /^[0-9A-Fa-f][0-9A-Fa-f](-[0-9A-Fa-f][0-9A-Fa-f])+$/) { gsub(/-/, ":", name); name = tolower(name) }
		return name
	}
	{
		n = split($2, f, ":")
		if ($1 == "vlan" && n == 2 && match(f[1], /[1-9][0-9]*$/))
			print "vlan " f[1] " " device(f[2]) " " substr(f[1], RSTART)
		else if ($1 == "bond" && n >= 2) {
			count = split(f[2], slave, ",")
			line = ""
			for (i = 1; i <= count; i++) line = line (i > 1 ? "," : "") device(slave[i])
			gsub(/,/, " ", f[3])
			print "bond " f[1] " " line " " (f[3] != "" ? f[3] : "mode=balance-rr")
			if (f[4] != "") print "link " f[1] " mtu " f[4]
		} else
			print "p2v: network: not understood, ignored: " $0 >"/dev/stderr"
	}'
}

network_from_settings() {
	settings_all bond | sed 's/^/bond /' | network_from_links
	settings_all vlan | sed 's/^/vlan /' | network_from_links
	settings_all ip | network_from_ip
	{
		settings_all p2v.nameserver
		settings_all nameserver
	} | tr ',' '\n' | sed -n 's/^\([0-9A-Fa-f:.][0-9A-Fa-f:.]*\)$/nameserver \1/p'
}

# network_gather: all lines, into network.pending.
network_gather() {
	{
		if [ -e "$p2v_etc/p2v/network" ]; then
			cat "$p2v_etc/p2v/network"
		elif [ -e "$p2v_run/cloud/network" ]; then
			cat "$p2v_run/cloud/network"
		fi
		network_from_settings 2>>"$p2v_run/log"
	} | sed -e 's/#.*//' -e 's/^[[:blank:]]*//' -e '/^$/d' >"$p2v_run/network.pending"
	if ! grep -q -E '^(address|dhcp|dhcp6|link) ' "$p2v_run/network.pending" && ! settings_has ip; then
		echo 'dhcp any' >>"$p2v_run/network.pending"
	fi
}

# network_start: the first round, and a few more while links come up.
network_start() {
	network_gather
	for _ in 1 2 3 4 5 6; do
		network_apply
		grep -qv '^dhcp any' "$p2v_run/network.pending" || return 0
		sleep 0.5
	done
}
