# lib.sh - what the Ganeti OS scripts share (POSIX sh)
#
# Ganeti describes the instance by environment variables; the interface is
# ganeti-os-interface(7), version 20. An administrator's defaults for every
# instance are in /etc/default/p2v-target, a variant's in variants/NAME.conf,
# and an instance's own parameters (OSP_*) win.
#
# shellcheck shell=sh disable=SC2034 # the scripts use what is set here

: "${GANETI_DEFAULTS:=/etc/default/p2v-target}"

gnt_operands= # what verify takes

gnt_say() {
	echo "p2v-target: $*"
}

gnt_die() {
	echo "p2v-target: $*" >&2
	exit 1
}

gnt_usage() {
	cat <<EOF
usage: $(basename "$0")$gnt_operands

One of the scripts of the Ganeti OS definition 'p2v-target'. Ganeti calls it
with the environment that ganeti-os-interface(7) describes; see also
p2v-instance(8), "Ganeti".
EOF
}

# gnt_arguments "$@": none is expected; usage on -h, and when there are some.
gnt_arguments() {
	case ${1:-} in
	'') ;;
	-h | --help)
		gnt_usage
		exit 0
		;;
	*)
		gnt_usage >&2
		exit 1
		;;
	esac
}

# The three layers of configuration, into SSH_KEY, NETWORK, SIZE, SUITE,
# MIRROR, RESCUE_SHELL, CACHE (package trees for the next instance).
gnt_configure() {
	SSH_KEY='' NETWORK=auto SIZE='' SUITE='' MIRROR='' RESCUE_SHELL=no
	CACHE=/var/cache/p2v-target
	gnt_variant=${OS_VARIANT:-default}
	case $gnt_variant in
	*[!A-Za-z0-9_-]*) gnt_die "the variant '$gnt_variant' has a strange name" ;;
	esac
	[ -r "$HERE/variants/$gnt_variant.conf" ] || gnt_die "there is no variant '$gnt_variant'"
	if [ -r "$GANETI_DEFAULTS" ]; then
		# shellcheck source=/dev/null # the administrator's
		. "$GANETI_DEFAULTS"
	fi
	# shellcheck source=/dev/null # one assignment
	. "$HERE/variants/$gnt_variant.conf"
	SSH_KEY=${OSP_SSH_KEY:-$SSH_KEY}
	NETWORK=${OSP_NETWORK:-$NETWORK}
	SIZE=${OSP_SIZE:-$SIZE}
	SUITE=${OSP_SUITE:-$SUITE}
	MIRROR=${OSP_MIRROR:-$MIRROR}
	RESCUE_SHELL=${OSP_RESCUE_SHELL:-$RESCUE_SHELL}
}

# gnt_check: each parameter by itself, without looking at the node's disks:
# Ganeti calls it on every node. Prints all that is wrong.
gnt_check() {
	gnt_wrong=
	gnt_check_key
	gnt_check_network
	case $SIZE in
	'' | [1-9]*[0-9GMT] | [1-9]) ;;
	*) gnt_complain "size is a number with M, G or T, not '$SIZE'" ;;
	esac
	case ${SIZE%[GMT]} in
	*[!0-9]* | ?????????????*) gnt_complain "size is no sensible number: '$SIZE'" ;;
	esac
	case $SUITE in *[!a-z0-9-]*) gnt_complain "suite is a Debian release, not '$SUITE'" ;; esac
	case $MIRROR in
	'' | http://* | https://* | file:///*) ;;
	*) gnt_complain "mirror is a URL, not '$MIRROR'" ;;
	esac
	case $MIRROR in *[!A-Za-z0-9.:/_+~@%-]*) gnt_complain "mirror has strange characters" ;; esac
	case $RESCUE_SHELL in
	yes | no) ;;
	*) gnt_complain "rescue_shell is yes or no, not '$RESCUE_SHELL'" ;;
	esac
	[ -z "$gnt_wrong" ]
}

