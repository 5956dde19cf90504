#!/bin/sh
# images.sh [mbr] [gpt] [instance] [kernel] - makes the disks that the VM tests use
#
# The machines that are moved, and the one that they are moved to. Into
# build/images, kept for as long as what they are made from is the same:
#
#   keys/operator         the ssh key that opens every machine of the tests
#   source-root.tar       the files (source-root.sh), shared by the disks
#   source-mbr.img        MBR, / on a primary, /data and swap on logical
#                         partitions, GRUB in the gap, fstab by UUID
#   source-gpt.img        GPT, BIOS boot partition, /boot, /, swap; / by
#                         PARTUUID, swap by label; an initrd without virtio
#                         drivers; a serial console
#   source-X.manifest     what tests/vm/manifest.sh says of the marker files
#   source-hostkey.pub    the machine's ssh host key (ed25519)
#   kernel/               its boot/ and lib/modules/, for initrds of our own
#   instance.img          8 GiB bootstrap disk by p2v-instance, with a rescue
#                         shell for the operator's key
#   instance-hostkeys/    its ssh host keys
#
# Needs root. All mounts are made in a mount namespace of its own, so that
# nothing stays behind when it is killed, but a loop device.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=script.sh
. "$ROOT/tests/vm/script.sh"
I=$B/images
HERE=$ROOT/tests/vm

say() { echo "images: $*" >&2; }

# key_of FILE...: a name for their contents and the mirror.
key_of() {
	{
		echo "${MIRROR:-}"
		cat "$@"
	} | sha256sum | cut -c1-64
}

# fresh NAME KEY: was NAME made from the same things?
fresh() {
	[ -e "$I/$1" ] && [ "$(cat "$I/$1.key" 2>/dev/null)" = "$2" ]
}

make_keys() {
	mkdir -p "$I/keys"
	[ -e "$I/keys/operator" ] ||
		ssh-keygen -q -t ed25519 -N '' -C operator -f "$I/keys/operator"
}

make_root() {
	root_key=$(key_of "$HERE/source-root.sh" "$I/keys/operator.pub")
	if fresh source-root.tar "$root_key"; then
		return 0
	fi
	say "installing the source machine's Debian (one to two minutes)"
	rm -f "$I/source-root.tar"
	sh "$HERE/source-root.sh" "$I/source-root.tar.new" "$I/keys/operator.pub" >&2
	mv "$I/source-root.tar.new" "$I/source-root.tar"
	tar -xOf "$I/source-root.tar" ./etc/ssh/ssh_host_ed25519_key.pub |
		cut -d' ' -f1,2 >"$I/source-hostkey.pub"
	echo "$root_key" >"$I/source-root.tar.key"
}

# attach FILE: as a loop device with its partitions, in $L. The kernel may have
# no partition parsers, so it is told by partx. An interrupted run may have left
# partitions on this device (-u would do, but overlooks logical ones).
attach() {
	L=$(losetup -f --show "$1")
	# shellcheck disable=SC2016 # looked at when it ends
	on_exit '[ -z "$L" ] || detach'
	partx -d "$L" 2>/dev/null || :
	partx -a "$L"
}

detach() {
	partx -d "$L"
	losetup -d "$L"
	L=
}

