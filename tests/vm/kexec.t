#!/bin/sh
# kexec.t - a running Debian machine goes over to a kernel that is named, in order:
# once by systemd, once where nothing but p2v-boot ends the system
#
# shellcheck disable=SC2016,SC2317 # commands for the machine; functions for check

. "$(dirname "$0")/../lib.sh"
# shellcheck source=lib.sh
. "$ROOT/tests/vm/lib.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh mmdebstrap sfdisk partx mkfs.ext4 dumpe2fs cpio ldd kexec
I=$B/images

# dirty_disk FILE: an ext4 with a boot configuration, copied while it was mounted and
# its journal held a change.
dirty_disk() {
	truncate -s 32M "$T/live.img" &&
		mkfs.ext4 -q -L dirty "$T/live.img" && mkdir "$T/mnt" &&
		mount -o loop "$T/live.img" "$T/mnt" || return 1
	mkdir -p "$T/mnt/boot/grub"
	echo kernel >"$T/mnt/boot/vmlinuz"
	cat >"$T/mnt/boot/grub/grub.cfg" <<-X
		menuentry 'on a dirty disk' --id dirty {
			search --label --set=root dirty
			linux /boot/vmlinuz root=LABEL=dirty
		}
	X
	umount "$T/mnt" && mount -o loop "$T/live.img" "$T/mnt" || return 1
	echo late >"$T/mnt/late"
	sync -f "$T/mnt"
	cp "$T/live.img" "$1"
	umount "$T/mnt"
	dumpe2fs -h "$1" 2>/dev/null | grep -q needs_recovery
}

# program_tar: p2v-boot, kexec-tools' kexec, and the libraries that the machine lacks.
program_tar() {
	mkdir -p "$T/opt/p2v"
	cp "$B/p2v-boot" "$(command -v kexec)" "$T/opt/p2v/"
	ldd "$B/p2v-boot" "$T/opt/p2v/kexec" | sed -n 's/.*=> \([^ ]*\) .*/\1/p' | grep -v -e libc.so -e libm.so |
		while read -r library; do cp -L "$library" "$T/opt/p2v/"; done
	tar -C "$T" -cf - opt/p2v
}

# A cpio that initramfs-tools' init runs as a piece of configuration.
extra_cpio() {
	mkdir -p "$T/extra/conf/conf.d"
	echo 'echo p2v-extra was read >/dev/kmsg' >"$T/extra/conf/conf.d/p2v"
	(cd "$T/extra" && find . | cpio --quiet -o -H newc)
}

# Services that leave a trace on the disk when they are stopped, one after another.
prepare='set -e
mkdir -p /var/log/journal && systemctl restart systemd-journald && journalctl --flush
for n in first second; do
	printf "%s\n" "[Unit]" "Description=$n to stop" "[Service]" Type=oneshot \
		RemainAfterExit=yes ExecStart=/bin/true \
		"ExecStop=/bin/sh -c \"echo $n >>/var/lib/stopped\"" \
		>/etc/systemd/system/$n.service
done
printf "%s\n" "[Unit]" After=second.service >>/etc/systemd/system/first.service
systemctl daemon-reload && systemctl start second first
sync'

# clean_root WHEN: the kernel replays a journal when it mounts, and says so.
clean_root() {
	vm_ssh machine 'journalctl -q -b -k -o cat | grep EXT4' >"$T/mounts"
	check_has "the root was mounted $1" "$T/mounts" 'EXT4-fs (vda1): mounted'
	check_fails "and no journal was replayed" grep -i -e recover -e orphan "$T/mounts"
}

m_run() { vm_ssh machine "export LD_LIBRARY_PATH=/opt/p2v; /opt/p2v/p2v-boot $1"; }
m_digest() { vm_ssh machine 'sha256sum </dev/vdb'; }

# direct COMMAND: with the machine's own kernel, its initrd and ours.
kernel='--kernel $(ls /boot/vmlinuz-*) --initrd $(ls /boot/initrd.img-*) --initrd /opt/p2v/extra.cpio'
line='--cmdline "$(cat /proc/cmdline)"'

check "the disk is made" sh "$ROOT/tests/vm/images.sh" mbr
check "a disk with a dirty journal is made" dirty_disk "$T/dirty.img"
cp --sparse=always "$I/source-mbr.img" "$T/disk.img"
vm_start machine --mem 512 --disk "$T/disk.img" --disk "$T/dirty.img"
check "the machine is up" vm_wait_ssh machine 90
program_tar | vm_ssh machine 'tar -C / -xf -'
extra_cpio | vm_ssh machine 'cat >/opt/p2v/extra.cpio'
check "services that tell when they stop" vm_ssh machine "$prepare"

