#!/bin/sh
# relay-image.sh - a machine on a network block device, into build/images
#
#   relay.img            the source machine's disk with p2v-target installed by
#                        `make install`, and p2v-relay by itself
#   relay-vmlinuz        the provider's kernel, of another flavour (cloud)
#   relay-initrd         the provider's initramfs: a shell script that sets the
#                        network card up and mounts the root from nbd. It has a
#                        few modules for the provider's kernel, in a folder of
#                        its own, and knows nothing of lib/modules
#
# Kept for as long as what they are made from is the same. Needs root.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=script.sh
. "$ROOT/tests/vm/script.sh"
I=$B/images

image_key() {
	{
		find "$ROOT/initrd" "$ROOT/fixups" "$0" "$B/p2v-boot" "$B/p2v-wrap-init" "$B/p2v-relay-shutdown" \
			-type f -exec sha256sum '{}' +
		cat "$I/source-mbr.img.key"
	} | sort | sha256sum | cut -c1-64
}

# Kernel and programs of a provider, from Debian's packages, not installed.
get_provider() {
	[ ! -e "$I/relay-vmlinuz" ] || [ ! -d "$I/relay-provider" ] || return 0
	rm -rf "$I/relay-provider" "$T/provider"
	# shellcheck disable=SC2086 # no mirror is no argument
	mmdebstrap --quiet --mode=root --variant=extract --include=linux-image-cloud-amd64,nbd-client,busybox-static \
		--dpkgopt='path-exclude=/usr/share/*' bookworm "$T/provider" ${MIRROR:-} >"$T/provider.log" 2>&1 || {
		cat "$T/provider.log" >&2
		return 1
	}
	mkdir -p "$I/relay-provider/lib" "$I/relay-provider/modules"
	version=$(basename "$T"/provider/lib/modules/*)
	cp "$T/provider/bin/busybox" "$T/provider/sbin/nbd-client" "$I/relay-provider/"
	copy_libraries "$T/provider" "$I/relay-provider/nbd-client" "$I/relay-provider/lib"
	number=0
	depmod -b "$T/provider" "$version"
	modprobe -C /dev/null -d "$T/provider" -S "$version" -a --show-depends virtio_pci virtio_net nbd ext4 |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while IFS= read -r file; do
		number=$((number + 1))
		cp "$file" "$I/relay-provider/modules/$(printf '%02d' $number)-${file##*/}"
	done
	cp "$T/provider/boot/vmlinuz-$version" "$I/relay-vmlinuz"
}

# copy_libraries ROOT PROGRAM DIR: what the program is linked with.
copy_libraries() {
	LD_LIBRARY_PATH=$1/lib/x86_64-linux-gnu:$1/usr/lib/x86_64-linux-gnu ldd "$2" |
		sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | while IFS= read -r library; do
		cp -L "$library" "$3/"
	done
}

make_initrd() {
	rm -rf "$T/initrd"
	mkdir -p "$T/initrd/bin" "$T/initrd/lib64" "$T/initrd/lib/x86_64-linux-gnu"
	mkdir "$T/initrd/proc" "$T/initrd/sys" "$T/initrd/dev" "$T/initrd/newroot"
	cp "$I/relay-provider/busybox" "$I/relay-provider/nbd-client" "$T/initrd/bin/"
	cp "$I/relay-provider/lib/"* "$T/initrd/lib/x86_64-linux-gnu/"
	cp /lib64/ld-linux-x86-64.so.2 "$T/initrd/lib64/"
	cp -R "$I/relay-provider/modules" "$T/initrd/provider-modules"
	ln -s busybox "$T/initrd/bin/sh"
	cat >"$T/initrd/init" <<-'X'
		#!/bin/sh
		export PATH=/bin
		busybox mount -t proc proc /proc
		busybox mount -t sysfs sys /sys
		busybox mount -t devtmpfs dev /dev
		echo "provider: init of $(busybox uname -r)" >/dev/kmsg
		for module in /provider-modules/*; do
		        busybox insmod $module 2>/dev/null
		done
		busybox ip link set lo up
		busybox ip link set eth0 up
		busybox ip addr add 10.0.2.15/24 dev eth0
		until nbd-client 10.0.2.100 10809 /dev/nbd0 -N root -persist >/dev/null; do
		        busybox sleep 1
		done
		# The partitions are looked for when somebody opens the disk.
		busybox head -c 512 /dev/nbd0 >/dev/null
		until busybox mount -o ro /dev/nbd0p1 /newroot; do
		        busybox sleep 1
		done
		echo "provider: the root is mounted" >/dev/kmsg
		busybox umount /proc /sys
		busybox mount --move /dev /newroot/dev
		exec busybox switch_root /newroot /sbin/init
	X
	chmod 755 "$T/initrd/init"
	(cd "$T/initrd" && find . | sort | cpio -o -H newc -R 0:0 --quiet) | gzip -1 >"$I/relay-initrd"
}

make_disk() {
	rm -f "$I/relay.img"
	cp --sparse=always "$I/source-mbr.img" "$I/relay-new.img"
	loop=$(losetup -f --show "$I/relay-new.img")
	on_exit "partx -d '$loop' 2>/dev/null || true; losetup -d '$loop'"
	partx -d "$loop" 2>/dev/null || :
	partx -a "$loop"
	M=$T/root
	mkdir "$M"
	mount "${loop}p1" "$M"
	on_exit "umount '$M'"
	sed -i '/ \/ /!d' "$M/etc/fstab"
	printf 'auto lo\niface lo inet loopback\n' >"$M/etc/network/interfaces"
	make -C "$ROOT" --no-print-directory BUILD="$B" install DESTDIR="$M" PREFIX=/usr >"$T/install.log" 2>&1
	# The programs were built here, so they run with this machine's libraries.
	copy_libraries "" "$B/p2v-boot" "$M/usr/local/lib"
	rm -f "$M/usr/local/lib"/libc.so.* "$M/usr/local/lib"/libm.so.*
	chroot "$M" ldconfig
	cp "$I/relay-initrd" "$M/boot/provider-initrd"
	chroot "$M" /usr/bin/p2v-relay install >>"$T/install.log" 2>&1
	sed -i 's|^INITRD=.*|INITRD=/boot/provider-initrd|' "$M/etc/p2v-relay/relay.conf"
	mkdir -p "$M/var/log/journal"
}

exec 9>"$I/.relay-lock"
flock 9
key=$(image_key)
if [ "$key" != "$(cat "$I/relay.key" 2>/dev/null)" ]; then
	get_provider
	make_initrd
	make_disk
	# What was mounted is complete only when it is unmounted.
	sync
	eval "$script_cleanup"
	script_cleanup=
	mv "$I/relay-new.img" "$I/relay.img"
	echo "$key" >"$I/relay.key"
fi
