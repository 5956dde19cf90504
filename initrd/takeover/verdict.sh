# verdict.sh - may this machine be taken over, and how?
#
# Pure functions: facts (fact_*, of probe.sh, access.sh and image.sh) in, lines
# out. Every reason is found, not only the first:
#
#     refuse kexec TEXT     this method cannot be used
#     refuse any TEXT       none can
#     avoid kexec TEXT      it works, but the other method is the better choice
#     note any TEXT         what the user should know
#
# Memory is in KiB. Swap never counts: it is on the disk that must be let go.
#
# shellcheck shell=sh disable=SC2154,SC2034 # variables of p2v-takeover and its other files

# What the system in RAM needs beside its files: sshd, a receiver with several
# connections, and the kernel's own growth. Measured with a push in 256 MiB.
: "${verdict_reserve:=65536}"
# What a kernel takes for itself from the start.
: "${verdict_kernel:=65536}"
# PID 1 wants this much free in /run before it hands over.
: "${verdict_run:=16384}"

# verdict_fits METHOD HAVE NEED WHAT...: a refusal with the figures, or nothing.
verdict_fits() {
	verdict_method=$1 verdict_have=$2 verdict_need=$3
	shift 3
	[ "$verdict_need" -gt "${verdict_have:-0}" ] || return 0
	echo "refuse $verdict_method not enough RAM: $*: needs $(mib "$verdict_need"), has $(mib "${verdict_have:-0}"), missing $(mib $((verdict_need - ${verdict_have:-0}))) (swap does not count)"
}

# The image is read into RAM, the kernel copies it when it is loaded, and the
# new system unpacks it.
verdict_kexec_memory() {
	verdict_files=$((fact_image_kernel + fact_image_initrd))
	verdict_fits kexec "$fact_mem_available" "$((2 * verdict_files + fact_image_boot + 3 * fact_carried + 8192))" \
		"kernel and initrd, held twice while they are loaded"
	verdict_fits kexec "$fact_mem_total" \
		"$((fact_image_initrd + fact_image_unpacked + 2 * fact_carried + verdict_kernel + verdict_reserve / 2))" \
		"the bootstrap system, packed and unpacked, when it starts"
}

verdict_kexec() {
	[ -z "$fact_kexec_why" ] || echo "refuse kexec $fact_kexec_why"
	[ -z "$fact_kexec_caution" ] || echo "avoid kexec $fact_kexec_caution"
	if [ -z "$fact_image_kernel" ]; then
		echo "refuse kexec no kernel was given (--kernel)"
	else
		verdict_kexec_memory
	fi
	for verdict_driver in $fact_drivers; do
		case " $fact_image_modules " in
		*" $(echo "$verdict_driver" | tr - _) "*) ;;
		*) echo "refuse kexec the image has no driver $verdict_driver for a network card of this machine: build it with --modules most, or --modules ...,$verdict_driver" ;;
		esac
	done
}

verdict_pivot() {
	verdict_fits pivot "$fact_mem_available" "$((fact_image_unpacked - fact_image_modules_size + fact_carried + verdict_reserve))" \
		"the bootstrap system's files and what it needs to run"
	case $fact_init in
	systemd)
		[ "$fact_run_free" -ge "$verdict_run" ] ||
			echo "refuse pivot systemd needs $(mib "$verdict_run") free in /run to hand over, and only $(mib "$fact_run_free") is free"
		;;
	sysvinit | busybox | s6) ;;
	*) echo "refuse pivot PID 1 is $fact_init: only systemd, sysvinit, busybox and s6 are supported" ;;
	esac
	[ -z "$fact_remote" ] ||
		echo "note pivot network file systems are released without being flushed if their server does not answer: $fact_remote"
	for verdict_layer in $fact_stack; do
		verdict_stack "$verdict_layer"
	done
	case $fact_root_type in
	nfs | nfs4 | cifs | smb3 | 9p | ceph)
		echo "note pivot / is a network file system ($fact_root_source)" ;;
	esac
}

