#!/bin/sh
# standalone-network.t - what the standalone initrd makes of ip=, vlan=, bond=
# and a cloud-init volume, and what it does with the lines; under dash and
# busybox
#
# shellcheck disable=SC2016,SC2086,SC2115 # inner shells expand; "busybox sh" is words
. "$(dirname "$0")/../lib.sh"
need dash busybox

D=$ROOT/initrd/standalone
mkdir -p "$T/bin"

# from SHELL FUNCTION TEXT: what the function prints for TEXT.
from() {
	printf '%s\n' "$3" | p2v_run="$T/run" p2v_lib="$ROOT/initrd" p2v_sys="$T/sys" $1 -c ". '$D/base.sh'; . '$D/network.sh'; $2"
}

# run SHELL TEXT: on the machine in $T, with programs that note their calls.
run() {
	env PATH="$T/bin:$PATH" p2v_proc="$T/proc" p2v_sys="$T/sys" p2v_dev="$T/dev" p2v_etc="$T/etc" p2v_run="$T/run" \
		p2v_modprobe="$T/bin/modprobe" p2v_ip="$T/bin/ip" p2v_lib="$ROOT/initrd" network_udhcpc="$T/bin/udhcpc" \
		$1 -c "set -u; for part in base settings network cloud; do . '$D/'\$part.sh; done; p2v_lib='$ROOT/initrd'; $2"
}

# card NAME MAC CARRIER
card() {
	mkdir -p "$T/sys/class/net/$1/device"
	echo "$2" >"$T/sys/class/net/$1/address"
	echo 1 >"$T/sys/class/net/$1/type"
	echo "$3" >"$T/sys/class/net/$1/carrier"
}

fresh() {
	rm -rf "$T/sys" "$T/run" "$T/etc" "$T/proc" "$T/dev"
	mkdir -p "$T/sys/class/net/lo" "$T/run" "$T/etc/p2v" "$T/proc/sys/kernel" "$T/dev"
	: >"$T/dev/console"
	: >"$T/proc/cmdline"
	: >"$T/calls"
}

