#!/bin/sh
# Boot loader entries and unified kernel images: fixture roots, images made
# here, the real kernel-install as a generator, the real bootctl as an oracle.
. "$(dirname "$0")/../lib.sh"

F=$ROOT/tests/cli/boot
BOOT=uuid=0b5f9a44-1c2d-4e3f-8a9b-112233445566
ROOTFS=uuid=7a1d2c9e-55b3-4d3e-8c61-a7e0b1c2d3e4

# lists FIXTURE OPTION...: exactly what the fixture's list.json says.
lists() {
	lists_dir=$F/$1
	shift
	p2v-boot list --json "$@" >"$T/got.json" 2>"$T/warnings" &&
		diff -u "$lists_dir/list.json" "$T/got.json"
}

lists_one() {
	lists_name=$1
	shift
	check "$lists_name" lists "$@"
}

lists_one "RHEL 8: GRUB, kernelopts in grubenv, saved_entry" bls-rhel8 --platform pc \
	--tree "$F/bls-rhel8/boot,name=vda1,$BOOT,grub=hd0,msdos1"
lists_one "Fedora: a stub on the ESP, early_initrd, newest first" bls-fedora --platform efi \
	--tree "$F/bls-fedora/esp,name=vda1,uuid=1234-ABCD,grub=hd0,gpt1" \
	--tree "$F/bls-fedora/boot,name=vda2,$BOOT,grub=hd0,gpt2"
lists_one "RHEL 9: entries below /boot of the root file system" bls-rhel9 --platform efi \
	--tree "$F/bls-rhel9/root,name=vda4,$ROOTFS,grub=hd0,gpt4"
lists_one "Arch: systemd-boot, several initrds and options" bls-arch --platform efi \
	--tree "$F/bls-arch/esp,name=esp"
check_has "a program that is no kernel is told" "$T/warnings" \
	"esp:/loader/entries/memtest.conf:2: /EFI/memtest86+/memtest.efi is not a Linux kernel"
check_has "so is a kernel that is missing" "$T/warnings" \
	"esp:/loader/entries/old.conf:2: /vmlinuz-gone does not exist"
lists_one "boot counting: no tries left comes last" bls-count --platform efi \
	--tree "$F/bls-count/esp,name=esp"
lists_one "the order of sort-key, machine-id, version and name" bls-sortkey --platform efi \
	--tree "$F/bls-sortkey/esp,name=esp"
check_has "an unknown key is told" "$T/warnings" \
	"esp:/loader/entries/this.conf:4: unknown key blob"
lists_one "ESP and XBOOTLDR are one menu, with the ESP's loader.conf" bls-xbootldr \
	--platform efi --tree "$F/bls-xbootldr/esp,name=vda1,grub=hd0,gpt1" \
	--tree "$F/bls-xbootldr/xbootldr,name=vda2,grub=hd0,gpt2"
lists_one "RHEL on s390x: zipl.conf and its entries" bls-zipl --config root:/etc/zipl.conf \
	--tree "$F/bls-zipl/boot,name=boot" --tree "$F/bls-zipl/root,name=root"
lists_one "Debian on s390x: zipl.conf with a menu" bls-zipl-menu --config /etc/zipl.conf \
	--root "$F/bls-zipl-menu/root"
lists_one "a device tree; the ESP is mounted on /boot" bls-devicetree --platform efi \
	--root "$F/bls-devicetree/root"
check_has "a missing device tree is told" "$T/warnings" "/dtb/none.dtb does not exist"
lists_one "RHEL's entry without GRUB's configuration" bls-kernelopts --platform pc \
	--tree "$F/bls-kernelopts/boot,name=vda1"

# An entry is found by its name with and without the suffix.
check_status "show by the bare name" 0 p2v-boot show arch-lts --platform efi \
	--tree "$F/bls-arch/esp,name=esp"
check_has "finds it" "$T/out" "vmlinuz-linux-lts"

# Unified kernel images, made by our own writer.
uki() {
	"$B/tests/cli/uki-make" "$@" || echo "uki-make failed" >&2
}
# shows NAME KEY WANT: in the JSON list of the tree $T/esp
field() {
	jq -r --arg id "$1" ".[] | select(.id == \$id) | $2" "$T/out"
}
E=$T/esp
list_esp() {
	p2v-boot list --json --platform efi --tree "$E,name=esp" "$@"
}
mkdir -p "$E/EFI/Linux" "$E/loader/entries" "$E/EFI/systemd"
uki "$E/EFI/Linux/plain.efi" .text=stub .osrel='NAME=Fedora
ID=fedora
PRETTY_NAME="Fedora Linux 40"
VERSION_ID=40
' .cmdline='root=LABEL=r quiet
' .uname=6.8.5 .linux='the kernel' .initrd='the initrd' .ucode=microcode .dtb=tree
check_status "a unified kernel image alone" 0 list_esp
check_eq "is the default" "$(field plain.efi .default)" true
check_eq "has the system's name" "$(field plain.efi .title)" "Fedora Linux 40"
check_eq "its command line" "$(field plain.efi .cmdline)" "root=LABEL=r quiet"

