# probe.sh - what p2v-takeover must know about the machine before it decides
#
# Reads only. Every path is below $probe_root, so that tests can show it trees
# of machines that we do not have. Each function sets the fact_ variables that
# its comment names; verdict.sh draws the conclusions.
#
# shellcheck shell=sh disable=SC2034 # verdict.sh uses the facts

: "${probe_root:=}"
: "${probe_systemctl:=systemctl}"

# fact_mem_total, fact_mem_available, fact_swap_used (KiB).
probe_memory() {
	fact_mem_total=$(probe_meminfo MemTotal)
	fact_mem_available=$(probe_meminfo MemAvailable)
	probe_swap_total=$(probe_meminfo SwapTotal)
	probe_swap_free=$(probe_meminfo SwapFree)
	fact_swap_used=$((${probe_swap_total:-0} - ${probe_swap_free:-0}))
	fact_run_free=$(df -kP "$probe_root/run" 2>/dev/null | awk 'END { print $4 + 0 }')
}

probe_meminfo() {
	awk -v key="$1:" '$1 == key { print $2 }' "$probe_root/proc/meminfo"
}

# fact_machine: as uname -m.
probe_machine() {
	fact_machine=${probe_machine_name:-$(uname -m)}
}

# fact_kexec_why: empty when the kernel lets itself be replaced.
# fact_kexec_caution: why it may go wrong all the same.
probe_kexec() {
	fact_kexec_why='' fact_kexec_caution=''
	probe_lockdown=$(cat "$probe_root/sys/kernel/security/lockdown" 2>/dev/null || :)
	probe_disabled=$(cat "$probe_root/proc/sys/kernel/kexec_load_disabled" 2>/dev/null || :)
	if [ ! -e "$probe_root/sys/kernel/kexec_loaded" ]; then
		fact_kexec_why="this kernel was built without kexec (CONFIG_KEXEC)"
	elif [ "${probe_disabled:-0}" != 0 ]; then
		fact_kexec_why="kexec was switched off until the next boot (kernel.kexec_load_disabled is $probe_disabled)"
	else
		case $probe_lockdown in
		*\[integrity\]* | *\[confidentiality\]*)
			fact_kexec_why="the kernel is locked down (Secure Boot) and starts signed kernels only"
			;;
		esac
	fi
	[ -n "$fact_kexec_why" ] || probe_xen
	case $fact_machine in
	x86_64 | aarch64) ;;
	*) fact_kexec_caution="kexec is untried on $fact_machine, where other processors may not come back" ;;
	esac
}

# A paravirtual Xen guest has no hardware that a new kernel could take over.
probe_xen() {
	[ "$(cat "$probe_root/sys/hypervisor/type" 2>/dev/null)" = xen ] || return 0
	if grep -q control_d "$probe_root/proc/xen/capabilities" 2>/dev/null; then
		fact_kexec_why="this is Xen's own dom0: the hypervisor below it would be lost"
		return
	fi
	case $(cat "$probe_root/sys/hypervisor/guest_type" 2>/dev/null) in
	HVM) fact_kexec_caution="kexec in a Xen HVM guest can lose its paravirtual devices" ;;
	*) fact_kexec_why="a paravirtual Xen guest cannot replace its kernel" ;;
	esac
}

# fact_init: systemd, sysvinit, busybox, s6, or the program's name.
# fact_systemd_version: a number, 0 for other inits.
probe_init() {
	fact_systemd_version=0
	probe_exe=$(readlink "$probe_root/proc/1/exe" 2>/dev/null || :)
	probe_comm=$(cat "$probe_root/proc/1/comm" 2>/dev/null || :)
	case ${probe_exe##*/} in
	systemd)
		fact_init=systemd
		fact_systemd_version=$($probe_systemctl --version 2>/dev/null |
			sed -n 's/^systemd \([0-9]*\).*/\1/p')
		: "${fact_systemd_version:=0}"
		;;
	busybox*) fact_init=busybox ;;
	s6-svscan) fact_init=s6 ;;
	init)
		fact_init=init
		if [ -e "$probe_root/run/initctl" ] || [ -e "$probe_root/dev/initctl" ]; then
			fact_init=sysvinit
		fi
		;;
	*) fact_init=${probe_exe##*/} ;;
	esac
	: "${fact_init:=${probe_comm:-unknown}}"
}

