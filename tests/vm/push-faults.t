#!/bin/sh
# Refusals and failures in a row on one bootstrap machine. After each refusal
# the whole target disk is compared with what it was; after each failure the
# machine still answers from RAM, and in the end a push goes through.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh ssh-keygen mmdebstrap sfdisk partx mke2fs p2v-push p2v-receive

check "the disks are made" flow_images mbr instance
disk=$T/target.img
unchanged() { check "$1: the target's disk is unchanged" cmp "$disk" "$T/before.img"; }

# A machine that runs from its disk: the second entry of its boot menu.
boot_from_disk() {
	mkdir -p "$T/mnt"
	mount -o loop,offset=1048576 "$1" "$T/mnt" &&
		sed -i 's/^set default=0/set default=1/' "$T/mnt/grub/grub.cfg" &&
		umount "$T/mnt"
}
cp --sparse=always "$I/instance.img" "$T/from-disk.img"
check "the boot menu's second entry is chosen" boot_from_disk "$T/from-disk.img"
flow_start from-disk "$T/from-disk.img"
check "the bootstrap system runs from its disk" vm_wait_ssh from-disk 90 'findmnt -n -t ext4 /'
check_status "a target that runs from its disk is refused" 2 flow_push from-disk "$I/source-mbr.img"
check_has "it says why" "$T/err" "in use"
vm_stop from-disk
rm -f "$T/from-disk.img"

flow_new_disk "$disk"
truncate -s 1G "$T/small.img"
flow_start target "$disk" --disk "$T/small.img,serial=SMALL-DISK"
check "the bootstrap system runs from RAM" flow_wait_bootstrap target
# Its way into RAM has mounted the disk once, so only now is it what it stays.
vm_ssh target sync
cp --sparse=always "$disk" "$T/before.img"

vm_ssh target 'mount -o ro,noload /dev/vda2 /mnt'
check_status "a mounted target disk is refused" 2 flow_push target "$I/source-mbr.img"
check_has "it says where" "$T/err" "/mnt"
vm_ssh target 'umount /mnt'
unchanged "mounted"

push_to() {
	p2v-push --source "$I/source-mbr.img" --identity "$VM_KEY" "$@" "root@127.0.0.1:$(vm_port target)"
}
check_status "a wrong --yes-erase is refused" 2 push_to --host-key "$(flow_fingerprint)" \
	--target-disk /dev/vda --yes-erase ANOTHER-SERIAL
check_status "a disk that is too small is refused" 2 push_to --host-key "$(flow_fingerprint)" \
	--target-disk /dev/vdb --yes-erase SMALL-DISK
check_status "a wrong host key ends the connection" 5 push_to \
	--host-key "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	--target-disk /dev/vda --yes-erase "$FLOW_SERIAL"
ssh-keygen -q -t ed25519 -N '' -f "$T/stranger"
check_status "a key that the target does not know is refused" 5 env SSH_AUTH_SOCK= \
	p2v-push --source "$I/source-mbr.img" --identity "$T/stranger" --host-key "$(flow_fingerprint)" \
	--target-disk /dev/vda --yes-erase "$FLOW_SERIAL" "root@127.0.0.1:$(vm_port target)"
unchanged "refused"
rm -f "$T/before.img"

# The pusher dies while chunks are on their way.
sending() { grep -q '"done": *[1-9][0-9]\{7,\}' "$T/cut.json" || ! kill -0 "$pusher" 2>/dev/null; }
p2v-push --source "$I/source-mbr.img" --identity "$VM_KEY" --host-key "$(flow_fingerprint)" \
	--target-disk /dev/vda --yes-erase "$FLOW_SERIAL" --json "root@127.0.0.1:$(vm_port target)" \
	>"$T/cut.json" 2>"$T/cut.err" &
pusher=$!
check "a push gets as far as sending" vm_until 120 sending
kill -9 "$pusher"
wait "$pusher" 2>/dev/null
check_fails "it was cut before its end" grep -q '"event": *"end"' "$T/cut.json"
check "the target still answers from RAM" flow_wait_bootstrap target
check_fails "it holds the disk no longer" vm_ssh target 'grep -q vda /proc/mounts'

# small_source IMAGE TREE: a disk with one file system of those files.
small_source() {
	truncate -s 64M "$1"
	printf 'label: dos\nstart=2048, type=83\n' | sfdisk -q "$1" &&
		mke2fs -q -t ext4 -d "$2" -E offset=1048576 "$1" 63M
}

# A disk without anything to boot: moved, but not started.
mkdir "$T/plain"
echo content >"$T/plain/file"
check "a disk without a system is made" small_source "$T/plain.img" "$T/plain"
check_status "a disk without a boot entry: no cutover" 4 flow_push target "$T/plain.img" --log "$T/log"
cp "$T/err" "$T/plain.err"
check_has "it says what was looked for" "$T/plain.err" "boot"
check "the target still answers from RAM" flow_wait_bootstrap target

# A fixup that fails, on a system that is hardly one, so that it is moved quickly.
mkdir -p "$T/bare/etc" "$T/bare/boot" "$T/bare/sbin"
echo 'ID=bare' >"$T/bare/etc/os-release"
: >"$T/bare/etc/fstab"
: >"$T/bare/sbin/init"
check "a disk with hardly a system is made" small_source "$T/bare.img" "$T/bare"
vm_ssh target 'cat >/usr/lib/p2v-target/fixups/99-fails && chmod 755 /usr/lib/p2v-target/fixups/99-fails' <<-X
	#!/bin/sh
	echo 'this fixup always fails'
	exit 1
X
check_status "a fixup that fails: status 4" 4 flow_push target "$T/bare.img" --log "$T/log"
check_has "it is named" "$T/err" "99-fails"
check "the target still answers from RAM" flow_wait_bootstrap target
check_status "without it, and with a whole machine: it comes up" 0 flow_push target "$I/source-mbr.img" \
	--skip-fixup 99-fails --wait-boot "$(vm_scaled 120)"
flow_check target "after all this" mbr srv/markers data/markers
done_testing