before=$(m_digest)
check_status "a disk whose journal is dirty is listed" 0 m_run 'list --device /dev/vdb'
check_has "with its entry" "$T/out" 'on a dirty disk'
check_eq "and not written to" "$(m_digest)" "$before"

check_status "a file that is no kernel is refused" 2 \
	m_run 'load --kernel /etc/passwd --cmdline x'
check_has "in words" "$T/err" 'not a Linux kernel'
check_status "a command line that is too long is refused" 2 \
	m_run "load $kernel --cmdline \"\$(head -c 2017 /dev/zero | tr '\\0' x)\""
check_has "with the numbers" "$T/err" 'has 2017 bytes, this kernel takes 2016'
vm_ssh machine 'truncate -s 300M /opt/p2v/large'
check_status "an initrd that does not fit is refused" 2 \
	m_run "load $kernel --initrd /opt/p2v/large $line"
check_has "with the figures" "$T/err" 'more than half of this machine'
check_eq "nothing is loaded by then" "$(vm_ssh machine 'cat /sys/kernel/kexec_loaded')" 0
check_status "a kernel is loaded" 0 m_run "load $kernel $line"
check_eq "and the kernel says so" "$(vm_ssh machine 'cat /sys/kernel/kexec_loaded')" 1
check_status "it is dropped again" 0 m_run unload
check_eq "and gone" "$(vm_ssh machine 'cat /sys/kernel/kexec_loaded')" 0

check_status "without kexec-tools the older call is not made" 2 m_run "load --kexec-load $kernel $line"
check_has "but the package named" "$T/err" 'install the package kexec-tools'
vm_ssh machine 'mv /opt/p2v/kexec /usr/local/sbin/'
check_status "with them it loads" 0 m_run "load --kexec-load $kernel $line"
check_eq "and the kernel says so again" "$(vm_ssh machine 'cat /sys/kernel/kexec_loaded')" 1

check_status "kexec, asked for over ssh: the session ends well" 0 \
	m_run "kexec $kernel $line --append 'console=ttyS0 p2v.jump=systemd'"
check_has "having said what happens" "$T/err" 'systemctl kexec'
check "the new kernel is up" vm_wait_ssh machine 120 'grep -q p2v.jump=systemd /proc/cmdline'
check_eq "services were stopped in order" "$(vm_ssh machine 'cat /var/lib/stopped')" "first
second"
vm_ssh machine 'journalctl -q -b -1 -o cat | tail -n 60' >"$T/journal"
check_has "the old system's journal ends with file systems unmounted" "$T/journal" \
	'Reached target umount.target'
check_has "and then the kexec" "$T/journal" 'Starting systemd-kexec.service'
check "the second initrd was read" vm_ssh machine 'journalctl -q -b -k | grep "p2v-extra was read"'
clean_root "after systemd"

# The same machine, as if its init knew nothing of kexec: what it restarts and keeps
# open for writing is in the way, and must not matter.
vm_ssh machine 'mv /run/systemd/system /run/systemd/hidden; : >/var/lib/written; sync
	setsid sh -c "exec >>/var/lib/written; while :; do echo line; sleep 1; done" </dev/null >/dev/null 2>&1 &'
check_status "kexec without an init that can: the session ends well" 0 \
	m_run "kexec $kernel $line --append p2v.jump=alone"
check "the new kernel is up" vm_wait_ssh machine 120 'grep -q p2v.jump=alone /proc/cmdline'
check "the console told" vm_console_has machine 'starting the new kernel'
clean_root "after p2v-boot alone"

vm_ssh machine 'echo integrity >/sys/kernel/security/lockdown'
check_status "under lockdown the older call is refused" 2 m_run "load --kexec-load $kernel $line"
check_has "in words" "$T/err" 'locked down'
check_status "so is a kernel whose signer this machine does not know" 2 m_run "load $kernel $line"
check_has "in words, too" "$T/err" 'signature it cannot check'
vm_ssh machine 'sysctl -q -w kernel.kexec_load_disabled=1'
check_status "kexec that is switched off is refused" 2 m_run "kexec $kernel $line"
check_has "with the switch's name" "$T/err" kernel.kexec_load_disabled
check "and the machine lives" vm_ssh machine true
done_testing
