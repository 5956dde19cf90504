#!/bin/sh
# A running Debian machine whose network card the image has no driver for is
# taken over by handing PID 1 over, while a process writes to its disk and
# ignores SIGTERM. The disk is free then, and a whole machine is pushed onto it.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
. "$ROOT/tests/vm/takeover.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh ssh-keygen ssh-keyscan mmdebstrap sfdisk partx cpio zstd \
	p2v-takeover p2v-push

check "kernel and initrd are made" takeover_image
check "the machine's disk is made" takeover_disk "$T/disk.img"
vm_start old --mem 512 --nic e1000,addr=0x3 --disk "$T/disk.img,serial=$FLOW_SERIAL"
check "it runs Debian" takeover_old old

# A key that may come from one address only is not carried.
ssh-keygen -q -t ed25519 -N '' -f "$T/bound"
sed 's/^/from="10.0.2.2" /' "$T/bound.pub" | vm_ssh old 'cat >>/root/.ssh/authorized_keys'
with_bound_key() { VM_KEY=$T/bound takeover_run old "$@"; }
check_status "a key that would not let one in again is refused" 2 with_bound_key
check_has "by name" "$T/out" "$(ssh-keygen -lf "$T/bound.pub" | cut -d ' ' -f 2)"
check_status "the given kernel would not find the network" 2 takeover_run old --method kexec
check_has "for want of a driver" "$T/out" 'no driver e1000'

# A process that holds / and does not go by itself, and swap in use.
vm_ssh old 'cat >/root/stubborn && (setsid bash /root/stubborn >/dev/null 2>&1 </dev/null &)' <<-'X'
	trap '' TERM HUP INT
	exec 5>>/root/held
	while :; do
		echo x >&5
		sleep 0.2
	done
X
hostkey=$(vm_host_key old)
start=$(vm_tenths)
check_status "it is taken over without kexec" 0 takeover_run old
echo "# from the command until somebody is in: $(vm_since "$start") s"
check_has "because of the network card" "$T/out" 'no driver e1000'
check_has "and two keys are known, one carried" "$T/out" '1 authorized keys are bound'
check "the process had to be ended" vm_wait_console old 'had not ended by itself' 1
check_eq "its host key is the same" "$(vm_host_key old)" "$hostkey"
check_eq "its disk is unused" "$(takeover_free old 2>&1)" "$TAKEOVER_FREE"
check_eq "the routes are as they were" "$(vm_ssh old 'ip -4 route show default; ip -4 route show table 100; ip -4 rule show pref 100')" \
	'default via 10.0.2.2 dev ens3 metric 50 onlink 
default via 10.0.2.2 dev ens3 onlink 
100:	from 10.0.2.15 lookup 100'
check_eq "no signal is blocked" "$(vm_ssh old 'grep SigBlk /proc/1/status; grep SigBlk /proc/self/status' | tr -d '\n')" \
	'SigBlk:	0000000000000000SigBlk:	0000000000000000'
check_eq "its file system was left in order" "$(vm_ssh old 'e2fsck -fn /dev/vda1 >/dev/null 2>&1; echo $?')" 0
echo "# $(vm_ssh old 'grep -e MemTotal -e MemAvailable /proc/meminfo' | tr '\n' ' ')"

check_status "a machine is pushed onto it" 0 takeover_push old
flow_check old "after the push" mbr srv/markers data/markers
done_testing
