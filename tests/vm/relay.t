#!/bin/sh
# relay.t - a provider's kernel, a root on the network, and the way out of it
#
# The machine is started with a kernel and an initramfs that are not its own, and
# finds its root on a network block device. It must end up with the kernel that
# is installed on that root, the same command line, and a log of how.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
need qemu-nbd qemu-system-x86_64 socat
need_root

sh "$ROOT/tests/vm/relay-image.sh" || exit 1
I=$B/images
cp --sparse=always "$I/relay.img" "$T/relay.img"

# The server listens on a socket in the file system; what the guest takes for
# 10.0.2.100 is one socat for each connection. No packet leaves QEMU.
setpriv --pdeathsig KILL qemu-nbd --format=raw --persistent --shared=8 --export-name=root \
	--cache=unsafe --socket="$T/nbd.sock" "$T/relay.img" &
on_exit "kill $! 2>/dev/null; wait $! 2>/dev/null"
check "the nbd server listens" vm_until 20 test -S "$T/nbd.sock"

words="console=ttyS0 root=/dev/nbd0p1 provider.token=a.b:c provider.volume=42"
started=$(vm_tenths)
vm_start relay --mem 768 --kernel "$I/relay-vmlinuz" --initrd "$I/relay-initrd" --append "$words" \
	--net "guestfwd=tcp:10.0.2.100:10809-cmd:socat STDIO UNIX-CONNECT:$T/nbd.sock"
check "the machine arrives in the kernel that it has installed" \
	vm_wait_ssh relay 300 'grep -q p2v.relayed /proc/cmdline'
echo "# $(vm_since "$started") s from power on to ssh"

# ask COMMAND...: its output is in $T/said.
ask() { vm_ssh relay "$@" </dev/null >"$T/said" 2>&1; }

ask 'ls /boot/vmlinuz-* | sed s,.*vmlinuz-,,'
installed=$(cat "$T/said")
ask uname -r
check_eq "the installed kernel runs" "$(cat "$T/said")" "$installed"
ask cat /proc/cmdline
check_eq "with the provider's command line and the mark" "$(cat "$T/said")" "$words p2v.relayed"
ask findmnt -n -o SOURCE /
check_eq "on the same root" "$(cat "$T/said")" /dev/nbd0p1
check "nothing has failed to start" vm_ssh relay 'systemctl is-system-running --wait' </dev/null

ask journalctl -u p2v-relay -o cat --no-pager
cp "$T/said" "$T/journal"
check_has "the journal has why it left" "$T/journal" "for $installed, by an orderly shutdown and kexec"
check_has "and what it had prepared" "$T/journal" "made the initramfs for $installed with: "
check_has "among it the way to the root" "$T/journal" " nbd"
check_has "and where it has arrived" "$T/journal" "to $installed in "
provider=$(sed -n 's/.*relayed from \([^ ]*\) to .*/\1/p' "$T/journal")
check_fails "another kernel than it came from" test "$provider" = "$installed"
check "which was the provider's" vm_console_has relay "provider: init of $provider"
check "the provider's init ran again" vm_console_has relay "provider: init of $installed"
ask journalctl --list-boots --no-pager
check_eq "two boots, and no more" "$(grep -c '^ *-\{0,1\}[0-9]' "$T/said")" 2

# The end of the first boot: nothing was cut off.
check "the root was let go" vm_console_has relay "p2v-relay: unmounted /oldroot"
check "and the network device after it" vm_console_has relay "p2v-relay: disconnected /dev/nbd0"
check "before the jump" vm_console_has relay "p2v-relay: now: kexec"
ask 'journalctl -k -b 0 -o cat --no-pager | grep -i -e "recovery" -e "orphan" -e "I/O error"'
check_eq "so the file system was clean" "$(cat "$T/said")" ""

# The next time, nothing needs to be made again. (By now there are devices that
# there were not early in the boot.)
ask p2v-relay prepare
ask p2v-relay prepare
check_has "the initramfs is still up to date" "$T/said" "is up to date"
vm_stop relay
done_testing
