#!/bin/sh
# undo.t - what undo refuses, and what a fixup refuses to be started on
# shellcheck disable=SC2317 # functions are called through check
. "$(dirname "$0")/../lib.sh"
need dash busybox

mkdir "$T/facts"
printf '/dev/vda1\tsda\t1\text4\tc0ffee00-1111\troot\t/dev/vda\n' >"$T/facts/volumes"
echo sda >"$T/facts/source-disks"
echo ttyS0 >"$T/facts/console"

# migrated: a root with three changed files.
migrated() {
	rm -rf "$T/root" "$T/before"
	mkdir -p "$T/root/etc/default" "$T/root/boot/grub"
	echo '/dev/sda1 / ext4 defaults 0 1' >"$T/root/etc/fstab"
	echo 'GRUB_CMDLINE_LINUX=""' >"$T/root/etc/default/grub"
	printf 'linux /v root=/dev/sda1\ninitrd /i\n' >"$T/root/boot/grub/grub.cfg"
	cp -a "$T/root" "$T/before"
	for fixup in 10-fstab 20-bootloader 50-console; do
		P2V_FACTS=$T/facts "$ROOT/fixups/$fixup" "$T/root" >"$T/said" 2>&1 || cat "$T/said"
	done
}

undo() { "$shell" ${applet:+"$applet"} "$undo_program" --root "$T/root" "$@"; }

undo_program=$T/root/var/lib/p2v-target/undo

same() { cmp "$T/before$1" "$T/root$1"; }

# A manifest whose third change was appended to a file of five bytes.
appended() {
	rm -rf "$T/root"
	mkdir -p "$T/root/boot" "$T/root/var/lib/p2v-target/saved"
	cp "$ROOT/fixups/undo" "$T/root/var/lib/p2v-target/undo"
	printf 12345 >"$T/root/boot/initrd"
	before=$(sha256sum <"$T/root/boot/initrd" | cut -d ' ' -f 1)
	printf 678 >>"$T/root/boot/initrd"
	after=$(sha256sum <"$T/root/boot/initrd" | cut -d ' ' -f 1)
	printf '0003\t30-initramfs\tappended\t/boot/initrd\t%s\t%s\t5\tdrivers\n' "$before" "$after" \
		>"$T/root/var/lib/p2v-target/manifest"
}

# The session goes away while it works: every copy hangs it up, and nothing that it
# says can be written.
hung_up() {
	PATH=$T/hang:$PATH undo --all >/dev/full 2>/dev/full
}

test_hang_up() {
	migrated
	mkdir -p "$T/hang"
	# shellcheck disable=SC2016 # the program expands it
	printf '#!/bin/sh\nkill -HUP $PPID\nexec /bin/cp "$@"\n' >"$T/hang/cp"
	chmod 755 "$T/hang/cp"
	check_status "undo whose session ends goes on" 0 hung_up
	for name in /etc/fstab /etc/default/grub /boot/grub/grub.cfg; do
		check "it has put $name back" same "$name"
	done
}

test_undo() {
	migrated
	check_status "--list" 0 undo --list
	check_has "--list says why" "$T/out" "changed   /etc/fstab  (10-fstab: disks have other names on this machine)"
	check_status "one file, changed by two fixups" 0 undo /boot/grub/grub.cfg
	check "it is as it was" same /boot/grub/grub.cfg
	check_fails "another one is not" same /etc/fstab
	check_status "a file that no fixup changed" 1 undo /etc/passwd

	echo '# edited' >>"$T/root/etc/fstab"
	check_status "a file that was edited since" 1 undo --all
	check_has "is left alone" "$T/err" "/etc/fstab: was changed since: left alone"
	check_has "with what was edited" "$T/root/etc/fstab" "# edited"
	check "the others are put back" same /etc/default/grub
	check_status "unless it is forced" 0 undo --force --all
	check "then it is as it was" same /etc/fstab
	check_status "nothing is left to undo" 0 undo --all

	migrated
	mv "$T/root/etc/fstab" "$T/victim"
	cp "$T/victim" "$T/victim.before"
	ln -s "$T/victim" "$T/root/etc/fstab"
	check_status "a file that has become a link" 1 undo --force /etc/fstab
	check "is not written through" cmp "$T/victim" "$T/victim.before"

	migrated
	echo damaged >"$T/root/var/lib/p2v-target/saved/0001/etc/fstab"
	check_status "a damaged copy" 1 undo /etc/fstab
	check_has "is not put back" "$T/root/etc/fstab" "UUID=c0ffee00-1111"

	appended
	check_status "what was appended" 0 undo --all
	check_eq "is cut off" "$(cat "$T/root/boot/initrd")" 12345
	appended
	printf 'built anew' >"$T/root/boot/initrd"
	check_status "a file that was built anew" 1 undo --force --all
	check_eq "is never cut" "$(cat "$T/root/boot/initrd")" 'built anew'
	appended
	printf x >>"$T/root/boot/initrd"
	check_status "more was appended since" 1 undo --all
	check_status "and is cut off as well if forced" 0 undo --force --all
	check_eq "to the old length" "$(cat "$T/root/boot/initrd")" 12345

	check_status "no arguments" 2 undo
	check_status "an unknown option" 2 undo --everything
	check_status "--help" 0 undo --help
}

