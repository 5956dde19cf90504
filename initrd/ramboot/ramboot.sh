# ramboot.sh - move the mounted root file system into RAM (POSIX sh, for busybox)
#
# These functions run inside the initramfs, after the root disk was mounted
# and before it becomes "/". The order of work is ramboot_run's; the callers
# (initramfs-tools, dracut, mkinitcpio) only choose the moment for ramboot_step, and
# what to do when it fails.
#
# Nothing here decides silently: a function that cannot do its part puts the
# reason into $ramboot_error and returns 1, and a root that is not complete in
# RAM is never put in place.
#
# Every path comes from a variable, so that tests can point at a fake tree.
# Numbers are KiB unless the name says otherwise.
#
# shellcheck shell=sh disable=SC2034 # what callers use

: "${ramboot_root:=${rootmnt:-/root}}"        # where the disk is mounted
: "${ramboot_dest:=/ramroot}"                 # where the copy is built
: "${ramboot_proc:=/proc}"
: "${ramboot_sys:=/sys}"
: "${ramboot_state:=/run/p2v}"                # marker and scratch lists
: "${ramboot_console:=/dev/console}"
: "${ramboot_tools:=/usr/lib/p2v-ramboot}"    # GNU cp, find and getfattr
: "${ramboot_conf:=/conf/p2v-ramboot.conf}"
: "${ramboot_mount:=mount}"
: "${ramboot_umount:=umount}"
: "${ramboot_pause:=1}"                       # seconds, longer with each try

# What the system in RAM needs beside its files: the kernel's own growth,
# init, sshd and a receiver. Measured with p2v-instance's root: 60 MiB.
: "${ramboot_reserve:=65536}"

# Memory that one file costs in tmpfs apart from its data (inode, directory
# entry, attributes).
ramboot_inode_cost=1

# What these functions call, for builders whose initramfs may lack some of it.
# cp, find and getfattr must be the GNU ones.
ramboot_programs='cp find getfattr awk cat cut df grep head mkdir mount rm sed sleep stat
tr umount wc xargs'

ramboot_error=

ramboot_say() {
	echo "p2v-ramboot: $*" 2>/dev/null >>"$ramboot_console" || echo "p2v-ramboot: $*"
}

ramboot_fail() {
	ramboot_error="p2v-ramboot: $*"
	return 1
}

ramboot_mib() {
	echo "$((($1 + 1023) / 1024)) MiB"
}

# For builders: the configuration of an initramfs that is built for the move. One
# that merely has the hook installed has none, and waits for p2v.ramboot=on.
ramboot_built_in() {
	[ "${P2V_RAMBOOT:-off}" = on ] || return 0
	echo 'ramboot_wanted=on'
	[ -z "${P2V_RESERVE:-}" ] || echo "ramboot_reserve=$((P2V_RESERVE * 1024))"
}

# Configuration first, then the kernel command line, which wins:
# p2v.ramboot=on|off, p2v.ramboot_reserve=MIB.
ramboot_configure() {
	ramboot_wanted=off
	if [ -r "$ramboot_conf" ]; then
		# shellcheck source=/dev/null # one line, written by the hook
		. "$ramboot_conf"
	fi
	ramboot_words=$(cat "$ramboot_proc/cmdline" 2>/dev/null || true)
	for ramboot_word in $ramboot_words; do
		case $ramboot_word in
		p2v.ramboot | p2v.ramboot=on) ramboot_wanted=on ;;
		p2v.ramboot=off) ramboot_wanted=off ;;
		p2v.ramboot=*) ramboot_say "$ramboot_word is neither on nor off: ignored" ;;
		p2v.ramboot_reserve=*) ramboot_set_reserve "${ramboot_word#*=}" ;;
		esac
	done
}

ramboot_set_reserve() {
	case $1 in
	'' | *[!0-9]* | ???????*) ramboot_say "p2v.ramboot_reserve=$1 is not a number of MiB: ignored" ;;
	*) ramboot_reserve=$(($1 * 1024)) ;;
	esac
}

# The file systems that make up the root, outermost first. A separate /usr is
# mounted by initramfs-tools before we run, and belongs to the system; anything
# else that might be mounted below it does too, for the same reason.
ramboot_mounts() {
	awk -v root="$ramboot_root" '
		$2 == root || index($2, root "/") == 1 { print $2 }' "$ramboot_proc/mounts"
}