# slice NUMBER-OF-INITRD | kernel: the bytes that the list points at
slice() {
	field "$1" "$2" | sed 's/.*#//' >"$T/slice"
	IFS=+ read -r slice_at slice_len <"$T/slice"
	dd if="$E/EFI/Linux/$1" bs=1 skip="$slice_at" count="$slice_len" 2>/dev/null
}
check_eq "the kernel is a part of the file" "$(slice plain.efi .kernel)" "the kernel"
check_eq "microcode comes first" "$(slice plain.efi '.initrd[0]')" "microcode"
check_eq "then the initrd" "$(slice plain.efi '.initrd[1]')" "the initrd"
check_eq "the device tree is there" "$(slice plain.efi .devicetree)" "tree"

uki "$E/EFI/Linux/many.efi" .osrel='ID=many
PRETTY_NAME=Many
' .linux=base .initrd=base .cmdline=base .profile='ID=regular
TITLE="Regular boot"' .profile='ID=reset
TITLE="Factory reset"' .cmdline='reset' .initrd=other .profile='ID=storage' .linux=third
check_status "an image with profiles" 0 list_esp
check_eq "has an entry for each" "$(jq -r '[.[] | select(.id | startswith("many")) | .id] | join(" ")' "$T/out")" \
	"many.efi many.efi@1 many.efi@2"
check_eq "with its title" "$(field many.efi@1 .title)" "Many (Factory reset)"
check_eq "or its name" "$(field many.efi@2 .title)" "Many (storage)"
check_eq "its own command line" "$(field many.efi@1 .cmdline)" "reset"
check_eq "or the base's" "$(field many.efi@2 .cmdline)" "base"
check_eq "not the one before" "$(field many.efi .cmdline)" "base"

# What is beside an image.
mkdir -p "$E/EFI/Linux/plain.efi.extra.d" "$E/loader/addons"
uki "$E/loader/addons/all.addon.efi" .cmdline=everywhere
uki "$E/EFI/Linux/plain.efi.extra.d/a.addon.efi" .cmdline=first .initrd=more .ucode=newer
uki --machine 0xaa64 "$E/EFI/Linux/plain.efi.extra.d/b.addon.efi" .cmdline=arm
echo secret >"$E/EFI/Linux/plain.efi.extra.d/x.cred"
check_status "addons" 0 list_esp
if [ "$(uname -m)" = x86_64 ]; then
	check_eq "add to the command line" "$(field plain.efi .cmdline)" "root=LABEL=r quiet everywhere first"
fi
check_eq "and to the initrds" "$(field plain.efi '.initrd | length')" 4
check_has "what is none is told" "$T/err" "plain.efi.extra.d/x.cred: is not handed to the kernel"
rm -r "$E/EFI/Linux/plain.efi.extra.d" "$E/loader/addons"