# fact_container: not a machine of its own.
probe_container() {
	fact_container=
	if [ -e "$probe_root/run/systemd/container" ] || [ -e "$probe_root/.dockerenv" ] ||
		tr '\000' '\n' <"$probe_root/proc/1/environ" 2>/dev/null | grep -q '^container='; then
		fact_container=yes
	fi
}

# fact_root_type, fact_root_source: what / is. fact_remote: file systems that
# need a program or the network to stay.
probe_mounts() {
	fact_root_type=$(awk '$2 == "/" { type = $3 } END { print type }' "$probe_root/proc/mounts")
	fact_root_source=$(awk '$2 == "/" { source = $1 } END { print source }' "$probe_root/proc/mounts")
	fact_remote=$(awk '
		$3 ~ /^(nfs|nfs4|cifs|smb3|9p|ceph|glusterfs|fuse\.sshfs|afs)$/ { print $2 }' \
		"$probe_root/proc/mounts" | tr '\n' ' ')
	fact_devices=$(probe_devices | sort -u)
	fact_stack=$(for probe_each in $fact_devices; do probe_layers "$probe_each"; done |
		sort -u | tr '\n' ' ')
}

# The block devices in use as "MAJOR:MINOR", by mounts and as swap. The number
# that a mount shows is an invention with btrfs, so the node is asked.
probe_devices() {
	{
		awk '$1 ~ /^\/dev\// { print $1 }' "$probe_root/proc/mounts"
		awk 'NR > 1 && $2 == "partition" { print $1 }' "$probe_root/proc/swaps" 2>/dev/null
	} | sort -u | while read -r probe_node; do
		probe_number "$probe_node"
	done
}

probe_number() {
	probe_hex=$(stat -L -c '%t:%T' "$probe_root$1" 2>/dev/null) || return 0
	case $probe_hex in
	0:0) ;;
	*) echo "$((0x${probe_hex%:*})):$((0x${probe_hex#*:}))" ;;
	esac
}

# probe_layers MAJOR:MINOR: lvm, crypt, dm, md, loop, nbd, iscsi: what is
# between this device and a disk.
probe_layers() {
	probe_dir=$probe_root/sys/dev/block/$1
	case $(cat "$probe_dir/dm/uuid" 2>/dev/null) in
	LVM-*) echo lvm ;;
	CRYPT-*) echo crypt ;;
	?*) echo dm ;;
	esac
	[ ! -d "$probe_dir/md" ] || echo md
	[ ! -d "$probe_dir/loop" ] || echo loop
	case $(readlink -f "$probe_dir") in
	*/session[0-9]*) echo iscsi ;;
	*/block/nbd*) echo nbd ;;
	esac
	for probe_slave in "$probe_dir"/slaves/*; do
		[ -r "$probe_slave/dev" ] || continue
		# A subshell, because the names here are used again below.
		(probe_layers "$(cat "$probe_slave/dev")")
	done
}

# fact_drivers: the modules of the cards in the list $1.
probe_drivers() {
	fact_drivers=
	for probe_card in $1; do
		probe_link=$(readlink "$probe_root/sys/class/net/$probe_card/device/driver/module" 2>/dev/null) ||
			probe_link=$(readlink "$probe_root/sys/class/net/$probe_card/device/driver" 2>/dev/null) ||
			continue
		fact_drivers="$fact_drivers ${probe_link##*/}"
	done
}

# fact_watchdog: watchdogs that count down and would reset the machine.
probe_watchdog() {
	fact_watchdog=
	for probe_dog in "$probe_root"/sys/class/watchdog/watchdog*; do
		[ "$(cat "$probe_dog/state" 2>/dev/null)" = active ] || continue
		fact_watchdog="$fact_watchdog ${probe_dog##*/}"
	done
}

probe_all() {
	probe_memory
	probe_machine
	probe_kexec
	probe_init
	probe_container
	probe_mounts
	probe_watchdog
}
