#!/bin/sh
# record-block.sh >NAME.tree - this machine's block devices as a text file
#
# What src/block reads below its root, or may read one day: attributes and links
# of sysfs, mounts, swaps, names in /dev, udev's database. The unit tests make a
# directory of it again (tests/unit/block-tree.h). POSIX sh; busybox will do.
#
# Lines, fields parted by tabs, paths without the leading slash:
#
#     d PATH            a directory
#     l PATH TARGET     a symbolic link
#     n PATH            a block device's node (made as an empty file)
#     f PATH            a file; its lines follow, each behind a tab
#     x PATH HEX        a file that is not text
#     # ...             a remark
set -eu
LC_ALL=C
export LC_ALL

# file PATH: when it is there and can be read. (Some attributes cannot.)
file() {
	[ -f "/$1" ] && text=$(cat "/$1" 2>/dev/null) || return 0
	printf 'f\t%s\n' "$1"
	[ -z "$text" ] || printf '%s\n' "$text" | sed 's/^/	/'
}

binary() {
	[ -f "/$1" ] || return 0
	printf 'x\t%s\t%s\n' "$1" "$(od -An -v -tx1 "/$1" | tr -d ' \n')"
}

link() {
	[ ! -L "/$1" ] || printf 'l\t%s\t%s\n' "$1" "$(readlink "/$1")"
}

# links DIRECTORY: it, and the links in it.
links() {
	[ -d "/$1" ] || return 0
	printf 'd\t%s\n' "$1"
	for each in "/$1"/*; do
		link "${each#/}"
	done
}

# device NUMBER: one entry of /sys/dev/block.
device() {
	link "sys/dev/block/$1"
	dir=$(readlink -f "/sys/dev/block/$1")
	dir=${dir#/}
	printf 'd\t%s\n' "$dir"
	for name in dev size ro removable partition start uevent serial wwid \
		queue/logical_block_size queue/physical_block_size queue/rotational \
		dm/name dm/uuid dm/suspended \
		loop/backing_file loop/offset loop/sizelimit loop/partscan \
		md/level md/raid_disks md/metadata_version md/array_state; do
		file "$dir/$name"
	done
	links "$dir/holders"
	links "$dir/slaves"
	[ ! -L "/$dir/device" ] || driver "$dir"
}

# driver PATH: what is behind the disk there.
driver() {
	link "$1/device"
	dir=$(readlink -f "/$1/device")
	dir=${dir#/}
	printf 'd\t%s\n' "$dir"
	for name in model name serial type vendor wwid; do
		file "$dir/$name"
	done
	binary "$dir/vpd_pg80"
}

echo "# $(uname -srm)"
for each in proc/self/mountinfo proc/swaps proc/partitions proc/mdstat; do
	file "$each"
done
for each in /sys/dev/block/*; do
	device "${each##*/}"
done
for each in /sys/fs/btrfs/*/devices; do
	links "${each#/}"
done
find /dev -type b | sort | sed 's,^/,n	,'
# Only the links that end at a block device, and not those by number.
find /dev -type l ! -path '/dev/block/*' | sort | while read -r each; do
	[ ! -b "$each" ] || link "${each#/}"
done
for each in /run/udev/data/b*; do
	[ ! -e "$each" ] || file "${each#/}"
done
