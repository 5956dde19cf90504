# lib.sh - functions of p2v-instance and of its hooks (POSIX sh)
#
# Hooks are run in the order of their names with the variables that the manual
# page p2v-instance(8) lists. They change only what is below $TARGET (the bootloader
# hook also $BLOCKDEV). Everything that must be undone (mounts, loop devices,
# scratch folders) is registered with on_exit at the moment it is made.
#
# shellcheck shell=sh disable=SC2034 # p2v-instance exports what is set here

# What the bootstrap system has in common with the initrds.
: "${P2V_FILES:=${P2V_HOOKS:-$(dirname "$0")}/../initrd/files}"

program_name=p2v-instance
# shellcheck source=../initrd/files/program.sh
. "$P2V_FILES/program.sh"

# What is being done is what this program prints.
say() {
	echo "p2v-instance: $*"
}

# write_file FILE [MODE] <content. The old file goes first: in a root tree it
# may be a link to an absolute path.
write_file() {
	mkdir -p "$(dirname "$1")"
	rm -f "$1"
	cat >"$1"
	chmod "${2:-644}" "$1"
}

# A unit that the bootstrap system does without.
mask_unit() {
	mkdir -p "$TARGET/etc/systemd/system"
	ln -sf /dev/null "$TARGET/etc/systemd/system/$1"
}

# enable_unit UNIT WANTED-BY
enable_unit() {
	mkdir -p "$TARGET/etc/systemd/system/$2.wants"
	ln -sf "/lib/systemd/system/$1" "$TARGET/etc/systemd/system/$2.wants/$1"
}

