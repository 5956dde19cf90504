#!/bin/sh
# A machine with a GPT disk whose initrd has no drivers for the target's
# hardware, and whose network card will sit in another slot and so would get
# another name. The target's disk is larger: the table's backup must move.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh ssh-keyscan mmdebstrap sfdisk sgdisk partx p2v-push p2v-receive

check "the disks are made" flow_images gpt instance
disk=$T/target.img
flow_new_disk "$disk"
# Two CPUs: kexec has to stop the second one.
flow_start target "$disk" --nic virtio-net-pci,addr=0x7 --cpus 2
check "the bootstrap system runs from RAM" flow_wait_bootstrap target
check_status "the push ends with the proof that the machine came up" 0 \
	flow_push target "$I/source-gpt.img" --wait-boot "$(vm_scaled 120)" --log "$T/log"
flow_check target "after kexec" gpt srv/markers
check_eq "the address is on ens3, as the machine's configuration wants" \
	"$(vm_ssh target 'ip -4 -br addr show dev ens3 | cut -c1-5')" "ens3 "
check "it powers off by itself" vm_poweroff target

check "the table is sound on the larger disk" sgdisk -v "$disk"
check_has "sgdisk finds no problem" "$T/.check" "No problems found"
check_eq "the backup of the table is in the disk's last sector" \
	"$(dd if="$disk" bs=512 skip=$((8 * 1024 * 1024 * 2 - 1)) count=1 2>/dev/null | head -c 8)" "EFI PART"
check_eq "the disk's and partitions' identities are the source's" \
	"$(flow_partuuids "$disk")" "$(flow_partuuids "$I/source-gpt.img")"

flow_start target "$disk" --nic virtio-net-pci,addr=0x7
flow_check target "after a cold boot" gpt srv/markers
check "it powers off by itself again" vm_poweroff target
done_testing