# What the files of the trees given will occupy in tmpfs: whole pages of the
# data (holes stay holes), each inode once. Prints "KIB INODES BYTES", BYTES
# being the sum of the file sizes.
# A file with a size but no blocks keeps its data inside the inode.
ramboot_measure() {
	for ramboot_tree in "$@"; do
		"$ramboot_tools/find" "$ramboot_tree" -xdev -printf '%y %i %n %s %b\n' || return 1
	done | awk -v cost="$ramboot_inode_cost" '
		NF != 5 { next }
		$1 == "f" && $3 > 1 && seen[$2 "." $4 "." $5]++ { next }
		{ inodes++ }
		$1 == "f" {
			bytes += $4
			pages = int(($4 + 4095) / 4096)
			held = int(($5 * 512 + 4095) / 4096)
			if (held == 0 && $4 > 0 && $4 <= 4096)
				held = 1
			kib += 4 * (held < pages ? held : pages)
		}
		$1 == "l" && $4 > 127 { kib += 4 }
		END { printf "%d %d %.0f\n", kib + inodes * cost, inodes, bytes }'
}

ramboot_available() {
	awk '$1 == "MemAvailable:" { print $2; found = 1 } END { exit !found }' \
		"$ramboot_proc/meminfo"
}

# ramboot_fits NEEDED AVAILABLE RESERVE
ramboot_fits() {
	[ $(($1 + $3)) -le "$2" ]
}

# The drivers that are loaded stay loaded: the files in the initramfs are of
# no more use once the disk is mounted, and they sit in RAM.
ramboot_free_initramfs() {
	rm -rf "${ramboot_initramfs:=/}usr/lib/modules" "${ramboot_initramfs}usr/lib/firmware"
}

# Sets ramboot_need, ramboot_inodes, ramboot_bytes and ramboot_avail.
ramboot_check_space() {
	ramboot_trees=$(ramboot_mounts)
	[ -n "$ramboot_trees" ] ||
		{ ramboot_fail "nothing is mounted on $ramboot_root"; return 1; }
	ramboot_old_ifs=$IFS
	IFS='
'
	# shellcheck disable=SC2086 # one mount point a line
	ramboot_figures=$(ramboot_measure $ramboot_trees)
	IFS=$ramboot_old_ifs
	read -r ramboot_need ramboot_inodes ramboot_bytes <<-EOF
		$ramboot_figures
	EOF
	ramboot_avail=$(ramboot_available) ||
		{ ramboot_fail "$ramboot_proc/meminfo shows no MemAvailable"; return 1; }
	[ "${ramboot_inodes:-0}" -gt 0 ] ||
		{ ramboot_fail "cannot list the files of $ramboot_root"; return 1; }
	ramboot_fits "$ramboot_need" "$ramboot_avail" "$ramboot_reserve" && return 0
	ramboot_free_initramfs
	ramboot_avail=$(ramboot_available)
	ramboot_fits "$ramboot_need" "$ramboot_avail" "$ramboot_reserve" && return 0
	ramboot_fail "not enough RAM to hold the root file system:
  needed     $(ramboot_mib "$ramboot_need") for $ramboot_inodes files
  reserve    $(ramboot_mib "$ramboot_reserve") for the running system (p2v.ramboot_reserve=)
  available  $(ramboot_mib "$ramboot_avail")
  missing    $(ramboot_mib $((ramboot_need + ramboot_reserve - ramboot_avail)))
Give the machine more memory, or boot from the disk with p2v.ramboot=off."
}

# The tmpfs may grow by half of what is left over and a quarter of the reserve:
# logs and chunk maps have room, and a runaway file cannot starve the kernel.
ramboot_tmpfs_size() {
	echo $(($1 + $3 / 4 + ($2 - $3 - $1) / 2))
}

ramboot_make_ram() {
	mkdir -p "$ramboot_dest" ||
		{ ramboot_fail "cannot create $ramboot_dest"; return 1; }
	ramboot_size=$(ramboot_tmpfs_size "$ramboot_need" "$ramboot_avail" "$ramboot_reserve")
	$ramboot_mount -t tmpfs \
		-o "size=${ramboot_size}k,nr_inodes=$((ramboot_inodes + 65536)),mode=0755" \
		p2v-root "$ramboot_dest" ||
		ramboot_fail "cannot mount a tmpfs of $(ramboot_mib "$ramboot_size")"
}

# Undoes ramboot_make_ram, so that the shell on the console has memory.
ramboot_drop_ram() {
	$ramboot_umount "$ramboot_dest" 2>/dev/null || true
}

