#!/bin/sh
# standalone-build.t - p2v-initrd build --standalone and configure: options,
# refusals, what is inside, the same bytes from the same input
. "$(dirname "$0")/../lib.sh"
need cpio ssh-keygen depmod modprobe busybox sshd p2v-receive p2v-boot

initrd=$ROOT/initrd/p2v-initrd
V=6.0.0-test
mkdir -p "$T/root/lib/modules/$V"
: >"$T/root/lib/modules/$V/modules.order"
: >"$T/root/lib/modules/$V/modules.builtin"
ssh-keygen -q -t ed25519 -N '' -f "$T/operator"
ssh-keygen -q -t ed25519 -N '' -f "$T/hostkey"
ssh-keygen -q -t ecdsa -N '' -f "$T/hostkey2"
ssh-keygen -q -t ed25519 -N secret -f "$T/locked"

build() {
	"$initrd" build --standalone --kernel "$V" --modules-from "$T/root" --programs "$B" --compress none "$@"
}

# list FILE: its names; take FILE NAME: a file of it (the last one wins).
list() { cpio -it --quiet <"$1"; }
take() {
	rm -rf "$T/taken"
	mkdir "$T/taken"
	(cd "$T/taken" && cpio -id --quiet --no-absolute-filenames "$2" <"$1" 2>/dev/null)
	cat "$T/taken/$2"
}

check_status "help" 0 "$initrd" build --standalone --help
check_has "which teaches by an example" "$T/out" 'Example:'
check_status "no kernel" 1 "$initrd" build --standalone -o "$T/x"
check_status "no output" 1 build
check_status "unknown mode" 1 build --mode bake -o "$T/x"
check_status "unknown sshd" 1 build --sshd telnetd -o "$T/x"
check_status "unknown compression" 1 build --compress arj -o "$T/x"
check_status "strange modules" 1 build --modules 'a b' -o "$T/x"
check_status "a kernel that is not there" 2 "$initrd" build --standalone --kernel 0.0.0-none -o "$T/x"
check_status "a folder without the programs" 2 build --programs "$T" -o "$T/x"
check_status "a package that is not installed" 2 build --with no-such-package -o "$T/x"
echo 'command="sh" ssh-ed25519 AAAA x' >"$T/options"
check_status "an authorized key with options of its own" 1 build --authorized-keys "$T/options" -o "$T/x"
check_status "a host key with a passphrase" 1 build --host-key "$T/locked" -o "$T/x"
check_fails "nothing was written by all these" test -e "$T/x"

check_status "an initrd" 0 build --mode menu --with /etc/services -o "$T/a"
check_status "once more" 0 build --mode menu --with /etc/services -o "$T/b"
check "has the same bytes" cmp "$T/a" "$T/b"
list "$T/a" >"$T/names"
for name in init usr/bin/sh usr/bin/sshd usr/bin/p2v-receive usr/bin/p2v-boot usr/bin/kmod usr/bin/mke2fs \
	usr/lib/p2v-target/fixups/10-fstab usr/lib/p2v-target/forced-command usr/lib/p2v-target/standalone/network.sh etc/services; do
	check "it has $name" grep -qxF "$name" "$T/names"
done
check "and what threads end by" grep -q '/libgcc_s\.so\.1$' "$T/names"
check_eq "and knows its mode" "$(take "$T/a" etc/p2v/defaults)" p2v.mode=menu
check_fails "but no key, and no shell" grep -q -E 'etc/p2v/(authorized_keys|ssh_host|rescue-shell)' "$T/names"
check_eq "everything is root's" "$(cpio -itvn --quiet <"$T/a" | awk '$3 != 0 || $4 != 0' | wc -l)" 0
take "$T/a" usr/bin/udevadm >"$T/udevadm"
check_eq "udevadm settle, which libparted runs, has nothing to say" "$(sh "$T/udevadm" settle 2>&1)" ''
check_fails "and there is no other udevadm" sh "$T/udevadm" info

# What the scripts call is inside: every command of the fixups and of the init
# that this machine has is looked for by name.
cat "$ROOT"/fixups/[0-9]* "$ROOT"/fixups/*.sh "$ROOT"/initrd/standalone/*.sh "$ROOT"/initrd/standalone/udhcpc \
	"$ROOT"/initrd/standalone/init | grep -v '^[[:space:]]*#' |
	grep -oE '(^|[|;&(]|\$\(|then|do|if|until|while|!)[[:space:]]*[a-z][a-z0-9_.-]+([[:space:]]|$)' |
	grep -oE '[a-z][a-z0-9_.-]+[[:space:]]*$' | tr -d '[:blank:]' | sort -u | while read -r name; do
	# Shell words, our own functions, and tools that are asked for before use.
	case $name in mdadm | lvm | dhclient | udhcpc6 | dropbear | dropbearconvert | link | sum) continue ;; esac
	[ -x "/usr/bin/$name" ] || [ -x "/usr/sbin/$name" ] || continue
	grep -qxF "usr/bin/$name" "$T/names" || echo "$name"
done >"$T/lacking"
check_eq "no command that its scripts call is missing" "$(cat "$T/lacking")" ''

# Configuration is appended.
check_status "configure" 0 "$initrd" configure "$T/a" --authorized-keys "$T/operator.pub" --host-key "$T/hostkey" \
	--host-key "$T/hostkey2" --set p2v.mode=receive --set 'ip=dhcp' -o "$T/c"
check "what was there is not touched" cmp -n "$(wc -c <"$T/a")" "$T/a" "$T/c"
check_eq "a private key makes it the owner's alone" "$(stat -c %a "$T/c")" 600
tail -c +$(($(wc -c <"$T/a") + 1)) "$T/c" >"$T/segment"
check_eq "the key" "$(take "$T/segment" etc/p2v/authorized_keys)" "$(cat "$T/operator.pub")"
check_eq "the host key" "$(take "$T/segment" etc/p2v/ssh_host_ed25519_key)" "$(cat "$T/hostkey")"
check_eq "which nobody else reads" "$(stat -c %a "$T/taken/etc/p2v/ssh_host_ed25519_key")" 600
check_eq "and another of another type" "$(take "$T/segment" etc/p2v/ssh_host_ecdsa_key)" "$(cat "$T/hostkey2")"
check_eq "the settings" "$(take "$T/segment" etc/p2v/settings)" 'p2v.mode="receive"
ip="dhcp"'
head -c 13 "$T/a" >"$T/odd"
check_status "an initrd of an odd length" 0 "$initrd" configure "$T/odd" --set p2v.wait=1 -o "$T/odd.out"
check_eq "is filled up to a multiple of four" "$(tail -c +17 "$T/odd.out" | head -c 6)" 070701
check_status "in place" 0 "$initrd" configure "$T/odd.out" --set p2v.wait=2 -o "$T/odd.out"
printf 'dhcp any\nroute x\nboot it\n' >"$T/network"
check_status "a network file with a line that is none" 1 "$initrd" configure "$T/a" --network "$T/network" -o "$T/d"
check_has "names the line" "$T/err" '3: boot it'
check_status "a setting of nobody's" 1 "$initrd" configure "$T/a" --set init=/bin/sh -o "$T/d"
check_status "nothing to configure" 1 "$initrd" configure "$T/a" -o "$T/d"
check_status "an initrd that is not there" 2 "$initrd" configure "$T/none" --set p2v.wait=1 -o "$T/d"
check_fails "nothing was written by these" test -e "$T/d"
done_testing
