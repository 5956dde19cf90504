#!/bin/sh
# relay.t - p2v-relay's decisions, with every program that it calls played
#
# What really happens to a machine is tests/vm/relay.t.
. "$(dirname "$0")/../lib.sh"
# shellcheck disable=SC2034 # variables of relay.sh

mkdir -p "$T/bin" "$T/proc" "$T/root/boot" "$T/root/etc/p2v-relay" "$T/root/lib/modules/6.1-own" "$T/static"
echo "root=/dev/nbd0 quiet" >"$T/proc/cmdline"
echo kernel >"$T/root/boot/vmlinuz-6.1-own"
echo provider >"$T/root/boot/provider"
echo "kernel/nbd.ko:" >"$T/root/lib/modules/6.1-own/modules.dep"
echo INITRD=/boot/provider >"$T/root/etc/p2v-relay/relay.conf"
echo end >"$T/static/p2v-relay-shutdown"
chmod 755 "$T/static/p2v-relay-shutdown"

play() { # NAME: a program that notes how it was called, and then does stdin
	{
		printf '#!/bin/sh\nT=%s\n' "'$T'"
		# shellcheck disable=SC2016 # the program expands it
		echo 'echo "${0##*/} $*" >>"$T/calls"'
		cat
	} >"$T/bin/$1"
	chmod 755 "$T/bin/$1"
}

play uname <<'X'
cat "$T/running"
X
play p2v-boot <<'X'
case $* in
*list*)
	printf 'no\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/rescue\t\t\t\tr\tRescue\n'
	printf 'yes\tgrub\troot:/boot/grub/grub.cfg\t%s\troot:/boot/initrd\tquiet\tx\tOwn\n' "$(cat "$T/entry")"
	;;
*load*) exit "$(cat "$T/load-status")" ;;
esac
X
play p2v-initrd <<'X'
case $1 in
check)
	printf 'kernel\t6.1-own\ngenerator\t%s\n' "$(cat "$T/generator")"
	printf 'driver\tlacks\tvirtio_net\tnetwork\tvirtio:d1\n'
	printf 'driver\tlacks\t-\tstorage\tpci:x\n'
	printf 'driver\tmodule\tvirtio_pci\tstorage\tpci:y\n'
	exit 2
	;;
add-modules)
	while [ "$1" != -o ]; do shift; done
	echo made >"$2"
	;;
esac
X
play findmnt <<'X'
echo "/dev/nbd0p1 ext4"
X
play modinfo <<'X'
X
play mount <<'X'
X
play mountpoint <<'X'
exit 1
X
play systemctl <<'X'
X
play umount <<'X'
X

cat >"$T/run" <<'X'
PATH=$T/bin:$PATH
relay_root=$T/root relay_proc=$T/proc relay_home=$T/static relay_end=$T/end
. "$ROOT/initrd/relay/relay.sh"
relay_run || {
	echo "failed: $relay_error"
	exit 4
}
X
export T

fresh() { # a provider's kernel runs, and everything is as it should be
	rm -rf "$T/calls" "$T/end" "$T/root/etc/p2v-relay/disabled"
	: >"$T/calls"
	echo 5.4-provider >"$T/running"
	echo 0 >"$T/load-status"
	echo unknown >"$T/generator"
	printf 'root:/boot/vmlinuz-6.1-own\t' >"$T/entry"
	echo "root=/dev/nbd0 quiet" >"$T/proc/cmdline"
}
run() { # STATUS DESCRIPTION
	check_status "$2" "$1" sh -eu "$T/run"
}
called() { grep -q -e "$1" "$T/calls"; }
state=$T/root/var/lib/p2v-relay

fresh
run 0 "a provider's kernel is left"
check_has "it says so" "$T/out" "leaving 5.4-provider for 6.1-own"
check "modules: what lacks, what reaches the root; loaded in front of /init" \
	called "add-modules --kernel 6.1-own --modules-from $T/root --foreign --wrap-init virtio_net nbd ext4 $T/root/boot/provider -o"
check "the same command line with the mark" \
	called "p2v-boot load --kernel $T/root/boot/vmlinuz-6.1-own --initrd $state/initrd --cmdline root=/dev/nbd0 quiet p2v.relayed"
check "the end is in RAM" test -x "$T/end/shutdown"
check "in a file system of its own" called "mount -t tmpfs"
check "systemd does the rest" called "p2v-boot jump"

fresh
run 0 "once more"
check_fails "the initramfs is not made again" called add-modules
check "but loaded" called "p2v-boot load"
fresh
echo another >"$T/root/boot/provider"
run 0 "another initramfs of the provider"
check "is built upon" called add-modules

fresh
run 4 "the fourth try"
check_has "is none" "$T/out" "giving up"
check_fails "nothing is loaded" called "p2v-boot load"
check_fails "nothing ends" called 'systemctl\|p2v-boot jump'
echo "root=/dev/nbd0 quiet p2v.relayed" >"$T/proc/cmdline"
echo 6.1-own >"$T/running"
: >"$T/calls"
run 0 "where it arrives"
check "it says from where" grep -q 'relayed from 5.4-provider to 6.1-own in [0-9]* s' "$T/out"
check_fails "and does nothing more" called 'p2v-boot\|systemctl'
check_fails "tries are counted anew" test -e "$state/tries"

