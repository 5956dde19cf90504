#!/bin/sh
# One kernel and one initrd, no disk of its own, 256 MiB: a machine is pushed
# into it and kexec'ed. Then one without any key: it opens no port,
# until a cloud-init volume brings one.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh ssh-keygen ssh-keyscan mmdebstrap sfdisk genisoimage cpio zstd \
	p2v-push p2v-receive p2v-boot p2v-initrd

# The list of boot entries is refused for want of a disk, not by the door.
door_answers() { vm_ssh bare 'p2v-boot list' 2>&1 | grep -q '^p2v-boot:'; }

check "the source's disk and a kernel are made" flow_images mbr kernel
kernel=$(cd "$I/kernel/boot" && echo vmlinuz-*)
check "the initrd is built" p2v-initrd build --standalone --kernel "${kernel#vmlinuz-}" \
	--modules-from "$I/kernel" --modules virtio --compress zstd:3 --programs "$B" -o "$T/initrd"
check "it has at most 24 MiB" test "$(wc -c <"$T/initrd")" -le 25165824
ssh-keygen -q -t ed25519 -N '' -f "$T/hostkey"
check "it is given keys" p2v-initrd configure "$T/initrd" --authorized-keys "$VM_KEY.pub" \
	--host-key "$T/hostkey" -o "$T/target.initrd"
fingerprint=$(ssh-keygen -lf "$T/hostkey.pub" | cut -d ' ' -f 2)

# A gateway that lies in no subnet, a card that is named by its address.
truncate -s 4G "$T/disk"
vm_start target --mem 256 --disk "$T/disk,serial=$FLOW_SERIAL" --forward 8000 \
	--kernel "$I/kernel/boot/$kernel" --initrd "$T/target.initrd" \
	--append 'console=ttyS0 ip=10.0.2.15::10.0.2.2:32:web1:52-54-00-12-34-56:none p2v.nameserver=10.0.2.3'
check "the console shows what to run on the source" vm_wait_console target 'p2v-push root@10.0.2.15' 60
check "and the host key that was packed in" vm_wait_console target "$fingerprint" 5
check "and its name" vm_wait_console target 'web1 waits in RAM' 5
check_status "a push onto it ends with the proof that the machine came up" 0 \
	p2v-push --source "$I/source-mbr.img" --target-disk /dev/vda --yes-erase "$FLOW_SERIAL" \
	--identity "$VM_KEY" --host-key "$fingerprint" --wait-boot "$(vm_scaled 120)" \
	"root@127.0.0.1:$(vm_port target)"
flow_check target "after kexec" mbr srv/markers data/markers
vm_stop target

# No key at all, the other server, and less memory.
check "an initrd with dropbear is built" p2v-initrd build --standalone --kernel "${kernel#vmlinuz-}" \
	--modules-from "$I/kernel" --modules virtio --sshd dropbear --compress zstd:3 --programs "$B" -o "$T/dropbear"
vm_start bare --mem 192 --kernel "$I/kernel/boot/$kernel" --initrd "$T/dropbear" --append 'console=ttyS0'
check "without a key the console says so" vm_wait_console bare 'NO KEY' 60
check "and that it has an address all the same" vm_wait_console bare 'address: 10.0.2.15' 30
check_eq "no port is open" "$(vm_host_key bare)" ''
mkdir "$T/seed"
printf 'instance-id: one\nlocal-hostname: seeded\n' >"$T/seed/meta-data"
{
	echo '#cloud-config'
	echo 'ssh_authorized_keys:'
	sed 's/^/  - /' "$VM_KEY.pub"
} >"$T/seed/user-data"
genisoimage -quiet -output "$T/seed.iso" -volid cidata -joliet -rock "$T/seed/user-data" "$T/seed/meta-data"
vm_monitor bare "drive_add 0 file=$T/seed.iso,format=raw,if=none,id=seed,readonly=on" >"$T/monitor"
vm_monitor bare 'device_add virtio-blk-pci,drive=seed,id=seed' >>"$T/monitor"
check "a cloud-init volume that comes late brings a key" vm_wait_console bare 'from the volume cidata' 60
check "and its name" vm_wait_console bare 'seeded waits in RAM' 30
check "the console shows the fingerprint of a new host key" vm_wait_console bare 'SHA256:' 30
check "the key opens the door" vm_until 60 door_answers
check_status "which leads to nothing else" 126 vm_ssh bare 'cat /etc/p2v/defaults'
done_testing