# A text entry that names an image, and options that replace the image's own.
printf 'title Text\nuki /EFI/Linux/many.efi\nprofile 1\noptions mine\n' >"$E/loader/entries/text.conf"
printf 'title Bare\nefi \\EFI\\Linux\\plain.efi\n' >"$E/loader/entries/bare.conf"
check_status "text entries that name an image" 0 list_esp
check_eq "the profile's files, the entry's options" "$(field text.conf .cmdline)" mine
check_eq "a path as EFI writes it" "$(field bare.conf .cmdline)" "root=LABEL=r quiet"
rm "$E"/loader/entries/*.conf

# Broken images are told, the others stay.
head -c 700 "$E/EFI/Linux/plain.efi" >"$E/EFI/Linux/cut.efi"
{ head -c 2048 "$E/EFI/Linux/plain.efi"; } >"$E/EFI/Linux/short.efi"
echo text >"$E/EFI/Linux/text.efi"
uki "$E/EFI/Linux/empty.efi" .osrel=ID=x .cmdline=no-kernel
: >"$E/EFI/Linux/null.efi"
# .initrd's place in the file (fifth section) is .linux's
cp "$E/EFI/Linux/plain.efi" "$E/EFI/Linux/overlap.efi"
dd if="$E/EFI/Linux/plain.efi" of="$E/EFI/Linux/overlap.efi" bs=1 skip=$((200 + 4 * 40 + 20)) \
	seek=$((200 + 5 * 40 + 20)) count=4 conv=notrunc 2>/dev/null
check_status "broken images" 0 list_esp
check_eq "the good ones stay" "$(jq length "$T/out")" 4
check_has "cut off in the headers" "$T/err" "esp:/EFI/Linux/cut.efi: is left out"
check_has "cut off in a section" "$T/err" "esp:/EFI/Linux/short.efi: is left out: the section"
check_has "overlapping sections" "$T/err" "overlap.efi: is left out: the sections .linux and .initrd overlap"
check_has "no kernel inside" "$T/err" "empty.efi: is left out: has no .linux section"
check_has "no program at all" "$T/err" "text.efi: is left out"
for f in cut short text empty null overlap; do rm "$E/EFI/Linux/$f.efi"; done

# One image alone, and by GRUB.
check_status "one image" 0 list_esp --config /EFI/Linux/plain.efi
check_eq "and no other" "$(jq length "$T/out")" 1
mkdir -p "$E/EFI/test"
cat >"$E/EFI/test/grub.cfg" <<'EOF'
menuentry 'Chained' --id chained { chainloader /EFI/Linux/many.efi @1 }
menuentry 'Chained with words' { chainloader /EFI/Linux/plain.efi single "two words" }
menuentry 'Windows' { chainloader /EFI/Microsoft/Boot/bootmgfw.efi }
uki
EOF
check_status "GRUB starts images, too" 0 list_esp --config /EFI/test/grub.cfg
check_eq "by chainloader, with a profile" "$(field chained .cmdline)" reset
check_eq "and with a command line" "$(field 'Chained with words' .cmdline)" 'single "two words"'
check_eq "and by uki" "$(field plain.efi .title)" "Fedora Linux 40"
check_eq "in the order of file names" "$(jq -r '[.[].id] | join(" ")' "$T/out")" \
	"chained Chained with words plain.efi many.efi"
rm -r "$E/EFI/test"

# Hostile text entries: each is told or harmless, the good one stays.
H=$T/hostile
mkdir -p "$H/loader/entries" "$T/outside"
echo k >"$H/linux"
echo k >"$T/outside/linux"
printf 'title Good\nlinux /linux\n' >"$H/loader/entries/good.conf"
printf 'title Up\nlinux /../outside/linux\n' >"$H/loader/entries/up.conf"
ln -s "$T/outside/linux" "$H/away"
printf 'title Link\nlinux /away\n' >"$H/loader/entries/link.conf"
printf 'title Directory\nlinux /loader\n' >"$H/loader/entries/dir.conf"
printf 'title None\n' >"$H/loader/entries/none.conf"
printf 'title \033[31mred\nlinux /linux\n' >"$H/loader/entries/red.conf"
head -c 5000 /dev/urandom >"$H/loader/entries/rubbish.conf"
truncate -s 3M "$H/loader/entries/huge.conf"
mkfifo "$H/loader/entries/fifo.conf"
check_status "hostile entries" 0 timeout 60 p2v-boot list --platform efi --tree "$H,name=h"
check_has "the good one stays" "$T/out" "Good"
check_eq "only what is inside is offered" "$(grep -c . "$T/out")" 2
check_has "what leaves the tree is told" "$T/err" "up.conf:2: /../outside/linux does not exist"
check_has "what is too large, too" "$T/err" "huge.conf: cannot be read: it is too large"
check_has "and what has no kernel" "$T/err" "none.conf: it names no kernel"
check_fails "control characters do not reach the terminal" grep -q "$(printf '\033')" "$T/out" "$T/err"

# The real generator: kernel-install of systemd.
K=$T/kernel
mkdir -p "$K/conf" "$K/boot/loader/entries" "$K/src"
need kernel-install
echo "root=UUID=1 quiet splash" >"$K/conf/cmdline"
echo "layout=bls" >"$K/conf/install.conf"
echo image >"$K/src/vmlinuz"
echo initrd >"$K/src/initrd.img"
for v in 6.1.0-9-amd64 6.1.0-56-amd64; do
	mkdir -p "$K/boot/4ab5c1a2b3c44d5e8f90112233445566/$v"
	MACHINE_ID=4ab5c1a2b3c44d5e8f90112233445566 BOOT_ROOT="$K/boot" KERNEL_INSTALL_CONF_ROOT="$K/conf" \
		KERNEL_INSTALL_PLUGINS=/usr/lib/kernel/install.d/90-loaderentry.install \
		kernel-install add $v "$K/src/vmlinuz" "$K/src/initrd.img" \
		>"$T/install.log" 2>&1 || sed 's/^/# /' "$T/install.log"
done
# Its paths are from the root of the file system that the directory is on.
mount=$(stat -c %m "$K/boot")
below=${K#"${mount%/}"}
check_status "what kernel-install wrote" 0 p2v-boot list --json --platform efi \
	--tree "$mount,name=esp" --config "$below/boot/loader"
check_eq "both kernels, the newer first" "$(jq -r '[.[].id] | join(" ")' "$T/out")" \
	"4ab5c1a2b3c44d5e8f90112233445566-6.1.0-56-amd64.conf 4ab5c1a2b3c44d5e8f90112233445566-6.1.0-9-amd64.conf"
check_has "with the command line" "$T/out" '"cmdline": "root=UUID=1 quiet splash'
check_has "and the initrd" "$T/out" "esp:$below/boot/4ab5c1a2b3c44d5e8f90112233445566/6.1.0-56-amd64/initrd.img"

done_testing
