#!/bin/sh
# takeover-net.t - how p2v-takeover writes down a network: on made-up trees and
# texts in iproute2's form, under each shell that may run it
#
# shellcheck disable=SC2016 # the inner shell expands

. "$(dirname "$0")/../lib.sh"
need dash busybox

F=$T/fake

# inside SHELL SCRIPT
inside() {
	# shellcheck disable=SC2086 # "busybox sh" is two words
	net_root=$F net_ip="$F/ip" $1 -c ". '$ROOT/initrd/takeover/network.sh'; $2"
}

# card NAME MAC
card() {
	mkdir -p "$F/sys/class/net/$1/device"
	echo "$2" >"$F/sys/class/net/$1/address"
	echo "${3:-1500}" >"$F/sys/class/net/$1/mtu"
}

# What stands on others.
virtual() {
	mkdir -p "$F/sys/class/net/$1/$2"
	echo "02:00:00:00:00:ff" >"$F/sys/class/net/$1/address"
	echo 1500 >"$F/sys/class/net/$1/mtu"
}

make_fake() {
	rm -rf "$F"
	mkdir -p "$F/sys/class/net" "$F/proc/net/vlan" "$F/proc/sys/kernel" "$F/etc" \
		"$F/run/systemd/resolve"
	echo box >"$F/proc/sys/kernel/hostname"
	: >"$F/etc/resolv.conf"
	# ip -N -o [-4|-6] WHAT show ...
	cat >"$F/ip" <<-'X'
		#!/bin/sh
		[ ! -e "${0%/*}/old" ] || [ "$1" != -N ] || exit 1
		[ "$1" != -N ] || shift
		shift
		family=
		case $1 in -?) family=$1; shift ;; esac
		cat "${0%/*}/$1$family" 2>/dev/null
	X
	chmod +x "$F/ip"
}

# An ordinary machine, with what is not to be carried as well.
fake_plain() {
	make_fake
	card ens3 52:54:00:12:34:56 1450
	card ens4 52:54:00:12:34:57
	virtual docker0 bridge
	virtual tun0 queues
	mkdir -p "$F/sys/class/net/wlan0/device" "$F/sys/class/net/wlan0/wireless"
	cat >"$F/addr" <<-'X'
		1: lo    inet 127.0.0.1/8 scope 254 lo\       valid_lft forever preferred_lft forever
		2: ens3    inet 192.0.2.9/32 brd 192.0.2.9 scope 0 dynamic ens3\       valid_lft 3200sec preferred_lft 3200sec
		2: ens3    inet 192.0.2.10/24 brd 192.0.2.255 scope 0 secondary noprefixroute ens3:1\       valid_lft forever preferred_lft forever
		2: ens3    inet6 2001:db8::9/64 scope 0 dynamic mngtmpaddr \       valid_lft 86sec preferred_lft 14sec
		2: ens3    inet6 2001:db8::77/64 scope 0 temporary dynamic \       valid_lft 86sec preferred_lft 14sec
		2: ens3    inet6 fe80::9/64 scope 253 \       valid_lft forever preferred_lft forever
		3: ens4    inet 198.51.100.1 peer 198.51.100.2/32 scope 0 ens4\       valid_lft forever preferred_lft forever
		4: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope 0 docker0\       valid_lft forever preferred_lft forever
		5: wlan0    inet 10.9.9.9/24 scope 0 wlan0\       valid_lft forever preferred_lft forever
	X
	cat >"$F/route-4" <<-'X'
		default via 192.0.2.1 dev ens3 proto 4 metric 100 onlink linkdown
		default via 192.0.2.1 dev ens3 table 100 onlink
		192.0.2.0/24 dev ens3 proto 2 scope 253 src 192.0.2.10
		10.1.0.0/16 dev ens4 scope 253 src 198.51.100.1 mtu lock 1400
		172.17.0.0/16 dev docker0 proto 2 scope 253 src 172.17.0.1
		172.18.0.0/16 via 172.17.0.9 dev docker0
		10.2.0.0/16 proto 4 metric 20 \	nexthop via 192.0.2.1 dev ens3 weight 1 \	nexthop via 198.51.100.2 dev ens4 weight 3 onlink
		blackhole 203.0.113.0/24 metric 5
		local 192.0.2.9 dev ens3 table 255 proto 2 scope 254 src 192.0.2.9
	X
	cat >"$F/route-6" <<-'X'
		2001:db8::/64 dev ens3 proto 2 metric 256 expires 86sec pref medium
		default via fe80::1 dev ens3 proto 9 metric 1024 expires 1797sec hoplimit 64 pref medium
		unreachable 2001:db8:1::/48 dev lo metric 1024 error -101 pref medium
	X
	printf '0:\tfrom all lookup 255\n100:\tfrom 192.0.2.9 fwmark 0x1 lookup 100\n200:\tfrom all iif ens9 [detached] lookup 7\n32766:\tfrom all lookup 254\n' >"$F/rule-4"
	printf 'nameserver 192.0.2.53\nsearch example.org a.example.org\n' >"$F/etc/resolv.conf"
}