fresh
echo 6.1-own >"$T/running"
run 0 "the installed kernel runs already"
check_fails "nothing ends" called 'systemctl\|p2v-boot jump'
fresh
echo "root=/dev/nbd0 p2v.relay=off" >"$T/proc/cmdline"
run 0 "switched off by a word"
check_fails "nothing is loaded" called p2v-boot
fresh
: >"$T/root/etc/p2v-relay/disabled"
run 0 "switched off by a file"
check_fails "nothing is loaded" called p2v-boot

fresh
echo initramfs-tools >"$T/generator"
printf 'INITRD=/boot/provider\nMODULES="xfs nbd"\nAPPEND=more\n' >"$T/root/etc/p2v-relay/relay.conf"
run 0 "an initramfs that loads modules by a list"
check "is not wrapped, and gets the configured modules" called "--foreign virtio_net nbd ext4 xfs $T/root"
check "words are added" called "--cmdline root=/dev/nbd0 quiet more p2v.relayed"
fresh
rm -f "$state/tries" "$state/stamp"
echo mkinitrd >"$T/generator"
run 0 "an initramfs of an old mkinitrd, which has no list that could be longer"
check "is wrapped" called "--foreign --wrap-init"
# shellcheck disable=SC2016 # relay.sh expands it
echo 'FETCH_INITRD='"'"'echo fetched >"$1"'"'" >"$T/root/etc/p2v-relay/relay.conf"
fresh
rm -f "$state/tries"
run 0 "an initramfs that is fetched"
check_eq "is kept" "$(cat "$state/provider-initrd")" fetched
echo 'FETCH_INITRD=false' >"$T/root/etc/p2v-relay/relay.conf"
fresh
run 0 "for the day when that fails"
check_has "which is said" "$T/out" "FETCH_INITRD failed; the initramfs from an earlier run is used"
rm "$state/provider-initrd"
run 4 "without one"
check_has "it fails" "$T/out" "failed: FETCH_INITRD failed"

echo INITRD=/boot/provider >"$T/root/etc/p2v-relay/relay.conf"
fresh
rm -f "$state/tries"
echo 2 >"$T/load-status"
run 4 "a kernel that cannot be loaded"
check_fails "nothing ends" called 'systemctl\|p2v-boot jump'
check "what was loaded is unloaded" called "p2v-boot unload"
# The kernel's own word comes before its file's name; a name may hold anything.
fresh
rm -f "$state/tries"
printf 'root:/boot/my\\040\\134kernel\t6.1-own' >"$T/entry"
echo kernel >"$T/root/boot/my \\kernel"
run 0 "a kernel that tells its version"
check_has "goes on with that" "$T/out" "the initramfs for 6.1-own"
check "and its file" called "p2v-boot load --kernel $T/root/boot/my .kernel --initrd"
fresh
rm -f "$state/tries"
printf 'root:/boot/my\\040\\134kernel\t' >"$T/entry"
run 4 "one that does not"
check_has "is named" "$T/out" "has its version neither in its header nor in its name"
fresh
printf 'root:/boot/vmlinuz-6.1-own\t../../etc' >"$T/entry"
run 4 "one that tells nonsense"
check_has "is refused" "$T/out" "strange version: ../../etc"
fresh
printf 'root:/EFI/Linux/x.efi#4096+100\t6.1-own' >"$T/entry"
run 4 "a unified kernel image"
check_has "is refused with the reason" "$T/out" "a part of another file, root:/EFI/Linux/x.efi"
fresh
rm -r "$T/root/lib/modules/6.1-own"
run 4 "a kernel without modules"
check_has "is named" "$T/out" "no modules for $T/root/boot/vmlinuz-6.1-own"
rm "$T/root/etc/p2v-relay/relay.conf"
mkdir "$T/root/lib/modules/6.1-own"
fresh
run 4 "no configuration"
check_has "is said" "$T/out" "relay.conf is missing"

# The real p2v-boot, and a default that is not the first.
mkdir -p "$T/real/boot/grub" "$T/real/lib/modules/6.1-own" "$T/real/state"
echo kernel >"$T/real/boot/rescue"
echo kernel >"$T/real/boot/vmlinuz-6.1-own"
printf 'set default=1\nmenuentry r { linux /boot/rescue }\nmenuentry o { linux /boot/vmlinuz-6.1-own quiet }\n' \
	>"$T/real/boot/grub/grub.cfg"
# shellcheck disable=SC2016 # for the inner shell
check_eq "what p2v-boot says is understood" "$(relay_root=$T/real relay_state=$T/real/state sh -euc \
	'. "$1"; relay_find_kernel || relay_version=$relay_error; echo "$relay_kernel $relay_version"' sh \
	"$ROOT/initrd/relay/relay.sh")" "$(readlink -f "$T/real")/boot/vmlinuz-6.1-own 6.1-own"

relay=$ROOT/initrd/relay/p2v-relay
check_status "help" 0 "$relay" --help
check_has "teaches" "$T/out" Example:
check_status "no command" 1 "$relay"
check_status "unknown command" 1 "$relay" walk
check "the unit names the program" grep -q '^ExecStart=@PROGRAM@ run$' "$ROOT/initrd/relay/p2v-relay.service"
check_status "the last program is none to try" 1 p2v-relay-shutdown kexec

done_testing