printf '#!/bin/sh\necho "ip $*" >>"%s/calls"\n[ ! -e "%s/ip-says" ] || . "%s/ip-says"\n' "$T" "$T" "$T" >"$T/bin/ip"
printf '#!/bin/sh\necho "udhcpc $*" >>"%s/calls"\n' "$T" >"$T/bin/udhcpc"
printf '#!/bin/sh\necho "modprobe $*" >>"%s/calls"\n' "$T" >"$T/bin/modprobe"
chmod 755 "$T"/bin/*

for shell in dash 'busybox sh'; do
	fresh
	check_eq "$shell: ip= in full" "$(from "$shell" network_from_ip \
		'192.0.2.7:192.0.2.99:192.0.2.1:255.255.254.0:web1:eth0:off:192.0.2.2:192.0.2.3:192.0.2.4')" \
		'hostname web1
address eth0 192.0.2.7/23
route eth0 default via 192.0.2.1
nameserver 192.0.2.2
nameserver 192.0.2.3'
	check_eq "$shell: ip= with a card's address, dashes" \
		"$(from "$shell" network_from_ip '192.0.2.7::198.51.100.1:32::52-54-00-AA-bb-cc:none')" \
		'address 52:54:00:aa:bb:cc 192.0.2.7/32
route 52:54:00:aa:bb:cc default via 198.51.100.1'
	check_eq "$shell: ip= with a card's address, colons" \
		"$(from "$shell" network_from_ip '192.0.2.7::192.0.2.1:24::52:54:00:AA:bb:cc:none:9.9.9.9')" \
		'address 52:54:00:aa:bb:cc 192.0.2.7/24
route 52:54:00:aa:bb:cc default via 192.0.2.1
nameserver 9.9.9.9'
	check_eq "$shell: ip= for IPv6" "$(from "$shell" network_from_ip '[2001:db8::7]::[fe80::1]:64::eth1:off:[2001:db8::53]')" \
		'address eth1 2001:db8::7/64
route eth1 default via fe80::1
nameserver 2001:db8::53'
	check_eq "$shell: words alone, and a device with a word" "$(from "$shell" network_from_ip 'dhcp
off
eth1:dhcp
52-54-00-00-00-01:dhcp6
:::::eth2:dhcp
eth3:auto6')" 'dhcp any
dhcp eth1
dhcp6 52:54:00:00:00:01
dhcp eth2
link eth3'
	check_eq "$shell: an address and dhcp is what to fall back to" \
		"$(from "$shell" network_from_ip '10.0.0.5::10.0.0.1:255.255.0.0::eth0:dhcp')" \
		'dhcp eth0 fallback 10.0.0.5/16 10.0.0.1'
	check_eq "$shell: an address alone has its class's mask" "$(from "$shell" network_from_ip '10.0.0.5
172.16.0.1
192.0.2.1')" 'address any 10.0.0.5/8
address any 172.16.0.1/16
address any 192.0.2.1/24'
	check_eq "$shell: vlan= and bond=" "$(from "$shell" network_from_links \
		'bond bond0:52-54-00-00-00-0A,eth1:mode=active-backup,miimon=100:1400
vlan bond0.5:bond0
vlan vlan0012:eth0')" 'bond bond0 52:54:00:00:00:0a,eth1 mode=active-backup miimon=100
link bond0 mtu 1400
vlan bond0.5 bond0 5
vlan vlan0012 eth0 12'

	# Lines are done once their card is there.
	fresh
	rm -f "$T/ip-says"
	card eth0 52:54:00:00:00:01 1
	printf '%s\n' 'p2v.mode=menu ip=192.0.2.7::192.0.2.1:24::52-54-00-00-00-02:none p2v.nameserver=9.9.9.9,8.8.8.8' >"$T/proc/cmdline"
	run "$shell" 'settings_read; network_gather; network_apply; network_apply'
	check_eq "$shell: without the card nothing is set" "$(grep -c address "$T/calls")" 0
	check_eq "$shell: the console says once that it waits" "$(grep -c 'waits: address 52:54:00:00:00:02' "$T/dev/console")" 1
	check_eq "$shell: the resolvers are written" "$(cat "$T/etc/resolv.conf")" "nameserver 9.9.9.9
nameserver 8.8.8.8"
	card eth7 52:54:00:00:00:02 1
	run "$shell" 'network_apply'
	check_eq "$shell: with it everything is" "$(grep -v '^ip link' "$T/calls")" \
		"ip address replace 192.0.2.7/24 dev eth7
ip -4 route replace default via 192.0.2.1 dev eth7"
	check_eq "$shell: and nothing is left" "$(cat "$T/run/network.pending")" ''

	# A gateway that is in no subnet.
	fresh
	card eth0 52:54:00:00:00:01 1
	# shellcheck disable=SC2016 # the fake expands it
	echo 'case "$*" in *default*) grep -q "198.51.100.1 dev eth0 scope link" '"$T/calls"' || { echo "Nexthop has invalid gateway" >&2; exit 2; } ;; esac' >"$T/ip-says"
	printf 'address 52:54:00:00:00:01 192.0.2.7/32\nroute 52:54:00:00:00:01 default via 198.51.100.1 metric 5 # comment\n' >"$T/etc/p2v/network"
	run "$shell" 'settings_read; network_gather; network_apply'
	check_eq "$shell: an on-link gateway gets a route first" "$(grep route "$T/calls")" \
		"ip -4 route replace default via 198.51.100.1 metric 5 dev eth0
ip -4 route replace 198.51.100.1 dev eth0 scope link
ip -4 route replace default via 198.51.100.1 metric 5 dev eth0"

	# What p2v-takeover writes.
	fresh
	rm -f "$T/ip-says"
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:02 1
	cat >"$T/etc/p2v/network" <<-X
		link 52:54:00:00:00:01 mtu 1400
		route - default metric 7 nexthop via 192.0.2.1 dev @52:54:00:00:00:01 nexthop via 192.0.3.1 dev @52:54:00:00:00:02
		route 52:54:00:00:00:01 -6 2001:db8::/32 via fe80::1 table 100
		route - blackhole 10.0.0.0/8
		rule from 192.0.2.0/24 table 100 priority 10
		rule -6 iif @52:54:00:00:00:02 lookup 100
		hostname old-name
		nonsense
		vlan v5 52:54:00:00:00:02 5
		bond b0 52:54:00:00:00:02 mode=1
	X
	run "$shell" 'settings_read; network_gather; network_apply'
	check_eq "$shell: links, nexthops, rules, names" "$(grep -v -e 'set eth[01] up' "$T/calls" | sed '/ip link add b0/q')" \
		"ip link set eth0 mtu 1400
ip -4 route replace default metric 7 nexthop via 192.0.2.1 dev eth0 nexthop via 192.0.3.1 dev eth1
ip -6 route replace 2001:db8::/32 via fe80::1 table 100 dev eth0
ip -4 route replace blackhole 10.0.0.0/8
ip -4 rule add from 192.0.2.0/24 table 100 priority 10
ip -6 rule add iif eth1 lookup 100
modprobe -q 8021q
ip link add link eth1 name v5 type vlan id 5
ip link set v5 up
modprobe -q bonding max_bonds=0
ip link add b0 type bond mode 1"
	check_eq "$shell: the name" "$(cat "$T/proc/sys/kernel/hostname")" old-name
	check_has "$shell: what is not understood is said" "$T/dev/console" 'not understood, ignored: nonsense'

	# Without anything: DHCP on every card, also on one that comes late.
	fresh
	card eth0 52:54:00:00:00:01 1
	# The real client goes on for ever, in a process of its own.
	run "$shell" 'network_client() { "$network_udhcpc" "$@"; }; settings_read; network_gather; network_apply; wait'
	check_has "$shell: DHCP is the default" "$T/calls" '-i eth0'
	check_has "$shell: and goes on waiting for further cards" "$T/run/network.pending" 'dhcp any'
	printf 'ip=off\n' >"$T/proc/cmdline"
	run "$shell" 'settings_read; network_gather'
	check_eq "$shell: but not with ip=off" "$(cat "$T/run/network.pending")" ''

	# The client's script.
	fresh
	lease() {
		env p2v_lib="$T/lib" p2v_sys="$T/sys" p2v_run="$T/run" p2v_dev="$T/dev" p2v_etc="$T/etc" p2v_ip="$T/bin/ip" interface=eth0 "$@"
	}
	mkdir -p "$T/lib"
	[ -e "$T/lib/standalone" ] || ln -s "$D" "$T/lib/standalone"
	lease ip=192.0.2.9 mask=32 router=192.0.2.1 dns='9.9.9.9' mtu=1450 $shell "$D/udhcpc" bound
	check_eq "$shell: a lease" "$(cat "$T/calls")" "ip link set eth0 mtu 1450
ip address replace 192.0.2.9/32 dev eth0
ip -4 route replace default via 192.0.2.1 dev eth0"
	: >"$T/calls"
	lease ip=192.0.2.10 mask=24 staticroutes='10.0.0.0/8 192.0.2.2 0.0.0.0/0 192.0.2.1' router=1.1.1.1 $shell "$D/udhcpc" renew
	check_eq "$shell: another address, and classless routes" "$(cat "$T/calls")" "ip address del 192.0.2.9/32 dev eth0
ip address replace 192.0.2.10/24 dev eth0
ip -4 route replace 10.0.0.0/8 via 192.0.2.2 dev eth0
ip -4 route replace 0.0.0.0/0 via 192.0.2.1 dev eth0"
	: >"$T/calls"
	lease P2V_FALLBACK=10.0.0.5/16 P2V_GATEWAY=10.0.0.1 $shell "$D/udhcpc" leasefail
	lease P2V_FALLBACK=10.0.0.5/16 P2V_GATEWAY=10.0.0.1 $shell "$D/udhcpc" leasefail
	check_eq "$shell: no answer: the static address, once" "$(cat "$T/calls")" "ip address replace 10.0.0.5/16 dev eth0
ip -4 route replace default via 10.0.0.1 dev eth0"
	check_has "$shell: the console says so" "$T/dev/console" 'DHCP on eth0 does not answer'
done
done_testing
