#!/bin/sh
# ramboot-refuse.t - when the root does not go into RAM: because it was asked
# not to, or because there is too little; never half a copy
#
# shellcheck disable=SC2016,SC2317 # commands for the machine; functions for check

. "$(dirname "$0")/../lib.sh"
# shellcheck source=lib.sh
. "$ROOT/tests/vm/lib.sh"
need qemu-system-x86_64 socat
need_root
sh "$ROOT/tests/vm/ramboot-image.sh" || exit 1
I=$B/images
before=$(sha256sum <"$I/ramboot-whole.img")

# start NAME MEM WORDS: the root on a whole disk, by direct boot.
start() {
	vm_start "$1" --mem "$2" --no-reboot --disk "$I/ramboot-whole.img" \
		--kernel "$I/ramboot-vmlinuz" --initrd "$I/ramboot-initrd" \
		--append "root=/dev/vda ro console=ttyS0,115200 quiet $3" -- -snapshot
}

# The figures are 256 MiB of RAM less the kernel, against the root's size.
start little 256 ''
check "too little RAM: the console says so" vm_wait_console little 'not enough RAM' 60
check "a shell opens" vm_wait_console little '(initramfs)' 30
vm_console_text little >"$T/console"
for figure in needed reserve available missing; do
	check "the message has the figure: $figure" \
		grep -qE "^ *$figure +[0-9]+ MiB" "$T/console"
done
check "and says what to do" grep -q 'p2v.ramboot=off' "$T/console"
vm_type little 'grep -c ramroot /proc/mounts; echo "left: $(ls /ramroot 2>/dev/null | wc -l) files"'
check "nothing was copied" vm_wait_console little 'left: 0 files' 30
vm_type little 'exit'
refused_twice() {
	[ "$(vm_console_text little | grep -c 'not enough RAM')" -ge 2 ]
}
check "leaving the shell tries again, and refuses again" vm_until 60 refused_twice
check_fails "the system never started" vm_console_has little 'waits for a machine'
vm_stop little

start panic 256 'panic=2'
check "panic=2: the machine reboots" vm_wait_exit panic 90
check "after the message" vm_console_has panic 'not enough RAM'
check_fails "and did not start" vm_console_has panic 'waits for a machine'

start off 512 'p2v.ramboot=off'
check "p2v.ramboot=off: ssh answers" vm_wait_ssh off 90
check_eq "the root is the disk" "$(vm_ssh off 'findmnt -n -o SOURCE,FSTYPE /')" '/dev/vda ext4'
check "there is no marker" vm_ssh off 'test ! -e /run/p2v/ramboot'
check "the console warns that the disk is in use" vm_wait_console off 'RUNNING FROM DISK' 60
check_eq "no unit failed" "$(vm_ssh off 'systemctl --failed --no-legend --plain; echo end')" end
vm_stop off

check_eq "the disk image is unchanged" "$(sha256sum <"$I/ramboot-whole.img")" "$before"
done_testing
