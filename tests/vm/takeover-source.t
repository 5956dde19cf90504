#!/bin/sh
# A machine without console or live CD sends its own disk away: it takes itself
# into RAM with p2v-push inside, pushes its second disk, which it had mounted and
# was writing to, to another machine, and goes back to its system by itself.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
. "$ROOT/tests/vm/takeover.sh"
need_root
need e2fsck qemu-system-x86_64 socat setpriv ssh ssh-keygen mmdebstrap sfdisk partx mke2fs cpio zstd \
	p2v-takeover p2v-push p2v-initrd

# A cable between the two machines; QEMU's user network leads nowhere.
cable="-netdev stream,id=n1,addr.type=unix,addr.path=$T/cable,server"
make_target() {
	ssh-keygen -q -t ed25519 -N '' -f "$T/hostkey" &&
		p2v-initrd configure "$takeover_initrd" --authorized-keys "$VM_KEY.pub" --host-key "$T/hostkey" \
			-o "$T/target.initrd" || return 1
	truncate -s 256M "$T/target.img"
}
make_data() {
	truncate -s 96M "$T/data.img"
	printf 'label: dos\nlabel-id: 0x600dda7a\nstart=2048, type=83\n' | sfdisk -q "$T/data.img"
	mkdir "$T/tree"
	head -c 4000000 /dev/urandom >"$T/tree/file"
	mke2fs -q -t ext4 -d "$T/tree" -E offset=1048576 "$T/data.img" 95M
}

check "kernel and initrd are made, with p2v-push inside" takeover_image "$B/p2v-push"
check "the source's disk is made" takeover_disk "$T/disk.img"
check "and one with data" make_data
check "and the target" make_target
# shellcheck disable=SC2086 # a list of options
vm_start target --mem 256 --disk "$T/target.img,serial=$FLOW_SERIAL" --kernel "$takeover_kernel" \
	--initrd "$T/target.initrd" --append 'console=ttyS0 ip=10.9.0.2::::target:52-54-00-00-00-02:none ip=52-54-00-12-34-56:dhcp' \
	-- $cable=on -device virtio-net-pci,netdev=n1,addr=0x4,mac=52:54:00:00:00:02
check "the target waits in RAM" vm_wait_console target 'p2v-push root@10.9.0.2' 60
# shellcheck disable=SC2086
vm_start source --mem 384 --disk "$T/disk.img" --disk "$T/data.img,serial=DATA" \
	-- $cable=off -device virtio-net-pci,netdev=n1,addr=0x4,mac=52:54:00:00:00:01
check "the source runs Debian" takeover_old source
booted=$(vm_ssh source 'cat /proc/sys/kernel/random/boot_id')
vm_ssh source 'ip addr add 10.9.0.1/24 dev ens4 && ip link set ens4 up && mkdir -p /data2 &&
	mount /dev/vdb1 /data2 && cat >/root/key && chmod 600 /root/key &&
	(setsid sh -c "while :; do date >>/data2/log; sleep 0.5; done" >/dev/null 2>&1 </dev/null &)' <"$VM_KEY"

# p2v-initrd --with keeps the place.
push="$B/p2v-push --source /dev/vdb --target-disk /dev/vda --yes-erase $FLOW_SERIAL --identity /root/key"
push="$push --host-key $(ssh-keygen -lf "$T/hostkey.pub" | cut -d ' ' -f 2) --cutover none root@10.9.0.2"
start=$(vm_tenths)
# --wait 1: nobody has to log in. The cable has no resolver, the key must come along.
check_status "the source takes itself into RAM" 4 takeover_run source --method pivot --wait 1 \
	--with /root/key --then "$push" --finally reboot
check "and runs the command there" vm_wait_console source 'running the command of --then' 120
# Status 3: a warning, that there is no system on it.
check "it succeeds" vm_wait_console source 'the command ended with status 3' 120
echo "# from the command to the end of the push: $(vm_since "$start") s"
check "then it goes back" takeover_old source
check_fails "in a boot of its own" test "$(vm_ssh source 'cat /proc/sys/kernel/random/boot_id')" = "$booted"
# The target has no shell to ask; its disk is looked at from here.
vm_stop target
check "the target has a file system that was left in order" e2fsck -fn "$T/target.img?offset=1048576"
check "it can be mounted" mount -o ro,loop,offset=1048576 "$T/target.img" "$T/disk"
on_exit "umount '$T/disk' 2>/dev/null"
check "the file is there" cmp "$T/tree/file" "$T/disk/file"
check_eq "and what was written until the end" "$(tail -n 3 "$T/disk/log")" \
	"$(vm_ssh source 'mount -o ro /dev/vdb1 /mnt && tail -n 3 /mnt/log')"
umount "$T/disk"
done_testing