# One line for every tenth, until it is killed.
ramboot_progress() {
	ramboot_next=10
	while sleep 1; do
		ramboot_now=$(df -k "$ramboot_dest" | awk 'END { print $3 }')
		ramboot_percent=$((ramboot_now * 100 / (ramboot_need + 1)))
		[ "$ramboot_percent" -ge "$ramboot_next" ] || continue
		[ "$ramboot_percent" -le 99 ] || ramboot_percent=99
		ramboot_next=$((ramboot_percent / 10 * 10 + 10))
		ramboot_say "$ramboot_percent % ($((ramboot_now / 1024)) of $(ramboot_mib "$ramboot_need"))"
	done
}

# GNU cp: busybox's keeps neither attributes nor holes. It does not report an
# attribute that it could not set under -a; ramboot_verify_attributes does.
ramboot_copy() {
	ramboot_say "copying $(ramboot_mib "$ramboot_need") ($ramboot_inodes files) into RAM"
	ramboot_progress &
	ramboot_reporter=$!
	ramboot_status=0
	ramboot_mounts >"$ramboot_state/trees"
	while read -r ramboot_tree; do
		"$ramboot_tools/cp" -a -x --sparse=always "$ramboot_tree/." \
			"$ramboot_dest${ramboot_tree#"$ramboot_root"}/" </dev/null || {
			ramboot_status=$?
			break
		}
	done <"$ramboot_state/trees"
	kill "$ramboot_reporter" 2>/dev/null
	wait "$ramboot_reporter" 2>/dev/null
	[ "$ramboot_status" = 0 ] && return 0
	ramboot_fail "copying failed (cp ended with status $ramboot_status)
  needed $(ramboot_mib "$ramboot_need"), available at the start $(ramboot_mib "$ramboot_avail"), now $(ramboot_mib "$(ramboot_available)")"
}

# Type, mode, owner, size, time and link target of every file below the
# directories given; of a directory no size, which is the file system's affair.
ramboot_list() (
	cd "$1" || exit 1
	shift
	for ramboot_tree in "$@"; do
		"$ramboot_tools/find" ".$ramboot_tree" -xdev \
			\( -type d -printf '%y %m %U %G %T@ %p\n' \) -o \
			\( -type f -printf '%y %m %U %G %T@ %n %s %p\n' \) -o \
			-printf '%y %m %U %G %T@ %s %p -> %l\n' || exit 1
		# Device numbers, which find cannot print.
		"$ramboot_tools/find" ".$ramboot_tree" -xdev \( -type b -o -type c \) \
			-exec stat -c 'n %t:%T %n' '{}' ';' || exit 1
	done
)

# One "NAME VALUE FILE" line for every extended attribute.
ramboot_list_attributes() (
	cd "$1" || exit 1
	shift
	for ramboot_tree in "$@"; do
		"$ramboot_tools/find" ".$ramboot_tree" -xdev -print0 |
			xargs -0 "$ramboot_tools/getfattr" -h -d -m - -e hex -- || exit 1
	done | awk '
		/^# file: / { file = substr($0, 9); next }
		/=/ { eq = index($0, "="); print substr($0, 1, eq - 1), substr($0, eq + 1), file }'
)

# Lines of file $1 that file $2 lacks.
ramboot_missing() {
	awk -v list="$2" 'BEGIN { while ((getline line <list) > 0) have[line] = 1 } !($0 in have)' "$1"
}

# The parts of the root, as suffixes: "" for itself, "/usr" for a separate one.
ramboot_compare() {
	ramboot_what=$1
	ramboot_lister=$2
	ramboot_old_ifs=$IFS
	IFS='
'
	set --
	while read -r ramboot_tree; do
		set -- "$@" "${ramboot_tree#"$ramboot_root"}"
	done <"$ramboot_state/trees"
	IFS=$ramboot_old_ifs
	if ! "$ramboot_lister" "$ramboot_root" "$@" >"$ramboot_state/want" ||
		! "$ramboot_lister" "$ramboot_dest" "" >"$ramboot_state/got"; then
		ramboot_fail "cannot list the $ramboot_what to compare them"
		return 1
	fi
	ramboot_missing "$ramboot_state/want" "$ramboot_state/got" >"$ramboot_state/lost"
	rm -f "$ramboot_state/want" "$ramboot_state/got"
}

