#!/bin/sh
# The list of boot loader entries, beside that of systemd's own bootctl.
#
# bootctl wants partitions: each is a tmpfs, in a mount namespace of its own.
. "$(dirname "$0")/../lib.sh"

need_root
need jq objcopy unshare
F=$ROOT/tests/cli/boot
SD=$T/systemd
for package in systemd-boot systemd-boot-efi; do
	"$ROOT/tests/tools/unpack-package.sh" "$package" "$SD" || {
		echo "Bail out! $package cannot be fetched"
		exit 1
	}
done

# oracle ESP [XBOOTLDR]: $T/want.json, and the default's id as bootctl marks it
cat >"$T/oracle.sh" <<'EOF'
set -eu
esp=$1
boot=${2:-}
mkdir -p "$T/m/esp" "$T/m/boot"
mount -t tmpfs none "$T/m/esp"
cp -r "$esp/." "$T/m/esp"
mkdir -p "$T/m/esp/EFI/Linux" "$T/m/esp/loader/entries"
set -- "$SD/usr/bin/bootctl" "--esp-path=$T/m/esp" --no-pager
if [ -n "$boot" ]; then
	mount -t tmpfs none "$T/m/boot"
	cp -r "$boot/." "$T/m/boot"
	set -- "$@" "--boot-path=$T/m/boot"
fi
export SYSTEMD_RELAX_ESP_CHECKS=1 SYSTEMD_RELAX_XBOOTLDR_CHECKS=1
"$@" --json=short list >"$T/want.json" 2>"$T/want.err"
"$@" list >"$T/want.txt" 2>/dev/null
EOF
export SD T
# bootctl, unlike the boot loader, shows entries of other architectures.
oracle() {
	unshare -m sh "$T/oracle.sh" "$@"
	jq -s -r '.[] | if type == "array" then .[] else . end |
		[.id, .showTitle // .title, .options // ""] | @tsv' "$T/want.json" |
		grep -v "For another machine" >"$T/want"
	# The lines "title:" and "id:" of an entry follow each other.
	awk '/^ *title:/ { chosen = / \(default\)/ } /^ *id:/ && chosen { print $2 }' "$T/want.txt" \
		>>"$T/want"
}

ours() {
	jq -r '.[] | [.id, .title, .cmdline] | @tsv' "$T/out" >"$T/got"
	jq -r '.[] | select(.default) | .id' "$T/out" >>"$T/got"
}

# compare WHAT ESP [XBOOTLDR]
compare() {
	oracle "$2" "${3:-}"
	if [ -n "${3:-}" ]; then
		p2v-boot list --json --platform efi --tree "$2,name=esp" --tree "$3,name=boot"
	else
		p2v-boot list --json --platform efi --tree "$2,name=esp"
	fi >"$T/out" 2>"$T/err"
	ours
	check "bootctl agrees: $1 ($(wc -l <"$T/got") lines)" diff -u "$T/want" "$T/got"
	check "and it was something" test -s "$T/got"
}

compare "boot counting" "$F/bls-count/esp"
compare "the order of entries" "$F/bls-sortkey/esp"
compare "ESP and XBOOTLDR" "$F/bls-xbootldr/esp" "$F/bls-xbootldr/xbootldr"

# Images as kernel packages put them together, on systemd's own stub.
U=$T/uki
mkdir -p "$U/EFI/Linux"
for stub in "$SD"/usr/lib/systemd/boot/efi/linux*.efi.stub; do break; done
# put FILE SECTION TEXT ADDRESS
put() {
	printf '%s' "$3" >"$T/section"
	objcopy --add-section "$2=$T/section" --change-section-vma "$2=$4" "$1"
}
for v in 39 40; do
	image=$U/EFI/Linux/os-$v.efi
	cp "$stub" "$image"
	put "$image" .osrel "ID=os
PRETTY_NAME=\"The OS\"
VERSION_ID=$v
" 0x20000000
	put "$image" .cmdline "root=LABEL=$v quiet
" 0x30000000
	put "$image" .linux "kernel $v" 0x40000000
	put "$image" .initrd "initrd $v" 0x50000000
done
compare "unified kernel images made by objcopy" "$U"
check_eq "their kernels are where the list says" "$(
	jq -r '.[] | .kernel' "$T/out" | while IFS='#+' read -r file at len; do
		dd if="$U${file#esp:}" bs=1 skip="$at" count="$len" 2>/dev/null
		echo
	done | sort | tr '\n' ' '
)" "kernel 39 kernel 40 "

# Random entries: names, versions and keys out of little alphabets. (bootctl
# passes over names with other characters, the boot loader does not.)
R=$T/random
mkdir -p "$R/loader/entries"
echo k >"$R/linux"
awk -v dir="$R/loader/entries" 'BEGIN {
	srand(7)
	split("a b os-1 os-10 os-9.1 os-9_rc linux_2 X-1", names, " ")
	split("1 2 10 9.1 9.1~rc1 9.1-2 9.1^p 1.2.3 a", versions, " ")
	split("debian arch zos", keys, " ")
	split("aa bb", machines, " ")
	split(" +3 +0-1 +2-1", counts, " ")
	for (i = 0; i < 60; i++) {
		name = names[1 + int(rand() * 8)] "-" i
		if (rand() < 0.3)
			name = name counts[1 + int(rand() * 3)]
		file = dir "/" name ".conf"
		print "title T" int(rand() * 40) >file
		if (rand() < 0.6) print "sort-key " keys[1 + int(rand() * 3)] >file
		if (rand() < 0.5) print "machine-id " machines[1 + int(rand() * 2)] >file
		if (rand() < 0.8) print "version " versions[1 + int(rand() * 9)] >file
		print "linux /linux" >file
		print "options o" i >file
		close(file)
	}
}'
compare "sixty random entries" "$R"
echo 'default os-9*' >"$R/loader/loader.conf"
compare "a default pattern that fits several" "$R"

done_testing