gnt_check_key() {
	case $SSH_KEY in
	'' | /* | ssh-*\ AAAA* | ecdsa-*\ AAAA* | sk-*\ AAAA*) ;;
	*) gnt_complain "ssh_key is neither a public key nor the absolute name of a file" ;;
	esac
	case $SSH_KEY in
	*"
"*) gnt_complain "ssh_key has several lines: name a file instead" ;;
	esac
}

gnt_check_network() {
	case $NETWORK in
	dhcp | auto | 'static address='*/*) ;;
	*) gnt_complain "network is dhcp, auto, or 'static address=A/BITS gateway=B dns=C', not '$NETWORK'" ;;
	esac
	case $NETWORK in
	*[!A-Za-z0-9.:/=\ ]*) gnt_complain "network has strange characters: '$NETWORK'" ;;
	esac
}

gnt_complain() {
	gnt_wrong=yes
	echo "p2v-target: $*" >&2
}

# gnt_disk INDEX: the path of a disk, as a file or a block device.
gnt_disk() {
	case $1 in '' | *[!0-9]*) gnt_die "'$1' is not a disk number" ;; esac
	eval "gnt_path=\${DISK_$1_PATH:-}"
	[ -n "$gnt_path" ] ||
		gnt_die "disk $1 has no path on this node (only a URI?): its access must be kernelspace"
	[ -b "$gnt_path" ] || [ -f "$gnt_path" ] || gnt_die "disk $1: $gnt_path is not a disk"
	echo "$gnt_path"
}

# gnt_size PATH: bytes.
gnt_size() {
	if [ -b "$1" ]; then
		blockdev --getsize64 "$1"
	else
		stat -c %s "$1"
	fi
}

# gnt_network: for p2v-instance. "auto" takes the first card's address when
# Ganeti knows it together with its network; an address without a prefix
# length would be a guess.
gnt_network() {
	[ "$NETWORK" = auto ] || {
		echo "$NETWORK"
		return
	}
	case ${NIC_0_NETWORK_SUBNET:-} in
	*/*)
		if [ -n "${NIC_0_IP:-}" ]; then
			gnt_static="static address=$NIC_0_IP/${NIC_0_NETWORK_SUBNET##*/}"
			echo "$gnt_static${NIC_0_NETWORK_GATEWAY:+ gateway=$NIC_0_NETWORK_GATEWAY}"
			return
		fi
		;;
	esac
	echo dhcp
}

# gnt_instance: where p2v-instance is: in the source tree, or installed under
# the same prefix. Ganeti's PATH has no /usr/local.
gnt_instance() {
	for gnt_program in "$HERE/../p2v-instance" "$HERE/../../../../bin/p2v-instance"; do
		if [ -x "$gnt_program" ]; then
			readlink -f "$gnt_program"
			return
		fi
	done
	gnt_die "p2v-instance is not installed beside $HERE"
}

gnt_cleanup=

gnt_on_exit() {
	gnt_cleanup="$1
$gnt_cleanup"
}

gnt_exit() {
	gnt_status=$?
	trap - EXIT HUP INT TERM
	set +e
	eval "$gnt_cleanup"
	exit "$gnt_status"
}

gnt_trap() {
	trap gnt_exit EXIT
	trap 'exit 129' HUP INT TERM
}

# gnt_attach PATH [BYTES]: a loop device over it, in $gnt_loop.
gnt_attach() {
	gnt_loop=$(losetup -f --show ${2:+--sizelimit "$2"} "$1") ||
		gnt_die "cannot set up a loop device for $1"
	gnt_on_exit "losetup -d '$gnt_loop'"
}

# Bytes of 2G, 512M, 4096; nothing of nothing.
gnt_bytes() {
	case $1 in
	*M) echo $((${1%M} * 1048576)) ;;
	*G) echo $((${1%G} * 1073741824)) ;;
	*T) echo $((${1%T} * 1099511627776)) ;;
	*) echo "$1" ;;
	esac
}