ramboot_verify_files() {
	ramboot_compare files ramboot_list || return 1
	ramboot_lost=$(wc -l <"$ramboot_state/lost")
	[ "$ramboot_lost" -eq 0 ] && return 0
	ramboot_fail "the copy in RAM differs from the disk in $ramboot_lost files:
$(head -n 5 "$ramboot_state/lost")"
}

# Kernels before 6.6 have no user.* attributes in tmpfs; those are lost with a
# warning. Capabilities, ACLs and labels are part of the system's security.
ramboot_verify_attributes() {
	ramboot_compare attributes ramboot_list_attributes || return 1
	ramboot_lost=$(grep -c -E '^(security|system|trusted)\.' "$ramboot_state/lost")
	[ "$ramboot_lost" -eq 0 ] || {
		ramboot_fail "the copy in RAM lost $ramboot_lost attributes (capabilities, ACLs):
$(grep -E '^(security|system|trusted)\.' "$ramboot_state/lost" | head -n 5)"
		return 1
	}
	ramboot_lost=$(wc -l <"$ramboot_state/lost")
	ramboot_lost=$((ramboot_lost))
	[ "$ramboot_lost" -eq 0 ] ||
		ramboot_say "warning: this kernel's tmpfs has no room for $ramboot_lost user attributes; they are not in the copy"
	rm -f "$ramboot_state/lost"
}

