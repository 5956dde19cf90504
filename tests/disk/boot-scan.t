#!/bin/sh
# p2v-boot on block devices: what it mounts, that listing changes no byte of a
# dirty file system, and where what GRUB saves is written.
. "$(dirname "$0")/../lib.sh"
need_root
need sfdisk mkfs.ext4 debugfs partx losetup grub-editenv blkid

uuid=3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5
img=$T/disk.img

# A disk with a boot sector like GRUB's, and one partition of ext4.
make_disk() {
	truncate -s 40M "$img"
	echo 'label: gpt
	first-lba: 2048
	type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=11111111-2222-3333-4444-555555555555' |
		sfdisk -q "$img"
	printf '\353\143\220' | dd of="$img" conv=notrunc status=none
	printf 'GRUB ' | dd of="$img" bs=1 seek=384 conv=notrunc status=none
	mkdir -p "$T/root/boot/grub" "$T/root/etc" "$T/root/boot/extlinux"
	echo kernel >"$T/root/boot/vmlinuz"
	grub-editenv "$T/root/boot/grub/grubenv" create
	grub-editenv "$T/root/boot/grub/grubenv" set next_entry=two keep=1
	cat >"$T/root/boot/grub/grub.cfg" <<-'CFG'
		load_env
		if [ "${next_entry}" ]; then
			set default="${next_entry}"
			set next_entry=
			save_env next_entry
		fi
		search --no-floppy --fs-uuid --set=root 3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5
		probe --part-uuid --set=part $root
		menuentry one { linux /boot/vmlinuz root=PARTUUID=$part one }
		menuentry two { linux /boot/vmlinuz root=PARTUUID=$part two }
	CFG
	loop=$(losetup -f --show "$img")
	on_exit "partx -d $loop 2>/dev/null; losetup -d $loop"
	partx -a "$loop"
	mkfs.ext4 -q -U "$uuid" -L sys -d "$T/root" "${loop}p1"
}

list() { p2v-boot --platform pc --device "$loop" --json list >"$T/list" 2>"$T/err"; }
sum() { sha256sum <"${loop}p1"; }

check "a disk with GRUB is made" make_disk
check "it is listed" list
check_has "its partition's UUID is known" "$T/list" \
	"root=PARTUUID=11111111-2222-3333-4444-555555555555 two"
check_eq "next_entry is the default" "$(grep -A1 'PARTUUID.* two' "$T/list" | tail -n 1 | tr -d ' ')" \
	'"default":true,'
name=${loop#/dev/}p1
check_has "trees have the kernel's names" "$T/list" "\"source\": \"$name:/boot/grub/grub.cfg\""
check "a partition can be named" p2v-boot --device "${loop}p1" list
check_status "a disk without a system" 2 p2v-boot --device /dev/null list

# A journal that would be replayed: the file system says so, and still does.
debugfs -w -R "feature needs_recovery" "${loop}p1" >/dev/null 2>&1
before=$(sum)
check "a dirty file system is listed" list
check_eq "no byte of it has changed" "$(sum)" "$before"
debugfs -w -R "feature ^needs_recovery" "${loop}p1" >/dev/null 2>&1

# What the jump would save, by the small program beside this test.
saves() { "$B/tests/disk/boot-save" "$loop" "$@"; }
before=$(sum)
check "what is not started is not saved" list
check_eq "no byte of the disk has changed" "$(sum)" "$before"
check "what is started is" saves two
block() {
	mkdir -p "$T/mnt"
	mount -o ro "${loop}p1" "$T/mnt"
	grub-editenv "$T/mnt/boot/grub/grubenv" list | tr '\n' ' '
	stat -c %s "$T/mnt/boot/grub/grubenv"
	umount "$T/mnt"
}
check_eq "next_entry is used up" "$(block)" "keep=1 next_entry= 1024"
check "the default is changed when that is asked" saves one default
check_eq "it is" "$(block)" "keep=1 next_entry= saved_entry=one 1024"
fsck_clean() { e2fsck -fn "${loop}p1"; }
check "the file system is clean" fsck_clean

# Mounted by the system itself: looked at where it is.
mkdir -p "$T/mnt"
mount "${loop}p1" "$T/mnt"
on_exit "umount '$T/mnt' 2>/dev/null"
check "a file system that is mounted for writing is listed" list
check_has "all the same" "$T/list" "two"
umount "$T/mnt"

# openSUSE's GRUB means the default subvolume, Ubuntu's the whole file system.
need mkfs.btrfs btrfs
truncate -s 120M "$T/btrfs.img"
mkfs.btrfs -q -U 7c5d1f3e-9a2b-4e60-8d17-bb22cc33dd44 "$T/btrfs.img" >/dev/null 2>&1
second=$(losetup -f --show "$T/btrfs.img")
on_exit "losetup -d $second"
make_subvolume() {
	mount "$second" "$T/mnt" &&
		btrfs -q subvolume create "$T/mnt/@" &&
		mkdir -p "$T/mnt/@/boot/grub2" &&
		: >"$T/mnt/@/boot/vmlinuz" &&
		{
			echo 'search --no-floppy --fs-uuid --set=root 7c5d1f3e-9a2b-4e60-8d17-bb22cc33dd44'
			echo 'menuentry relative { linux /boot/vmlinuz relative }'
			echo 'menuentry absolute { linux /@/boot/vmlinuz absolute }'
		} >"$T/mnt/@/boot/grub2/grub.cfg" &&
		btrfs subvolume set-default "$T/mnt/@" &&
		umount "$T/mnt"
}
check "a btrfs with a default subvolume is made" make_subvolume
btrfs_list() { p2v-boot --platform pc --device "$second" --json list >"$T/list" 2>"$T/err"; }
check "it is listed" btrfs_list
name=${second#/dev/}
check_has "a path relative to the subvolume" "$T/list" "\"kernel\": \"$name-default:/boot/vmlinuz\""
check_has "a path from the top" "$T/list" "\"kernel\": \"$name:/@/boot/vmlinuz\""

done_testing
