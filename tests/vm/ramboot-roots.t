#!/bin/sh
# ramboot-roots.t - a machine moves its root into RAM and lets go of the disk:
# from a partition, from a logical volume, from a disk without a table; the last
# with an initramfs by dracut, the others by initramfs-tools
#
# shellcheck disable=SC2016,SC2317 # commands for the machine; functions for check

. "$(dirname "$0")/../lib.sh"
# shellcheck source=lib.sh
. "$ROOT/tests/vm/lib.sh"
need qemu-system-x86_64 socat setcap setfacl setfattr
need_root
sh "$ROOT/tests/vm/ramboot-image.sh" || exit 1
I=$B/images

# in_ram VM DISK: what must hold whatever the root was on.
in_ram() {
	vm_ssh "$1" "cat /run/p2v/ramboot" >"$T/marker" || {
		not_ok "$1: the machine is up and has a marker"
		return
	}
	check_eq "$1: / is a tmpfs" "$(vm_ssh "$1" 'stat -f -c %T /')" tmpfs
	check_eq "$1: no disk is mounted or swapped to" \
		"$(vm_ssh "$1" 'grep -E "^/dev/(vd|mapper|dm-)" /proc/mounts /proc/swaps; echo end')" end
	check_eq "$1: nothing holds the disk" "$(vm_ssh "$1" "ls /sys/block/$2/holders; echo end")" end
	check "$1: the disk's partition table can be read again" \
		vm_ssh "$1" "blockdev --rereadpt /dev/$2"
	check "$1: the disk can be opened exclusively and erased" vm_ssh "$1" "wipefs -q -a -f /dev/$2"
	vm_ssh "$1" 'cd /srv/fixture && sh -s' <"$ROOT/tests/vm/ramboot-fixture.sh" >"$T/facts"
	check "$1: every file kept all that it had" diff -u "$I/ramboot.facts" "$T/facts"
	check_eq "$1: the sparse file takes a page or two" \
		"$(vm_ssh "$1" 'test $(stat -c %b /srv/fixture/sparse) -le 64 && echo sparse')" sparse
	check_eq "$1: fstab mounts no disk" \
		"$(vm_ssh "$1" 'grep -c -E "^(UUID|LABEL|/dev)" /etc/fstab')" 0
	check "$1: the old fstab is kept" vm_ssh "$1" 'grep -q "^UUID=.* / " /etc/fstab.p2v'
	check_has "$1: the marker names the disk" "$T/marker" "disks=$2"
	check_eq "$1: no unit failed" "$(vm_ssh "$1" 'systemctl --failed --no-legend --plain; echo end')" end
	check "$1: the console showed progress" vm_console_has "$1" 'MiB)'
	check "$1: the loss of user attributes is counted, or there is none" lost_are_told "$1"
}

# Kernels from 6.6 have user attributes in tmpfs; before, the one that we made
# is lost, and that is said.
lost_are_told() {
	if vm_ssh "$1" 'getfattr -n user.note /srv/fixture/with-user-attribute' >/dev/null 2>&1; then
		grep -qx 'lost_attributes=0' "$T/marker"
	else
		grep -qx 'lost_attributes=1' "$T/marker" &&
			vm_console_has "$1" 'no room for 1 user attributes'
	fi
}

# Copies the running root onto a logical volume, as an installer would.
make_lvm='set -e
pvcreate /dev/vdb && vgcreate vg0 /dev/vdb && lvcreate -y -n root -l 100%FREE vg0
mke2fs -q -t ext4 /dev/vg0/root && mount /dev/vg0/root /mnt
cp -ax /. /mnt/ && mv /mnt/etc/fstab.p2v /mnt/etc/fstab && rm -f /mnt/etc/lvm/lvmlocal.conf
setfattr -n user.note -v lost /mnt/srv/fixture/with-user-attribute
cd /; umount /mnt && vgchange -an vg0 && sync'

# By firmware and GRUB from its own disk; the image itself stays as it was.
truncate -s 1G "$T/lvm.img"
cp --sparse=always "$I/ramboot.img" "$T/partition.img"
vm_start partition --mem 512 --disk "$T/partition.img" --disk "$T/lvm.img"
check "partition: ssh answers" vm_wait_ssh partition 120
echo "# partition: sshd after $(vm_age partition) s in 512 MiB"
check "partition: a logical volume with a root is made" vm_ssh partition "$make_lvm"
in_ram partition vda
vm_ssh partition 'rm /etc/p2v/rescue-shell'
check_status "without a rescue shell a command is refused" 126 vm_ssh partition 'id'
check_status "without a rescue shell a shell is refused" 126 vm_ssh partition </dev/null
vm_stop partition

quick="ro console=ttyS0,115200 quiet"
vm_start lvm --mem 512 --disk "$T/lvm.img" --kernel "$I/ramboot-vmlinuz" \
	--initrd "$I/ramboot-initrd" --append "root=/dev/mapper/vg0-root $quick"
check "lvm: ssh answers" vm_wait_ssh lvm 90
check_eq "lvm: the volume group is inactive" "$(vm_ssh lvm 'ls /dev/mapper')" control
in_ram lvm vda
vm_stop lvm

# The instance's packages with dracut's files among them, in which dracut runs.
make_dracut() {
	mkdir "$T/tree"
	zstd -qdc "$B"/cache/base-*.tar.zst | tar -C "$T/tree" -xpf - || return
	sh "$ROOT/tests/tools/unpack-package.sh" dracut-core "$T/dracut" || return
	tar -C "$T/dracut" -cf - . | tar -C "$T/tree" --keep-directory-symlink -xf - || return
	p2v-initrd build --ramboot --builder dracut --kernel "$(ls "$T/tree/lib/modules")" \
		--root-tree "$T/tree" -o "$T/dracut.img" || return
	rm -rf "$T/tree" "$T/dracut"
}
check "dracut makes an initramfs" make_dracut
cp --sparse=always "$I/ramboot-whole.img" "$T/whole.img"
vm_start whole --mem 512 --disk "$T/whole.img" --kernel "$I/ramboot-vmlinuz" \
	--initrd "$T/dracut.img" --append "root=/dev/vda $quick"
check "whole disk: ssh answers" vm_wait_ssh whole 90
in_ram whole vda
vm_stop whole

done_testing