# Modules named in list $1 (the first word of a line) and all that they depend on, as paths relative to
# the module tree $2, in the form of modules.dep.
modules_closure() {
	awk '{ sub(/#.*/, "") } NF { gsub(/-/, "_", $1); print $1 }' "$1" |
		awk -v depfile="$2/modules.dep" '
		BEGIN {
			while ((getline line <depfile) > 0) {
				split(line, half, ":")
				name = half[1]
				sub(/.*\//, "", name)
				sub(/\.ko.*/, "", name)
				gsub(/-/, "_", name)
				path[name] = half[1]
				needs[half[1]] = half[2]
			}
		}
		$1 in path {
			take[path[$1]]
			count = split(needs[path[$1]], dep, " ")
			for (i = 1; i <= count; i++)
				take[dep[i]]
		}
		END { for (p in take) print p }' | sort
}

# trim_modules FROM TO LIST: the part of a module tree that LIST asks for.
trim_modules() {
	mkdir -p "$2"
	modules_closure "$3" "$1" >"$2/.wanted"
	tar -C "$1" -cf - -T "$2/.wanted" | tar -C "$2" -xf -
	rm -f "$2/.wanted"
	cp -p "$1"/modules.builtin "$1"/modules.builtin.modinfo "$1"/modules.order "$2/"
}

# The public keys in a file: every line must be a plain key without options,
# because ours go in front of it.
check_public_keys() {
	[ -r "$1" ] || die 2 "cannot read the ssh key file $1"
	check_keys=$(grep -c -v -e '^[[:blank:]]*#' -e '^[[:blank:]]*$' "$1" || true)
	[ "$check_keys" -gt 0 ] || die 2 "$1 holds no public key"
	check_good=$(grep -c -E '^(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ +AAAA[A-Za-z0-9+/=]+( .*)?$' "$1" || true)
	[ "$check_good" = "$check_keys" ] ||
		die 2 "$1 is not a list of plain public keys (a private key, or keys with options?)"
}

check_hostname() {
	case $1 in
	'' | -* | *- | .* | *. | *..* | *[!A-Za-z0-9.-]*) die 1 "not a host name: '$1'" ;;
	esac
	[ ${#1} -le 64 ] || die 1 "the host name is longer than 64 characters"
}

# network_value KEY: from the words "static address=A,gateway=B,dns=C".
network_value() {
	echo "$P2V_NETWORK" | tr -s ', ' '[\n*]' | sed -n "s/^$1=//p" | head -n 1
}

check_network() {
	case $P2V_NETWORK in
	dhcp) return 0 ;;
	static*) ;;
	*) die 1 "--network takes dhcp, or 'static address=A/BITS,gateway=B,dns=C': $P2V_NETWORK" ;;
	esac
	case $P2V_NETWORK in
	*[!A-Za-z0-9.:/=,\ ]*) die 1 "strange characters in --network: $P2V_NETWORK" ;;
	esac
	case $(network_value address) in
	*/*) ;;
	*) die 1 "a static network needs address=ADDRESS/BITS" ;;
	esac
}

# "Size in bytes" of 4G, 512M, 4096.
size_bytes() {
	case $1 in
	*[!0-9]*[KMGTkmgt] | [KMGTkmgt] | '') die 1 "not a size: '$1'" ;;
	*[Kk]) echo $((${1%?} * 1024)) ;;
	*[Mm]) echo $((${1%?} * 1048576)) ;;
	*[Gg]) echo $((${1%?} * 1073741824)) ;;
	*[Tt]) echo $((${1%?} * 1099511627776)) ;;
	*[!0-9]*) die 1 "not a size: '$1'" ;;
	*) echo "$1" ;;
	esac
}

# The disk must be ours to erase: a new file, an empty device, or --force; a
# device that is in use is refused in any case.
check_disk() {
	if [ -b "$1" ]; then
		check_device "$1"
	elif [ -e "$1" ]; then
		[ -f "$1" ] || die 2 "$1 is neither a plain file nor a block device"
		[ ! -s "$1" ] || [ "$P2V_FORCE" = yes ] ||
			die 2 "$1 exists and is not empty (--force overwrites it)"
	else
		[ -d "$(dirname "$1")" ] || die 2 "no folder $(dirname "$1")"
	fi
}

check_device() {
	check_name=$(basename "$(readlink -f "$1")")
	check_users=$(awk -v d="/dev/$check_name" 'index($1, d) == 1 { print $1 " is mounted on " $2 }' /proc/mounts
		awk -v d="/dev/$check_name" 'index($1, d) == 1 { print $1 " is swap" }' /proc/swaps
		for check_holder in "/sys/class/block/$check_name"/holders/* "/sys/class/block/$check_name"/*/holders/*; do
			[ ! -e "$check_holder" ] || echo "it is held by $(basename "$check_holder")"
		done)
	[ -z "$check_users" ] || die 2 "$1 is in use: $check_users"
	check_found=$(wipefs --noheadings --output TYPE "$1" 2>/dev/null | tr -s '\n ' ' ')
	[ -z "$check_found" ] || [ "$P2V_FORCE" = yes ] ||
		die 2 "$1 holds something ($check_found); --force erases it"
}

# Boots by BIOS. /boot is apart, so that the kernel and the initramfs are not
# copied into RAM; no journal there, it is written once.
partition_disk() {
	wipefs -q -a "$BLOCKDEV"
	sfdisk -q --no-reread --no-tell-kernel "$BLOCKDEV" <<-EOF
		label: dos
		start=2048, size=131072, type=83, bootable
		type=83
	EOF
	partx -d "$BLOCKDEV" 2>/dev/null || true
	partx -a "$BLOCKDEV"
	P2V_BOOTDEV=${BLOCKDEV}p1
	FSYSDEV=${BLOCKDEV}p2
	mke2fs -q -F -t ext2 -L p2v-boot "$P2V_BOOTDEV"
	mke2fs -q -F -t ext4 -L p2v-root "$FSYSDEV"
	P2V_BOOT_UUID=$(blkid -p -s UUID -o value "$P2V_BOOTDEV")
	P2V_ROOT_UUID=$(blkid -p -s UUID -o value "$FSYSDEV")
}

# A loop device over files and devices alike: its partitions get nodes without
# udev and without a partition parser in the build machine's kernel.
attach_disk() {
	BLOCKDEV=$(losetup -f --show "$1") || die 4 "cannot set up a loop device for $1"
	on_exit "partx -d '$BLOCKDEV' 2>/dev/null; losetup -d '$BLOCKDEV'"
	partition_disk
}

mount_target() {
	TARGET=$P2V_WORK/target
	mkdir -p "$TARGET"
	mount "$FSYSDEV" "$TARGET"
	on_exit "umount '$TARGET'"
	mkdir -p "$TARGET/boot"
	mount "$P2V_BOOTDEV" "$TARGET/boot"
	on_exit "umount '$TARGET/boot'"
}

run_hooks() {
	for hook in "$P2V_HOOKS"/[0-9][0-9]-*; do
		[ -x "$hook" ] || continue
		hook_start=$(date +%s)
		"$hook" || die 4 "hook $(basename "$hook") failed"
		say "$(basename "$hook") done in $(($(date +%s) - hook_start)) s"
	done
}
