#!/bin/sh
# record-block.sh - records tests/unit/block/*.tree in a real machine
#
# Boots Debian's kernel with a small Debian in RAM and five disks. In there,
# record-block-guest.sh builds one stack of block devices after another, and
# tests/tools/record-block.sh writes each down. Not a test: what it records is
# kept in the tree, and made anew when src/block comes to read more (about
# ten minutes without KVM; UUIDs and times differ each time). Needs root and a Debian mirror.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=script.sh
. "$ROOT/tests/vm/script.sh"
# shellcheck source=lib.sh
. "$ROOT/tests/vm/lib.sh"
# shellcheck source=flow.sh
. "$ROOT/tests/vm/flow.sh"
TREES=$ROOT/tests/unit/block
PACKAGES=udev,lvm2,mdadm,cryptsetup-bin,dmsetup,kmod,fdisk,e2fsprogs,btrfs-progs,busybox-static
MODULES='virtio_pci virtio_blk virtio_scsi sd_mod loop dm_mod dm_crypt raid1 ext4 btrfs
	xts aesni_intel algif_skcipher sha256_generic crc32c_generic crc32c_intel'

# make_root DIR: the system in RAM, but for the modules.
make_root() {
	# shellcheck disable=SC2086 # no mirror is no argument
	mmdebstrap --quiet --variant=minbase --include="$PACKAGES" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		bookworm "$1" ${MIRROR:-}
	rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*
}

# add_modules DIR: what MODULES need of the tests' kernel.
add_modules() {
	for module in $MODULES; do
		modprobe -d "$I/kernel" -S "$release" --show-depends "$module" || exit 1
	done | sed -n 's,^insmod .*/\(lib/modules/[^ ]*\).*,\1,p' | sort -u |
		while read -r file; do
			mkdir -p "$1/usr/${file%/*}"
			cp "$I/kernel/usr/$file" "$1/usr/$file"
		done
	cp "$I"/kernel/usr/lib/modules/"$release"/modules.builtin* \
		"$I/kernel/usr/lib/modules/$release/modules.order" "$1/usr/lib/modules/$release/"
	depmod -b "$1" "$release"
}

flow_images kernel
release=$(ls "$I/kernel/usr/lib/modules")
make_root "$T/root"
add_modules "$T/root"
echo 'options loop max_loop=2' >"$T/root/etc/modprobe.d/loop.conf"
echo "$MODULES" | tr -s ' \t\n' '\n' >"$T/root/etc/record-modules"
cp "$ROOT/tests/tools/record-block.sh" "$T/root/record-block.sh"
cp "$ROOT/tests/vm/record-block-guest.sh" "$T/root/init"
chmod +x "$T/root/init"
(cd "$T/root" && find . | cpio --quiet -o -H newc | gzip -1) >"$T/initrd"
rm -rf "$T/root"

for disk in a b c d e f out; do
	truncate -s 192M "$T/$disk.img"
done
vm_start recorder --mem 2048 --no-reboot \
	--kernel "$I/kernel/boot/vmlinuz-$release" --initrd "$T/initrd" \
	--append 'console=ttyS0 quiet panic=-1' \
	--disk "$T/a.img,serial=DISK-A" --disk "$T/b.img,serial=DISK-B" \
	--disk "$T/c.img,serial=DISK-C" --disk "$T/d.img,serial=DISK-D" \
	--disk "$T/out.img,serial=DISK-OUT" -- \
	-device virtio-scsi-pci,addr=0x1e,id=scsi \
	-drive "file=$T/e.img,format=raw,if=none,id=e" \
	-device scsi-hd,drive=e,bus=scsi.0,scsi-id=0,serial=SCSI-E \
	-drive "file=$T/f.img,format=raw,if=none,id=f" \
	-device scsi-hd,drive=f,bus=scsi.0,scsi-id=1,serial=SCSI-F
vm_wait_exit recorder 300
vm_console_text recorder | grep -q '^recorded all' || {
	vm_complain recorder 'it has not recorded everything'
	exit 1
}
mkdir -p "$TREES"
tar -C "$TREES" -xf "$T/out.img"
ls -l "$TREES"
