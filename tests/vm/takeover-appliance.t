#!/bin/sh
# Maintenance mode, the example of docs/maintenance.rst: an appliance whose root
# is a squashfs on its only disk, with busybox as PID 1, goes into RAM by
# pivot_root, a service there writes the new firmware over the old one, and the
# machine restarts into it.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
. "$ROOT/tests/vm/takeover.sh"
need_root
need qemu-system-x86_64 socat setpriv busybox mksquashfs cpio gzip modprobe ip p2v-takeover

version=

# The appliance's firmware number $1 in $2: busybox, and in the first one what
# the second one is brought in with.
make_firmware() {
	rm -rf "$T/root"
	mkdir -p "$T/root/bin" "$T/root/sbin" "$T/root/etc/init.d" "$T/root/root/.ssh" "$T/root/proc" "$T/root/sys" \
		"$T/root/dev" "$T/root/run" "$T/root/mnt" "$T/root/usr/lib" "$T/root/update"
	cp "$(command -v busybox)" "$T/root/bin/busybox"
	busybox --list | while read -r applet; do
		[ "$applet" = busybox ] || ln -s /bin/busybox "$T/root/bin/$applet"
	done
	ln -s /bin/busybox "$T/root/sbin/init"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$T/root/etc/passwd"
	cp "$VM_KEY.pub" "$T/root/root/.ssh/authorized_keys"
	cat >"$T/root/etc/inittab" <<-X
		::sysinit:/etc/init.d/rcS
		ttyS0::respawn:-/bin/sh
	X
	cat >"$T/root/etc/init.d/rcS" <<-X
		#!/bin/sh
		mount -t proc proc /proc
		mount -t sysfs sys /sys
		mount -t devtmpfs dev /dev 2>/dev/null
		mount -t tmpfs -o mode=755 run /run
		ip link set lo up
		ip link set eth0 up
		ip addr add 10.0.2.15/24 dev eth0
		ip route add default via 10.0.2.2
		echo "appliance with firmware $1 is up"
	X
	chmod +x "$T/root/etc/init.d/rcS"
	[ ! -d "$T/update" ] || cp -a "$T/update/." "$T/root/update/"
	mksquashfs "$T/root" "$2" -noappend -all-root -quiet -comp gzip >"$T/squash.log" 2>&1
}

# A boot initrd: the drivers of the disk and the squashfs, and switch_root.
make_boot() {
	mkdir -p "$T/boot/bin" "$T/boot/new" "$T/boot/dev" "$T/boot/proc"
	cp "$(command -v busybox)" "$T/boot/bin/busybox"
	ln -s busybox "$T/boot/bin/sh"
	number=10
	for module in virtio_pci virtio_blk virtio_net squashfs; do
		modprobe -C /dev/null -d "$I/kernel" -S "$version" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$T/modules"
	while read -r module; do
		cp "$module" "$T/boot/$number-${module##*/}"
		number=$((number + 1))
	done <"$T/modules"
	cat >"$T/boot/init" <<-'X'
		#!/bin/sh
		/bin/busybox mount -t devtmpfs dev /dev
		for module in /*.ko*; do
			/bin/busybox insmod "$module"
		done
		until /bin/busybox mount -t squashfs -o ro /dev/vda /new; do
			/bin/busybox sleep 1
		done
		/bin/busybox mount --move /dev /new/dev
		exec /bin/busybox switch_root /new /sbin/init
	X
	chmod +x "$T/boot/init"
	(cd "$T/boot" && find . | cpio -o -H newc --quiet | gzip -1) >"$T/boot.initrd"
}

# What docs/maintenance.rst tells to do.
make_update() {
	mkdir -p "$T/update/services" "$T/update/takeover" "$T/update/ramboot" "$T/update/files"
	cp "$T/two.squashfs" "$T/update/services/firmware"
	cat >"$T/update/services/10-status" <<-'X'
		#!/bin/sh
		# A service that goes on while the disk is written.
		echo "service: still here" >/dev/console
		sleep 3
	X
	cat >"$T/update/services/20-write.once" <<-'X'
		#!/bin/sh
		# The old root is gone from the disk, so it can be overwritten.
		here=/etc/p2v/takeover/services
		dd if="$here/firmware" of=/dev/vda bs=64k conv=fsync || exit 1
		cmp -n "$(wc -c <"$here/firmware")" "$here/firmware" /dev/vda || exit 1
		echo "firmware written" >/dev/console
		sleep 2
		reboot -f
	X
	chmod +x "$T/update/services/10-status" "$T/update/services/20-write.once"
	cp "$takeover_initrd" "$T/update/bootstrap.initrd"
	cp "$ROOT/initrd/p2v-takeover" "$T/update/"
	cp "$ROOT/initrd/ramboot/ramboot.sh" "$T/update/ramboot/"
	cp "$ROOT/initrd/files/program.sh" "$T/update/files/"
	cp "$ROOT"/initrd/takeover/* "$T/update/takeover/"
}

prepare() {
	# Its busybox does not know zstd.
	TAKEOVER_COMPRESS=gzip:1 takeover_image || return 1
	version=${takeover_kernel##*/vmlinuz-}
	make_boot && make_firmware two "$T/two.squashfs" && make_update && make_firmware one "$T/disk.img" || return 1
	truncate -s 128M "$T/disk.img"
}

check "the appliance is made" prepare
vm_start box --mem 384 --disk "$T/disk.img" --kernel "$takeover_kernel" --initrd "$T/boot.initrd" \
	--append 'console=ttyS0 panic=5'
check "it runs its first firmware" vm_wait_console box 'appliance with firmware one is up' 60
cp "$T/disk.img" "$T/before.img"
vm_type box 'sh /update/p2v-takeover --initrd /update/bootstrap.initrd --dry-run; echo "status $?"'
check "a dry run says that it can be done" vm_wait_console box 'verdict: pivot' 60
check "for want of a kernel to start, not by kexec" vm_wait_console box 'no kernel was given' 5
check "it writes nothing" cmp "$T/disk.img" "$T/before.img"
rm -f "$T/before.img"
vm_type box 'sh /update/p2v-takeover --initrd /update/bootstrap.initrd --services /update/services --deadman 0'
check "the system goes into RAM" vm_wait_console box 'vda is free' 90
check "a service runs there" vm_wait_console box 'service: still here' 60
check "the firmware is written" vm_wait_console box 'firmware written' 60
check "the appliance restarts with it" vm_wait_console box 'appliance with firmware two is up' 90
check "which is what the disk holds" cmp -n "$(wc -c <"$T/two.squashfs")" "$T/two.squashfs" "$T/disk.img"
done_testing
