#!/bin/sh
# A running Debian machine (static address, on-link gateway, policy rule) is
# taken over by kexec, from afar. Refusals come first, and leave it as it is.
# Nobody logs in then, and the dead-man switch brings its old system back. The
# second time somebody does, and pushes a machine onto it.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
. "$ROOT/tests/vm/takeover.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh ssh-keygen ssh-keyscan mmdebstrap sfdisk partx cpio zstd jq p2v-takeover p2v-push

check "kernel and initrd are made" takeover_image
check "the machine's disk is made" takeover_disk "$T/disk.img"
vm_start old --mem 512 --disk "$T/disk.img,serial=$FLOW_SERIAL"
check "it runs Debian" takeover_old old
booted=$(vm_ssh old 'cat /proc/sys/kernel/random/boot_id')

# What would go wrong is known before anything is done.
check_status "a dry run" 0 takeover_run old --dry-run --json
check_eq "chooses kexec" "$(jq -r .method "$T/out")" kexec
check_eq "the key of this session will let one in again" "$(jq -r .access "$T/out")" good
# Memory that is held makes it too little, whatever is in swap.
vm_ssh old 'mkdir /run/big && mount -t tmpfs -o size=400m big /run/big && head -c 330m /dev/zero >/run/big/f'
check_status "too little memory is refused" 2 takeover_run old
check_has "with figures" "$T/out" 'MiB (swap does not count)'
vm_ssh old 'umount /run/big'
# The kernel refuses a file that is no kernel; it is noticed before the jump.
sed 's/HdrS/XdrS/' "$takeover_kernel" >"$T/bad-kernel"
check_status "a kernel that cannot be loaded" 4 takeover_run old --method kexec --kernel "$T/bad-kernel"
check_eq "leaves the machine as it was" \
	"$(vm_ssh old 'cat /proc/sys/kernel/random/boot_id; grep -c p2v /proc/mounts; ls /dev/shm; cat /sys/kernel/kexec_loaded; systemctl is-system-running')" \
	"$booted
0
0
running"

hostkey=$(vm_host_key old)
start=$(vm_tenths)
# --wait 1: this side does not log in, which would disarm the switch.
check_status "it is taken over" 4 takeover_run old --deadman 1 --wait 1
check "the system in RAM starts sshd" vm_wait_console old 'p2v-push root@10.0.2.15' 120
echo "# from the command to sshd: $(vm_since "$start") s"
same_key() { [ "$(vm_host_key old)" = "$hostkey" ]; }
check "with the host key of the old one" vm_until 30 same_key
check "it says that it will go back" vm_wait_console old 'returns to its old system' 60
check "nobody logs in, and it does" vm_wait_console old 'nobody has logged in' 120
check "Debian runs again" takeover_old old
check_fails "in a boot of its own" test "$(vm_ssh old 'cat /proc/sys/kernel/random/boot_id')" = "$booted"
check_eq "with everything up" "$(flow_systemd old 2>&1)" running

# Once more, and somebody logs in.
check_status "it is taken over again" 0 takeover_run old --method kexec --deadman 1
check_eq "its disk is unused" "$(takeover_free old 2>&1)" "$TAKEOVER_FREE"
check_eq "it has its route with every flag" "$(vm_ssh old 'ip -4 route show default; ip -4 route show table 100')" \
	'default via 10.0.2.2 dev eth0 metric 50 onlink 
default via 10.0.2.2 dev eth0 onlink '
check_eq "and its rule" "$(vm_ssh old 'ip -4 rule show pref 100')" '100:	from 10.0.2.15 lookup 100'
check "the switch is disarmed" vm_wait_console old 'this machine stays' 60
echo "# $(vm_ssh old 'grep -e MemTotal -e MemAvailable /proc/meminfo' | tr '\n' ' ')"
check_status "a machine is pushed onto it" 0 takeover_push old
flow_check old "after the push" mbr srv/markers data/markers
done_testing
