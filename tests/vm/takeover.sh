# takeover.sh - a running Debian machine that is to be taken over, for the tests
# takeover-*.t; to be sourced after lib.sh and flow.sh (POSIX sh)
#
# The machine is the push tests' source, with a static address, an on-link
# gateway with a metric, a policy rule, and a serial console.

# takeover_image [PACKAGE|FILE...]: kernel and initrd of the bootstrap system,
# with these programs added.
takeover_image() {
	flow_images mbr kernel || return 1
	takeover_kernel=$(echo "$I"/kernel/boot/vmlinuz-*)
	takeover_initrd=$T/bootstrap.initrd
	for takeover_with; do
		set -- "$@" --with "$takeover_with"
		shift
	done
	p2v-initrd build --standalone --kernel "${takeover_kernel##*/vmlinuz-}" --modules-from "$I/kernel" \
		--modules virtio --programs "$B" --compress "${TAKEOVER_COMPRESS:-zstd:3}" "$@" -o "$takeover_initrd"
}

# takeover_disk FILE: the Debian machine's disk, with the network of this test.
takeover_disk() {
	cp --sparse=always "$I/source-mbr.img" "$1"
	mkdir -p "$T/disk"
	mount -o loop,offset=1048576 "$1" "$T/disk" || return 1
	cat >"$T/disk/etc/network/interfaces" <<-X
		auto lo ens3
		iface lo inet loopback

		iface ens3 inet static
		    address 10.0.2.15/32
		    post-up ip route add default via 10.0.2.2 dev ens3 onlink metric 50
		    post-up ip route add default via 10.0.2.2 dev ens3 onlink table 100
		    post-up ip rule add pref 100 from 10.0.2.15 lookup 100
	X
	sed -i 's/ ro  *quiet/ ro console=ttyS0,115200/' "$T/disk/boot/grub/grub.cfg"
	umount "$T/disk"
}

# takeover_run NAME OPTION...: p2v-takeover --host against it.
takeover_run() {
	takeover_name=$1
	shift
	p2v-takeover --host root@127.0.0.1 --wait "$(vm_scaled 120)" \
		--ssh "ssh $VM_SSH_OPTIONS -i $VM_KEY -p $(vm_port "$takeover_name")" \
		--image "$takeover_kernel,$takeover_initrd" "$@"
}

# takeover_old NAME: until its old system answers, after a (re)start.
takeover_old() { vm_wait_ssh "$1" 120 'test -e /srv/hello/text && systemctl is-active ssh'; }

# takeover_push NAME: a whole machine onto its disk, which then starts it. (No
# proof of boot: here the bootstrap system has the source's own host key.)
takeover_push() {
	p2v-push --source "$I/source-mbr.img" --target-disk /dev/vda --yes-erase "$FLOW_SERIAL" \
		--identity "$VM_KEY" --host-key "$(ssh-keygen -lf "$I/source-hostkey.pub" | cut -d ' ' -f 2)" \
		"root@127.0.0.1:$(vm_port "$1")"
}

# takeover_free NAME: says "free" if nothing uses the disk. The kernel reads a
# partition table again only then.
takeover_free() {
	vm_ssh "$1" 'grep -c vda /proc/mounts /proc/swaps; blockdev --rereadpt /dev/vda && echo free'
}
# shellcheck disable=SC2034 # what takeover_free should say; for the tests
TAKEOVER_FREE='/proc/mounts:0
/proc/swaps:0
free'
