# shellcheck shell=sh
# base.sh - the first things of the standalone initrd: where everything is, how
# to say something, the kernel's file systems, and drivers
#
# Every path comes from a variable, so that tests can point at a fake tree.
# shellcheck disable=SC2034 # variables for the files that are sourced after it

: "${p2v_proc:=/proc}"
: "${p2v_sys:=/sys}"
: "${p2v_dev:=/dev}"
: "${p2v_etc:=/etc}"                       # p2v/ in it: what was built or packed in
: "${p2v_run:=/run/p2v}"                   # what is found out at boot
: "${p2v_root_home:=/root}"
: "${p2v_lib:=/usr/lib/p2v-target}"
: "${p2v_ip:=ip}"
: "${p2v_modprobe:=/sbin/modprobe}"

# The consoles that people look at; the kernel's own ones until the settings
# are read.
p2v_consoles=console

# say TEXT: on every console, and into the log that `p2v-boot` and people can
# read later.
say() {
	printf 'p2v: %s\n' "$*" >>"$p2v_run/log"
	for p2v_tty in $p2v_consoles; do
		printf 'p2v: %s\r\n' "$*" 2>/dev/null >>"$p2v_dev/$p2v_tty" || :
	done
}

# uptime_seconds: whole seconds since the kernel started.
uptime_seconds() {
	read -r p2v_uptime p2v_rest <"$p2v_proc/uptime"
	echo "${p2v_uptime%%.*}"
}

# A root without a limit could take all memory, and then the kernel has no way
# out but to kill. (The kernel gives us such a one if there is root= on its
# command line.) Does not return if it moves.
base_limit_root() {
	if grep -q '^[^ ]* / [^ ]* [^ ]*size=' "$p2v_proc/mounts"; then
		return 0
	fi
	case $(grep '^[^ ]* / ' "$p2v_proc/mounts" | tail -n 1) in
	*' / rootfs '* | *' / ramfs '*) ;;
	*) return 0 ;;
	esac
	mkdir -p /newroot
	mount -t tmpfs -o mode=755 p2v /newroot || return 0
	for base_part in /*; do
		case $base_part in
		/newroot | /proc | /sys | /dev | /run) ;;
		*) cp -a "$base_part" /newroot/ || return 0 ;;
		esac
	done
	for base_part in proc sys dev run; do
		mkdir -p "/newroot/$base_part"
		umount "/$base_part/pts" 2>/dev/null || :
		umount "/$base_part" 2>/dev/null || :
	done
	exec busybox switch_root /newroot /init
}

base_mount() {
	[ -e "$p2v_proc/self" ] || mount -t proc -o nosuid,nodev,noexec proc /proc
	[ -e "$p2v_sys/kernel" ] || mount -t sysfs -o nosuid,nodev,noexec sys /sys
	grep -q ' /dev devtmpfs ' "$p2v_proc/mounts" || mount -t devtmpfs -o mode=755,nosuid dev /dev
	base_limit_root
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o mode=620,gid=5,ptmxmode=666 devpts /dev/pts 2>/dev/null || :
	mount -t tmpfs -o nosuid,nodev shm /dev/shm 2>/dev/null || :
	mount -t tmpfs -o mode=755,nosuid,nodev,size=25% run /run 2>/dev/null || :
	[ ! -d /sys/firmware/efi/efivars ] || mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null || :
	for base_link in 'fd /proc/self/fd' 'stdin /proc/self/fd/0' 'stdout /proc/self/fd/1' 'stderr /proc/self/fd/2'; do
		[ -e "/dev/${base_link%% *}" ] || ln -s "${base_link#* }" "/dev/${base_link%% *}"
	done
	mkdir -p "$p2v_run"
	# What the kernel leaves of an initrd that it did not understand wholly.
	rm -f /initrd.image
	ip link set lo up 2>/dev/null || :
	hostname p2v-target 2>/dev/null || :
	chmod 755 /
	# The banner should stay in sight; what the kernel says is in dmesg.
	echo 4 >/proc/sys/kernel/printk 2>/dev/null || :
}

# modaliases: what the kernel says that this machine's devices are, each once.
modaliases() {
	find "$p2v_sys/devices" -name modalias -exec cat {} + 2>/dev/null | sort -u
}

# Loads the drivers of all devices. A bus whose driver is loaded shows further
# devices, so it goes on until there is nothing new. Ends with status 1 if
# nothing was new at all.
base_modules() {
	base_new=1
	for base_round in 1 2 3 4 5; do
		modaliases >"$p2v_run/modaliases.new"
		if cmp -s "$p2v_run/modaliases.new" "$p2v_run/modaliases"; then
			return "$base_new"
		fi
		mv "$p2v_run/modaliases.new" "$p2v_run/modaliases"
		base_new=0
		# By its absolute path: busybox's xargs would take its own modprobe.
		tr '\n' '\000' <"$p2v_run/modaliases" | xargs -0 "$p2v_modprobe" -a -q -b -- 2>/dev/null || :
	done
}

# block_devices: the disks that are there, by name; no RAM disks and the like.
block_devices() {
	for base_block in "$p2v_sys"/block/*; do
		case ${base_block##*/} in
		'*' | loop* | ram* | zram* | fd* | nbd*) continue ;;
		esac
		read -r base_size <"$base_block/size" || continue
		[ "$base_size" = 0 ] || echo "${base_block##*/}"
	done
}