# forged LINE: a manifest that somebody else wrote, beside files that it must not reach.
forged() {
	migrated
	mkdir -p "$T/root/var/lib/p2v-target/saved/0001/etc"
	echo outside >"$T/victim"
	echo evil >"$T/root/var/lib/p2v-target/saved/0001/etc/x"
	printf '%b\n' "$1" >"$T/root/var/lib/p2v-target/manifest"
	check_status "a manifest with ${1%%\\n*}" 1 undo --force --all
	check_eq "leaves what lies outside" "$(cat "$T/victim")" outside
	check "and what it names" test -e "$T/root/var/lib/p2v-target/saved/0001/etc/x"
}

test_forged() {
	sum=$(echo evil | sha256sum | cut -d ' ' -f 1)
	forged "0001\\tx\\tcreated\\t/../victim\\t-\\t-\\t-\\tr"
	forged "0001\\tx\\tcreated\\tvictim\\t-\\t-\\t-\\tr"
	forged "0001\\tx\\tcreated\\t/etc/./../../victim\\t-\\t-\\t-\\tr"
	forged "0001\\tx\\tchanged\\t/../victim\\t$sum\\t-\\t5\\tr"
	forged "../../../../../victim\\tx\\tmkdir\\t/etc/none\\t-\\t-\\t-\\tr"
	forged "..\\tx\\tcreated\\t/etc/none\\t-\\t-\\t-\\tr"
	forged "\\tx\\tcreated\\t/etc/none\\t-\\t-\\t-\\tr"
	forged "0001\\tx\\tappended\\t/etc/fstab\\t$sum\\t-\\t1 of=x\\tr"
	# A saved copy that is elsewhere, through a link that came with the disk.
	migrated
	rm -rf "$T/root/var/lib/p2v-target/saved/0001"
	ln -s "$T/before" "$T/root/var/lib/p2v-target/saved/0001"
	check_status "a link among the saved copies" 1 undo /etc/fstab
	check_has "is not followed" "$T/err" "is missing or damaged: left alone"
	rm -rf "$T/root/var/lib/p2v-target"
	ln -s "$T/before" "$T/root/var/lib/p2v-target"
	undo_program=$ROOT/fixups/undo
	check_status "a state folder that is a link out of the root has nothing to undo" 0 undo --all
	undo_program=$T/root/var/lib/p2v-target/undo
	rm "$T/root/var/lib/p2v-target"
	mkdir "$T/root/var/lib/p2v-target"
	ln -s "$T/victim" "$T/root/var/lib/p2v-target/manifest"
	cp "$ROOT/fixups/undo" "$T/root/var/lib/p2v-target/undo"
	check_status "a manifest that is a link" 1 undo --all
	check_has "is refused" "$T/err" "a symbolic link where none belongs"
}

shell=dash applet=''
test_undo
test_hang_up
test_forged
shell=busybox applet=sh
test_undo
test_hang_up
test_forged

check_status "a fixup is not for the running system" 1 env P2V_FACTS="$T/facts" "$ROOT/fixups/10-fstab" /
check_has "and says so" "$T/err" "ROOT must be the migrated system"
check_status "nor without facts" 1 env -u P2V_FACTS "$ROOT/fixups/10-fstab" "$T/root"
check_status "nor without a root" 1 env P2V_FACTS="$T/facts" "$ROOT/fixups/10-fstab" "$T/none"
for fixup in "$ROOT"/fixups/[0-9]*; do
	check_status "${fixup##*/} --help" 0 "$fixup" --help
done
done_testing