# verdict_stack LAYER: what takes it down must be in the image.
verdict_stack() {
	case $1 in
	lvm) verdict_tool=lvm verdict_package=lvm2 ;;
	crypt | dm) verdict_tool=dmsetup verdict_package=dmsetup ;;
	md) verdict_tool=mdadm verdict_package=mdadm ;;
	iscsi | nbd)
		echo "refuse pivot a disk is reached by $1, which needs a program of the old system to stay alive"
		return
		;;
	*) return ;;
	esac
	case " $fact_image_tools " in
	*" $verdict_tool "*) ;;
	*) echo "refuse pivot a disk in use is under $1, and the image has no $verdict_tool to release it: build it with --with $verdict_package" ;;
	esac
}

verdict_access() {
	[ "$fact_keys" -gt 0 ] ||
		echo "refuse any nobody could log in afterwards: root has no authorized key that can be carried over (--authorized-keys FILE adds some)"
	case $fact_access in
	lost) echo "refuse any the key that you logged in with ($fact_access_key) would not let you in again: add it with --authorized-keys" ;;
	password) echo "refuse any you logged in with a password, and the bootstrap system accepts keys only: add yours with --authorized-keys" ;;
	unknown) echo "note any which key you logged in with is not recorded here; $fact_keys keys are carried over" ;;
	esac
	[ "${fact_keys_left:-0}" = 0 ] ||
		echo "note any $fact_keys_left authorized keys are bound to a command, address or authority and stay behind"
	if [ -n "$fact_arrival" ] && [ -z "$fact_arrival_device" ]; then
		echo "refuse any your session arrives at $fact_arrival, which is not on a network device that can be carried over (WLAN, tunnel, or address translation on this machine?)"
	fi
	[ "$fact_addresses" -gt 0 ] ||
		echo "refuse any no network card has an address"
}

verdict_machine() {
	[ "$fact_uid" = 0 ] || echo "refuse any this needs root"
	[ -z "$fact_container" ] || echo "refuse any this is a container, which has no kernel and no disk of its own"
	case $fact_image_machine in
	'' | "$fact_machine") ;;
	*) echo "refuse any the image is made for $fact_image_machine, this machine is $fact_machine" ;;
	esac
	[ -z "$fact_image_why" ] || echo "refuse any $fact_image_why"
	case $fact_root_type in
	tmpfs | rootfs | ramfs) echo "note any / is in RAM already ($fact_root_type)" ;;
	esac
	[ -z "$fact_watchdog" ] ||
		echo "note any a watchdog is counting down:$fact_watchdog; it will be stopped, or fed if that fails"
	[ "${fact_swap_used:-0}" -le 0 ] ||
		echo "note any $(mib "$fact_swap_used") is in swap, which is on a disk: not counted as memory"
}

# verdict_all: every line. verdict_choose METHOD LINES: the method that is
# used, or nothing.
verdict_all() {
	verdict_machine
	verdict_access
	verdict_kexec
	verdict_pivot
}

verdict_possible() {
	! echo "$2" | grep -q -e "^refuse $1 " -e '^refuse any '
}

verdict_choose() {
	case $1 in
	auto)
		if verdict_possible kexec "$2" && ! echo "$2" | grep -q '^avoid kexec '; then
			echo kexec
		elif verdict_possible pivot "$2"; then
			echo pivot
		elif verdict_possible kexec "$2"; then
			echo kexec
		fi
		;;
	*) ! verdict_possible "$1" "$2" || echo "$1" ;;
	esac
}

# verdict_why METHOD CHOSEN LINES: one sentence.
verdict_why() {
	if [ "$1" != auto ]; then
		echo "--method $1 was asked for"
	elif [ "$2" = kexec ]; then
		echo "there are no objections to starting a fresh kernel"
	elif [ "$2" = pivot ]; then
		echo "this kernel stays, because $(echo "$3" | sed -n 's/^\(refuse\|avoid\) kexec //p' | head -n 1)"
	else
		echo "neither method is possible"
	fi
}
