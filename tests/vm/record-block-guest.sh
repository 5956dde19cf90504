#!/bin/sh
# record-block-guest.sh - init of the machine that record-block.sh starts
#
# Each stack has a root file system of its own, and is recorded from inside
# that, so that it looks like a machine that runs on it: "/" is mounted from
# the stack. What is built is taken down again before the next one.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/
M=/mnt/root

# end TEXT: the last word, and off.
end() {
	echo "$*"
	sleep 1
	echo o >/proc/sysrq-trigger
	sleep 60
}

start() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs dev /dev
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /mnt
	/lib/systemd/systemd-udevd --daemon
	while read -r module; do
		[ -z "$module" ] || modprobe "$module" || echo "record: no $module"
	done </etc/record-modules
	udevadm trigger --action=add
	udevadm settle
	mkdir -p "$M" /mnt/out
}

# disk DEVICE LINE...: a GPT with these partitions (sfdisk's lines).
disk() {
	device=$1
	shift
	{
		echo 'label: gpt'
		printf '%s\n' "$@"
	} | sfdisk -q "$device"
	udevadm settle
}

# root MOUNT-ARGUMENT...: mounts it as the root of the machine that is recorded.
root() {
	mount "$@" "$M"
	mkdir -p "$M/bin" "$M/boot" "$M/srv" "$M/mnt"
	cp /bin/busybox "$M/bin/busybox"
	chroot "$M" /bin/busybox --install -s /bin
	cp /record-block.sh "$M/bin/record"
	for each in proc sys dev run; do
		mkdir -p "$M/$each"
		mount --rbind "/$each" "$M/$each"
	done
}

record() {
	udevadm settle
	chroot "$M" /bin/sh /bin/record >"/mnt/out/$1.tree" || end "$1 cannot be recorded"
	echo "record: $1"
}

close_root() { umount -R "$M"; }

# Four partitions, one of them read-only on a path with a blank, and swap.
stack_partitions() {
	disk /dev/vda 'size=64M, name=root' 'size=32M, name=boot' 'size=16M, type=S, name=swap' \
		'size=24M, name=data' 'size=16M, name=spare'
	mkfs.ext4 -q -F -L root /dev/vda1
	mkfs.ext4 -q -F -L boot /dev/vda2
	mkswap -L swap /dev/vda3
	mkfs.ext4 -q -F -L data /dev/vda4
	root /dev/vda1
	mount /dev/vda2 "$M/boot"
	mkdir "$M/srv/a b"
	mount -o ro /dev/vda4 "$M/srv/a b"
	swapon /dev/vda3
	record partitions
	swapoff /dev/vda3
	close_root
}

# A file on the root file system as a disk with a partition, and that mounted.
stack_loop() {
	root /dev/vda1
	truncate -s 16M "$M/srv/disk image"
	disk "$M/srv/disk image" 'size=8M'
	# In there, so that its name is the one that is seen from inside.
	chroot "$M" /bin/losetup /dev/loop0 '/srv/disk image'
	partx -a /dev/loop0
	udevadm settle
	mkfs.ext4 -q -F /dev/loop0p1
	mount /dev/loop0p1 "$M/mnt"
	record loop
	umount "$M/mnt"
	partx -d /dev/loop0
	losetup -d /dev/loop0
	close_root
}

# Device mapper by hand: no UUID, two pieces of two partitions in one.
stack_linear() {
	root /dev/vda1
	umount /dev/vda4 2>/dev/null
	printf '0 16384 linear /dev/vda4 0\n16384 16384 linear /dev/vda5 0\n' | dmsetup create byhand
	udevadm settle
	mkfs.ext4 -q -F /dev/mapper/byhand
	mount /dev/mapper/byhand "$M/mnt"
	record linear
	umount "$M/mnt"
	dmsetup remove byhand
	close_root
}

# LVM in LUKS in a partition, as installers make it: /boot outside.
stack_luks() {
	disk /dev/vdb 'size=32M, name=boot' 'size=144M, name=crypt'
	mkfs.ext4 -q -F /dev/vdb1
	echo secret >/run/secret
	cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
		/dev/vdb2 /run/secret
	cryptsetup open --key-file /run/secret /dev/vdb2 vdb2_crypt
	udevadm settle
	pvcreate -q /dev/mapper/vdb2_crypt
	vgcreate -q vg0-x /dev/mapper/vdb2_crypt
	lvcreate -q -y -L 64M -n root vg0-x
	lvcreate -q -y -L 16M -n swap_1 vg0-x
	udevadm settle
	mkfs.ext4 -q -F /dev/vg0-x/root
	mkswap /dev/vg0-x/swap_1
	root /dev/vg0-x/root
	mount /dev/vdb1 "$M/boot"
	swapon /dev/vg0-x/swap_1
	record luks-lvm
	swapoff /dev/vg0-x/swap_1
	close_root
	vgchange -q -an vg0-x
	cryptsetup close vdb2_crypt
}

# Two disks as RAID 1, LVM on it; one volume is nowhere mounted.
stack_md() {
	disk /dev/vdc 'size=128M, type=R'
	disk /dev/vdd 'size=128M, type=R'
	mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 \
		/dev/vdc1 /dev/vdd1
	udevadm settle
	mdadm --wait /dev/md0
	pvcreate -q /dev/md0
	vgcreate -q vgmd /dev/md0
	lvcreate -q -y -L 64M -n root vgmd
	lvcreate -q -y -L 16M -n spare vgmd
	udevadm settle
	mkfs.ext4 -q -F /dev/vgmd/root
	root /dev/vgmd/root
	record md-lvm
	close_root
	vgchange -q -an vgmd
	mdadm --stop /dev/md0
}

# One btrfs of two whole SCSI disks; "/" is a subvolume of it.
stack_btrfs() {
	mkfs.btrfs -q -d single -m raid1 /dev/sda /dev/sdb
	udevadm settle
	btrfs device scan
	mount /dev/sdb "$M"
	btrfs subvolume create "$M/@"
	umount "$M"
	root -o subvol=@ /dev/sdb
	record btrfs
	close_root
}

# A bootstrap system: the root is in RAM, and nothing is in use.
stack_unused() {
	root -t tmpfs none
	record unused
	close_root
}

start
for stack in partitions loop linear luks md btrfs unused; do
	"stack_$stack"
done
tar -C /mnt/out -cf /dev/vde .
sync
end 'recorded all'