test_plain() {
	fake_plain
	cat >"$T/want" <<-'X'
		link 52:54:00:12:34:56 mtu 1450
		link 52:54:00:12:34:57
		address 52:54:00:12:34:56 192.0.2.9/32 brd 192.0.2.9 scope 0
		address 52:54:00:12:34:56 192.0.2.10/24 brd 192.0.2.255 scope 0 noprefixroute
		address 52:54:00:12:34:56 2001:db8::9/64 scope 0
		address 52:54:00:12:34:57 198.51.100.1 peer 198.51.100.2/32 scope 0
		route 52:54:00:12:34:57 -4 10.1.0.0/16 scope 253 src 198.51.100.1 mtu lock 1400
		route - -4 blackhole 203.0.113.0/24 metric 5
		route 52:54:00:12:34:56 -4 default via 192.0.2.1 proto 4 metric 100 onlink
		route 52:54:00:12:34:56 -4 default via 192.0.2.1 table 100 onlink
		route - -4 10.2.0.0/16 proto 4 metric 20 nexthop via 192.0.2.1 dev @52:54:00:12:34:56 weight 1 nexthop via 198.51.100.2 dev @52:54:00:12:34:57 weight 3 onlink
		route - -6 unreachable 2001:db8:1::/48 metric 1024 pref medium
		route 52:54:00:12:34:56 -6 default via fe80::1 proto 9 metric 1024 hoplimit 64 pref medium
		rule -4 pref 100 from 192.0.2.9 fwmark 0x1 lookup 100
		rule -4 pref 200 from all iif ens9 lookup 7
		nameserver 192.0.2.53
		search example.org a.example.org
		hostname box
	X
	inside "$1" "net_capture kexec '$T/devices'" >"$T/got"
	check "$1: addresses, routes with every flag, rules, resolvers" diff "$T/want" "$T/got"
	inside "$1" "net_capture pivot '$T/devices'" >"$T/got"
	check "$1: the same kernel has its rules already" sh -c "grep -v '^rule' '$T/want' | diff - '$T/got'"
	check_eq "$1: the card that has an address" \
		"$(inside "$1" "net_device_of '$T/want' 192.0.2.10")" 52:54:00:12:34:56
	check_eq "$1: an address that is not carried has none" "$(inside "$1" "net_device_of '$T/want' 10.9.9.9")" ''
	check_eq "$1: cards that are in use" "$(inside "$1" net_used_cards | tr '\n' ' ')" 'ens3 ens4 '
	: >"$F/old"
	inside "$1" "net_capture kexec '$T/devices'" >"$T/got"
	check "$1: an older ip without -N" diff "$T/want" "$T/got"
}

test_stacked() {
	make_fake
	card eth0 02:00:00:00:00:01
	card eth1 02:00:00:00:00:02
	for port in eth0 eth1; do
		mkdir -p "$F/sys/class/net/$port/bonding_slave"
		mv "$F/sys/class/net/$port/address" "$F/sys/class/net/$port/bonding_slave/perm_hwaddr"
		echo 02:00:00:00:00:01 >"$F/sys/class/net/$port/address"
	done
	virtual bond0 bonding
	echo 'eth0 eth1' >"$F/sys/class/net/bond0/bonding/slaves"
	echo 'active-backup 1' >"$F/sys/class/net/bond0/bonding/mode"
	echo 100 >"$F/sys/class/net/bond0/bonding/miimon"
	virtual bond0.5 lower_bond0
	printf 'bond0.5  VID: 5\t REORDER_HDR: 1  dev->priv_flags: 1021\nDevice: bond0\n' >"$F/proc/net/vlan/bond0.5"
	virtual br0 bridge
	mkdir -p "$F/sys/class/net/br0/brif/bond0.5" "$F/sys/class/net/br0/brif/vnet0"
	virtual vnet0 queues
	virtual virbr0 bridge
	echo '7: br0    inet 192.0.2.9/24 scope 0 br0\       valid_lft forever' >"$F/addr"
	echo 'default via 192.0.2.1 dev br0' >"$F/route-4"
	cat >"$T/want" <<-'X'
		link 02:00:00:00:00:01
		link 02:00:00:00:00:02
		bond bond0 02:00:00:00:00:01,02:00:00:00:00:02 mode=active-backup miimon=100
		link bond0
		vlan bond0.5 bond0 5
		link bond0.5
		address bond0.5 192.0.2.9/24 scope 0
		route bond0.5 -4 default via 192.0.2.1
		hostname box
	X
	inside "$1" "net_capture kexec '$T/devices'" >"$T/got"
	check "$1: a bridge on a VLAN on a bond" diff "$T/want" "$T/got"
	inside "$1" "net_capture pivot '$T/devices'" >"$T/got"
	check "$1: after a pivot the bridge is still there" grep -qx 'address br0 192.0.2.9/24 scope 0' "$T/got"
	check_eq "$1: the cards below it" "$(inside "$1" net_used_cards | tr '\n' ' ')" 'eth0 eth1 '
}

test_resolvers() {
	make_fake
	card eth0 02:00:00:00:00:01
	echo 'nameserver 127.0.0.53' >"$F/etc/resolv.conf"
	check_eq "$1: a resolver on this machine is not carried" "$(inside "$1" net_resolvers)" ''
	printf 'nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch x.example\n' >"$F/run/systemd/resolve/resolv.conf"
	check_eq "$1: but what it asks is" "$(inside "$1" net_resolvers | tr '\n' ';')" \
		'nameserver 192.0.2.53;nameserver 2001:db8::53;search x.example;'
}

for shell in dash 'busybox sh'; do
	test_plain "$shell"
	test_stacked "$shell"
	test_resolvers "$shell"
done
done_testing