# Comments out every entry of fstab $1 that would use a disk again: the root,
# swap, and whatever names a device. The original stays as fstab.p2v.
ramboot_edit_fstab() {
	[ -f "$1" ] || return 0
	cp -p "$1" "$1.p2v" || return 1
	awk '
		/^[ \t]*(#|$)/ { print; next }
		$2 == "/" || $3 == "swap" || $1 ~ /^(UUID|LABEL|PARTUUID|PARTLABEL|ID)=/ ||
		    $1 ~ /^\/dev\// { print "# p2v-ramboot: " $0; next }
		{ print }' "$1.p2v" >"$1"
}

# The same for encrypted volumes, and no volume group is activated by itself:
# an active one would hold the disk that is to be overwritten.
ramboot_edit_volumes() {
	if [ -f "$1/crypttab" ]; then
		cp -p "$1/crypttab" "$1/crypttab.p2v" || return 1
		sed 's/^[^#]/# p2v-ramboot: &/' "$1/crypttab.p2v" >"$1/crypttab" || return 1
	fi
	if [ -d "$1/lvm" ]; then
		if [ -f "$1/lvm/lvmlocal.conf" ]; then
			cp -p "$1/lvm/lvmlocal.conf" "$1/lvm/lvmlocal.conf.p2v" || return 1
		fi
		echo 'activation { auto_activation_volume_list = [] }' >"$1/lvm/lvmlocal.conf"
	fi
}

ramboot_edit_copy() {
	if ! ramboot_edit_fstab "$ramboot_dest/etc/fstab" ||
		! ramboot_edit_volumes "$ramboot_dest/etc"; then
		ramboot_fail "cannot edit fstab in the copy in RAM"
	fi
}

# "MAJOR:MINOR" of the block device that is mounted on $1. Not the one that
# stat or mountinfo give for the directory, which is an invention with btrfs.
ramboot_device_of() {
	ramboot_node=$(awk -v dir="$1" '$2 == dir { dev = $1 } END { print dev }' "$ramboot_proc/mounts")
	ramboot_hex=$(stat -L -c '%t:%T' "$ramboot_node" 2>/dev/null) || return 0
	echo "$((0x${ramboot_hex%:*})):$((0x${ramboot_hex#*:}))"
}

ramboot_unmount() {
	ramboot_devices=
	ramboot_reversed=
	while read -r ramboot_tree; do
		ramboot_devices="$ramboot_devices $(ramboot_device_of "$ramboot_tree")"
		ramboot_reversed="$ramboot_tree
$ramboot_reversed"
	done <"$ramboot_state/trees"
	while read -r ramboot_tree; do
		[ -n "$ramboot_tree" ] || continue
		ramboot_unmount_one "$ramboot_tree" || return 1
	done <<-EOF
		$ramboot_reversed
	EOF
}

ramboot_unmount_one() {
	for ramboot_try in 1 2 3 4 5; do
		$ramboot_umount "$1" 2>"$ramboot_state/umount" && return 0
		sleep "$((ramboot_try * ramboot_pause))"
	done
	ramboot_fail "cannot unmount the disk from $1: $(cat "$ramboot_state/umount")
  needed $(ramboot_mib "$ramboot_need"), available $(ramboot_mib "$(ramboot_available)"); the copy was complete, but the disk is not free"
}

# ramboot_release DEVICE: takes down what lies between a device ("254:0") and
# its disks, from the top: volume groups, encryption, RAID. What does not go
# is named; the system in RAM is sound all the same, and the receiver will say
# what holds the disk.
ramboot_release() {
	ramboot_dir=$ramboot_sys/dev/block/$1
	[ -e "$ramboot_dir/uevent" ] || return 0
	ramboot_name=$(sed -n 's/^DEVNAME=//p' "$ramboot_dir/uevent")
	ramboot_disk=$ramboot_name
	if [ -e "$ramboot_dir/partition" ]; then
		ramboot_disk=$(sed -n 's/^DEVNAME=//p' "$ramboot_dir/../uevent")
	fi
	ramboot_below=
	for ramboot_slave in "$ramboot_dir/slaves"/*; do
		[ -e "$ramboot_slave/dev" ] || continue
		ramboot_below="$ramboot_below $(cat "$ramboot_slave/dev")"
	done
	if [ -e "$ramboot_dir/dm/uuid" ]; then
		ramboot_release_dm "$(cat "$ramboot_dir/dm/uuid")" "$(cat "$ramboot_dir/dm/name")"
	elif [ -e "$ramboot_dir/md" ]; then
		mdadm --stop "/dev/$ramboot_name" >/dev/null 2>&1
	fi
	if [ -n "$ramboot_below" ] && [ -e "$ramboot_dir/uevent" ]; then
		ramboot_say "warning: $ramboot_name could not be stopped and still uses its disk"
	fi
	[ -n "$ramboot_below" ] || ramboot_disks="$ramboot_disks $ramboot_disk"
	for ramboot_below_one in $ramboot_below; do
		ramboot_release "$ramboot_below_one"
	done
}

ramboot_release_dm() {
	case $1 in
	LVM-*)
		ramboot_vg=$(lvm lvs --noheadings -o vg_name "/dev/mapper/$2" 2>/dev/null)
		# shellcheck disable=SC2086 # lvs pads the name with blanks
		lvm vgchange -q -an $ramboot_vg >/dev/null 2>&1
		;;
	*) dmsetup remove --retry "$2" >/dev/null 2>&1 ;;
	esac
}

ramboot_swap() {
	$ramboot_mount -o move "$ramboot_dest" "$ramboot_root" ||
		ramboot_fail "cannot put the copy in RAM in the place of the disk"
}

ramboot_uptime() {
	cut -d ' ' -f 1 "$ramboot_proc/uptime"
}

# For facts and tests: the times are seconds since the kernel started.
ramboot_mark() {
	cat >"$ramboot_state/ramboot" <<-EOF
		started=$ramboot_started
		finished=$(ramboot_uptime)
		files=$ramboot_inodes
		bytes=$ramboot_bytes
		needed_kib=$ramboot_need
		available_kib=$ramboot_avail
		reserve_kib=$ramboot_reserve
		size_kib=$ramboot_size
		lost_attributes=$ramboot_lost
		disks=${ramboot_disks# }
	EOF
}

ramboot_build_copy() {
	ramboot_copy && ramboot_verify_files && ramboot_verify_attributes && ramboot_edit_copy
}

# The whole move. On failure the disk is still in place, unless it is the
# unmounting or the exchange that failed; ramboot_error says it.
ramboot_run() {
	ramboot_started=$(ramboot_uptime)
	ramboot_disks=
	mkdir -p "$ramboot_state" || return 1
	ramboot_check_space || return 1
	ramboot_make_ram || return 1
	if ! ramboot_build_copy || ! ramboot_unmount; then
		ramboot_drop_ram
		return 1
	fi
	for ramboot_device in $ramboot_devices; do
		ramboot_release "$ramboot_device"
	done
	ramboot_swap || return 1
	ramboot_mark
	rm -f "$ramboot_state/trees" "$ramboot_state/umount"
	ramboot_say "the root file system is in RAM; the disk (${ramboot_disks# }) is free"
}

# ramboot_step [COMMAND...]: what the builders' hooks call: the move, if it is wanted.
# COMMAND comes before it, and need not succeed.
ramboot_step() {
	ramboot_configure
	if [ "$ramboot_wanted" != on ]; then
		ramboot_say "off: the system runs from its disk"
		return 0
	fi
	[ $# = 0 ] || "$@" 2>/dev/null
	ramboot_run
}