# prepare_chroot DIR: proc, sys, and a /dev that holds only the disk, with the
# by-uuid links that grub-mkconfig looks for; there may be no udev here.
prepare_chroot() {
	mount -t proc proc "$1/proc"
	mount --rbind /sys "$1/sys"
	mount -t tmpfs -o mode=755 dev "$1/dev"
	mkdir -p "$1/dev/disk/by-uuid"
	for node in null zero full random urandom tty; do
		cp -a "/dev/$node" "$1/dev/$node"
	done
	for node in "/sys/block/${L#/dev/}" /sys/block/"${L#/dev/}"/"${L#/dev/}"p*; do
		IFS=: read -r major minor <"$node/dev"
		node=${node##*/}
		mknod "$1/dev/$node" b "$major" "$minor"
		uuid=$(blkid -p -s UUID -o value "/dev/$node") || continue
		[ -z "$uuid" ] || ln -s "../../$node" "$1/dev/disk/by-uuid/$uuid"
	done
}

release_chroot() {
	umount "$1/dev"
	umount -R "$1/sys"
	umount "$1/proc"
}

uuid_of() { blkid -p -s UUID -o value "$1"; }
partuuid_of() { blkid -p -s PART_ENTRY_UUID -o value "$1"; }

# put_markers DIR: files in which every property matters.
put_markers() {
	mkdir -p "$1/sub dir/deeper"
	head -c 20000000 /dev/urandom >"$1/random"
	head -c 9000000 /dev/zero >"$1/zeros"
	truncate -s 100M "$1/sparse"
	echo end >>"$1/sparse"
	ln "$1/random" "$1/hardlink"
	ln -s ../markers/random "$1/symlink"
	ln -s /nowhere "$1/dangling"
	mkfifo "$1/fifo"
	echo attributes >"$1/attributes"
	setfattr -n user.p2v -v 'some value' "$1/attributes"
	setfacl -m u:33:r "$1/attributes"
	cp /bin/true "$1/capable"
	setcap cap_net_raw+ep "$1/capable"
	: >"$1/empty"
	echo odd >"$1/ leading and trailing blank "
	echo odd >"$1/-rf"
	echo odd >"$1/new
line"
	echo odd >"$1/back\\slash \$HOME \"quotes' *"
	echo odd >"$1/$(printf 'latin1-\344')"
	echo odd >"$1/sub dir/deeper/old"
	chown 1234:5678 "$1/sub dir/deeper/old"
	chmod 4750 "$1/sub dir/deeper/old"
	touch -d '2001-02-03 04:05:06' "$1/sub dir/deeper/old" "$1/sub dir"
	chmod 1777 "$1/sub dir"
}

# unpack TAR DIR
unpack() {
	tar --numeric-owner --xattrs --xattrs-include='*' --acls -C "$2" -xpf "$1"
}

# install_grub DIR: into the disk's boot area, with a configuration made on it.
install_grub() {
	if ! chroot "$1" grub-install --target=i386-pc "$L" >"$T/grub.log" 2>&1 ||
		! chroot "$1" grub-mkconfig -o /boot/grub/grub.cfg >>"$T/grub.log" 2>&1; then
		cat "$T/grub.log" >&2
		return 1
	fi
	grep -q 'root=[A-Z]*UUID=' "$1/boot/grub/grub.cfg"
}

# make_own DIR NAME: what no two machines share. mmdebstrap empties machine-id,
# which would make the first boot on the target the machine's very first.
make_own() {
	echo "$2" >"$1/etc/hostname"
	tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
	printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$2" >"$1/etc/hosts"
}

make_mbr() {
	truncate -s 3G "$1"
	sfdisk -q "$1" <<-X
		label: dos
		label-id: 0x5eed1234
		start=2048, size=2200M, type=83, bootable
		type=5
		size=256M, type=83
		type=82
	X
	attach "$1"
	mkfs.ext4 -q -L srcroot "${L}p1"
	mkfs.ext4 -q -L srcdata "${L}p5"
	mkswap -q -L srcswap "${L}p6"
	M=$T/mnt
	mkdir "$M"
	mount "${L}p1" "$M"
	unpack "$I/source-root.tar" "$M"
	mkdir "$M/data"
	mount "${L}p5" "$M/data"
	make_own "$M" srcmbr
	cat >"$M/etc/fstab" <<-X
		UUID=$(uuid_of "${L}p1") / ext4 errors=remount-ro 0 1
		UUID=$(uuid_of "${L}p5") /data ext4 defaults 0 2
		UUID=$(uuid_of "${L}p6") none swap sw 0 0
	X
	mkdir -p "$M/srv/markers" "$M/data/markers"
	put_markers "$M/srv/markers"
	put_markers "$M/data/markers"
	finish_source "$1" srv/markers data/markers
}

make_gpt() {
	truncate -s 3G "$1"
	sfdisk -q "$1" <<-X
		label: gpt
		start=2048, size=1M, type=21686148-6449-6E6F-744E-656564454649, name=bios
		size=300M, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=boot, attrs=LegacyBIOSBootable
		size=2300M, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name="the root"
		type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F, name=swap
	X
	attach "$1"
	mkfs.ext4 -q -L srcboot "${L}p2"
	mkfs.ext4 -q -L srcroot "${L}p3"
	mkswap -q -L srcswap "${L}p4"
	M=$T/mnt
	mkdir "$M"
	mount "${L}p3" "$M"
	mkdir "$M/boot"
	mount "${L}p2" "$M/boot"
	unpack "$I/source-root.tar" "$M"
	make_own "$M" srcgpt
	cat >"$M/etc/fstab" <<-X
		PARTUUID=$(partuuid_of "${L}p3") / ext4 errors=remount-ro 0 1
		UUID=$(uuid_of "${L}p2") /boot ext4 defaults 0 2
		LABEL=srcswap none swap sw 0 0
	X
	mkdir -p "$M/srv/markers"
	put_markers "$M/srv/markers"
	sed -i 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"/' \
		"$M/etc/default/grub"
	prepare_chroot "$M"
	old_hardware "$M"
	release_chroot "$M"
	finish_source "$1" srv/markers
}

# old_hardware DIR: an initrd as a machine with SATA has it, without virtio.
old_hardware() {
	sed -i 's/^MODULES=.*/MODULES=list/' "$1/etc/initramfs-tools/initramfs.conf"
	printf '%s\n' ata_piix ahci sd_mod ext4 e1000 crc32c_intel crc32c_generic \
		>"$1/etc/initramfs-tools/modules"
	chroot "$1" update-initramfs -u >"$T/initramfs.log" 2>&1 || {
		cat "$T/initramfs.log" >&2
		return 1
	}
	for initrd in "$1"/boot/initrd.img-*; do
		if chroot "$1" lsinitramfs "${initrd#"$1"}" | grep -q virtio_blk; then
			say "$initrd has virtio drivers, which it should not"
			return 1
		fi
	done
}

# finish_source IMAGE MARKER-DIR...: boot loader, manifest, unmount.
finish_source() {
	image=$1
	shift
	prepare_chroot "$M"
	install_grub "$M"
	release_chroot "$M"
	(cd "$M" && sh "$HERE/manifest.sh" "$@") >"$image.manifest"
	umount -R "$M"
	rmdir "$M"
	detach
}

# make_image NAME: runs make_NAME in a mount namespace of its own.
make_image() {
	image_key=$(key_of "$0" "$HERE/manifest.sh" "$I/source-root.tar.key")
	if fresh "source-$1.img" "$image_key"; then
		return 0
	fi
	say "making source-$1.img"
	rm -f "$I/source-$1.img" "$I/source-$1.img.key" "$I/new-$1.img"
	unshare --mount --propagation private sh "$0" --inside "$1" "$I/new-$1.img"
	mv "$I/new-$1.img.manifest" "$I/source-$1.manifest"
	mv "$I/new-$1.img" "$I/source-$1.img"
	echo "$image_key" >"$I/source-$1.img.key"
}

# make_instance: the bootstrap disk, with the programs of this build.
make_instance() {
	instance_key=$(find "$B/p2v-receive" "$B/p2v-boot" "$ROOT/hooks" "$ROOT/initrd" "$ROOT/fixups" \
		-type f -exec sha256sum {} + | sort | cat - "$I/keys/operator.pub" | sha256sum | cut -c1-64)
	if fresh instance.img "$instance_key"; then
		return 0
	fi
	say "making instance.img (p2v-instance)"
	rm -f "$I/instance.img.key"
	"$ROOT/hooks/p2v-instance" create --disk "$I/instance.img" --size 8G \
		--hostname target --ssh-key "$I/keys/operator.pub" \
		--host-keys "$I/instance-hostkeys" --rescue-shell --force \
		--cache "$I/instance-cache" --programs "$B" ${MIRROR:+--mirror "$MIRROR"} \
		>"$T/instance.log" 2>&1 || {
		cat "$T/instance.log" >&2
		return 1
	}
	echo "$instance_key" >"$I/instance.img.key"
}

make_kernel() {
	if fresh kernel "$root_key"; then
		return 0
	fi
	rm -rf "$I/kernel" "$I/kernel.new"
	mkdir "$I/kernel.new"
	tar -C "$I/kernel.new" -xpf "$I/source-root.tar" --wildcards './boot/vmlinuz-*' './boot/config-*' \
		'./usr/lib/modules/*'
	ln -s usr/lib "$I/kernel.new/lib"
	mv "$I/kernel.new" "$I/kernel"
	echo "$root_key" >"$I/kernel.key"
}

if [ "${1:-}" = --inside ]; then
	"make_$2" "$3"
	exit
fi
[ "$(id -u)" = 0 ] || {
	say "run me as root: I mount file systems"
	exit 1
}
[ $# -gt 0 ] || set -- mbr gpt instance
mkdir -p "$I"
exec 9>"$I/.lock"
flock 9
make_keys
for each in "$@"; do
	case $each in
	mbr | gpt)
		make_root
		make_image "$each"
		;;
	instance) make_instance ;;
	kernel)
		make_root
		make_kernel
		;;
	*)
		say "I know mbr, gpt, instance and kernel, not $each"
		exit 1
		;;
	esac
done
