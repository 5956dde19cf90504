#!/bin/sh
# A loader for cloud images: one kernel and one initrd start three disks that
# nobody has told them about: GRUB 2, GRUB legacy, extlinux. Nothing is written
# to the disks.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
. "$ROOT/tests/vm/boot-disks.sh"
need_root
need qemu-system-x86_64 socat setpriv mmdebstrap sfdisk mke2fs cpio zstd busybox p2v-receive p2v-boot p2v-initrd

check "a kernel is there" flow_images kernel
kernel=$(cd "$I/kernel/boot" && echo vmlinuz-*)
version=${kernel#vmlinuz-}
check "the loader's initrd is built" p2v-initrd build --standalone --mode loader --kernel "$version" \
	--modules-from "$I/kernel" --modules virtio --compress zstd:3 --programs "$B" -o "$T/loader.initrd"

# files DIR: a kernel and an initrd as a distribution has them.
files() {
	mkdir -p "$1/boot"
	cp "$I/kernel/boot/$kernel" "$1/boot/"
	proof_initrd "$1/boot/initrd.img-$version"
}

files "$T/grub2"
mkdir "$T/grub2/boot/grub"
grub-editenv "$T/grub2/boot/grub/grubenv" create
grub-editenv "$T/grub2/boot/grub/grubenv" set saved_entry='gnulinux-simple'
cat >"$T/grub2/boot/grub/grub.cfg" <<X
if [ -s \$prefix/grubenv ]; then
  load_env
fi
set default="\${saved_entry}"
menuentry 'Memory test' --id memtest {
	linux16 /boot/memtest86+.bin
}
menuentry 'Debian GNU/Linux' --class debian --id 'gnulinux-simple' {
	load_video
	insmod part_msdos
	insmod ext2
	search --no-floppy --fs-uuid --set=root $BOOT_UUID
	echo	'Loading Linux $version ...'
	linux	/boot/$kernel root=UUID=$BOOT_UUID ro console=ttyS0 loaded-from=grub2
	initrd	/boot/initrd.img-$version
}
X

files "$T/legacy"
mkdir "$T/legacy/boot/grub"
cat >"$T/legacy/boot/grub/menu.lst" <<X
default		1
timeout		5
## ## Start Default Options ##
# kopt=root=/dev/sda1 ro
title		Other
root		(hd0,0)
kernel		/boot/not-there root=/dev/sda1
title		Debian GNU/Linux, kernel $version
root		(hd0,0)
kernel		/boot/$kernel root=UUID=$BOOT_UUID ro console=ttyS0 loaded-from=legacy
initrd		/boot/initrd.img-$version
X

files "$T/extlinux"
mkdir "$T/extlinux/boot/extlinux"
cat >"$T/extlinux/boot/extlinux/extlinux.conf" <<X
DEFAULT l1
PROMPT 0
TIMEOUT 50
LABEL l0
	LINUX ../not-there
LABEL l1
	MENU LABEL Debian $version
	LINUX ../$kernel
	APPEND root=UUID=$BOOT_UUID ro console=ttyS0 loaded-from=extlinux
	INITRD ../initrd.img-$version
X

for kind in grub2 legacy extlinux; do
	check "$kind: the disk is made" boot_disk "$T/$kind.img" "$T/$kind"
	before=$(sha256sum <"$T/$kind.img")
	# With root= the kernel gives the initrd a root without a limit.
	words=loader=only
	[ "$kind" != legacy ] || words='root=/dev/vda1 ro'
	vm_start "$kind" --mem 256 --disk "$T/$kind.img" --no-reboot \
		--kernel "$I/kernel/boot/$kernel" --initrd "$T/loader.initrd" --append "console=ttyS0 $words"
	check "$kind: the kernel that its configuration names comes up, with its command line" \
		vm_wait_console "$kind" "root=UUID=$BOOT_UUID ro console=ttyS0 loaded-from=$kind p2v.loaded=1" 120
	check "$kind: and its initrd, which ends the machine" vm_wait_exit "$kind" 60
	check "$kind: (that it was this initrd)" vm_console_has "$kind" 'PROOF ok:'
	check_eq "$kind: nothing was written to the disk" "$(sha256sum <"$T/$kind.img")" "$before"
done
done_testing
