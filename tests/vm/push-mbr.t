#!/bin/sh
# The main job: a machine with an MBR disk (logical partitions, GRUB in the
# gap, no serial console) goes onto a larger disk, is kexec'ed, and later boots
# from that disk through firmware and GRUB.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh ssh-keyscan mmdebstrap sfdisk partx p2v-push p2v-receive

check "the disks are made" flow_images mbr instance
disk=$T/target.img
flow_new_disk "$disk"
flow_start target "$disk"
check "the bootstrap system runs from RAM" flow_wait_bootstrap target
check_eq "its own disk is not in use" \
	"$(vm_ssh target 'grep -c vda /proc/mounts /proc/swaps; blockdev --rereadpt /dev/vda && echo free')" \
	"/proc/mounts:0
/proc/swaps:0
free"

before=$(vm_ssh target 'sha256sum </dev/vda1')
check_status "a dry run" 0 flow_push target "$I/source-mbr.img" --dry-run
check_has "shows the plan" "$T/out" "copy used blocks"
check_has "and what will be lost" "$T/out" "p2v-boot"
check_eq "and writes nothing" "$(vm_ssh target 'sha256sum </dev/vda1')" "$before"

check_status "the push ends with the proof that the machine came up" 0 \
	flow_push target "$I/source-mbr.img" --wait-boot "$(vm_scaled 120)" --log "$T/log"
flow_check target "after kexec" mbr srv/markers data/markers
check "every file of every package is as it was" flow_packages target
check "a login prompt is on the serial console" vm_wait_console target "srcmbr login:" 60
check_eq "the disk's and partitions' identities are the source's" \
	"$(flow_partuuids "$disk")" "$(flow_partuuids "$I/source-mbr.img")"
check "it powers off by itself" vm_poweroff target

flow_start target "$disk"
flow_check target "after a cold boot" mbr srv/markers data/markers
check "a login prompt is on the serial console again" vm_wait_console target "srcmbr login:" 60
check "it powers off by itself again" vm_poweroff target
done_testing
