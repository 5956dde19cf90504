# boot-disks.sh - small disks that hold nothing but a boot configuration, a
# kernel and an initrd which says on the console what it was started with; to be
# sourced after flow.sh (POSIX sh)
#
#     proof_initrd FILE [WORD]     says "PROOF WORD: COMMAND LINE", powers off;
#                                  with WORD "broken" it ends instead, which
#                                  makes the kernel panic
#     boot_disk FILE DIR           one partition (MBR) with DIR's files on it
#
# File systems are filled by mke2fs, so nothing is mounted.

BOOT_UUID=4d9e1b52-6f0c-4b6e-9c53-2f3a6d1e7a10

proof_initrd() {
	proof_dir=$T/proof
	rm -rf "$proof_dir"
	mkdir -p "$proof_dir/bin" "$proof_dir/proc" "$proof_dir/dev"
	cp "$(command -v busybox)" "$proof_dir/bin/busybox"
	cat >"$proof_dir/init" <<-X
		#!/bin/busybox sh
		/bin/busybox mount -t proc proc /proc
		echo "PROOF ${2:-ok}: \$(/bin/busybox cat /proc/cmdline)" >/dev/console
		[ "${2:-ok}" = broken ] && exit 1
		/bin/busybox sleep 2
		/bin/busybox poweroff -f
	X
	chmod 755 "$proof_dir/init"
	(cd "$proof_dir" && find . | cpio -o -H newc --quiet | gzip -1) >"$1"
}

boot_disk() {
	rm -f "$1"
	truncate -s 64M "$1"
	echo 'start=2048, type=83, bootable' | sfdisk -q --label dos "$1" &&
		mke2fs -q -t ext4 -U "$BOOT_UUID" -d "$2" -E offset=1048576 "$1" 63M
}
