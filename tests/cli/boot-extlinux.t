#!/bin/sh
# p2v-boot on what syslinux, extlinux and U-Boot start from.
. "$(dirname "$0")/../lib.sh"
F=$ROOT/tests/cli/boot

# expect NAME TREE...: the fixture's list; @ stands for its directory.
expect() {
	name=$1
	shift
	for tree; do
		set -- "$@" --tree "$F/$name/$tree"
		shift
	done
	p2v-boot list --json --platform pc "$@" >"$T/got.json" 2>"$T/warnings" &&
		diff -u "$F/$name/list.json" "$T/got.json"
}

check "Debian's u-boot-menu" expect extlinux-debian root,name=root
check_has "fdtdir is said to be left alone" "$T/warnings" \
	"root:/boot/extlinux/extlinux.conf:14: 'fdtdir' is not followed"
check_eq "once" "$(grep -c fdtdir "$T/warnings")" 1
check "Alpine: microcode before the initramfs, /boot of its own" expect extlinux-alpine \
	root,name=vda2,grub=hd0,msdos2 boot,name=vda1,grub=hd0,msdos1
check "NixOS: generations" expect extlinux-nixos root,name=root
check "Fedora on ARM: labels of several words" expect extlinux-fedora-arm \
	root,name=vda2,grub=hd0,msdos2 boot,name=vda1,grub=hd0,msdos1
check "a board: device tree, overlays, a FIT image" expect extlinux-board root,name=root
check_has "overlays are U-Boot's" "$T/warnings" "extlinux.conf:5: 'fdtoverlays' is not followed"
check_has "a missing device tree" "$T/warnings" "the entry 'old' is listed without a device tree"
check_has "a FIT image's part" "$T/warnings" "names a part of a FIT image"
check "an installation medium: INCLUDE and submenus" expect extlinux-iso iso,name=sr0
check_has "modules of syslinux are no kernels" "$T/warnings" \
	"sr0:/isolinux/menu.cfg:17: the entry 'hdt' is left out: it starts no Linux kernel (com32)"
check "Arch: INITRD twice" expect extlinux-arch root,name=vda2,grub=hd0,msdos2 \
	boot,name=vda1,grub=hd0,msdos1
check "openSUSE live: ONTIMEOUT before DEFAULT" expect extlinux-opensuse iso,name=sr0
check "an old one by hand: carriage returns, a global APPEND, DEFAULT is a kernel" \
	expect extlinux-handmade root,name=root
check_has "other systems are left out" "$T/warnings" "'dos' is left out"
check "a hostile one" expect extlinux-hostile root,name=root
check_has "a file that includes itself" "$T/warnings" "includes itself"
check_has "a default that is not there" "$T/warnings" "the default 'nobody' is neither a label"
check_has "a path that would leave" "$T/warnings" "/etc/passwd does not exist"

# The kinds of the files are told by their content, too.
cp "$F/extlinux-handmade/root/extlinux.conf" "$T/named-otherwise"
mkdir -p "$T/root"
cp "$F/extlinux-handmade/root/"[vi]* "$T/named-otherwise" "$T/root"
check_status "--config of a file of any name" 0 p2v-boot list --root "$T/root" --config /named-otherwise
check_has "is read as what it is" "$T/out" "vmlinuz-2.6.18"

# Size and time.
mkdir -p "$T/big/boot/extlinux"
echo k >"$T/big/k"
awk 'BEGIN { for (i = 0; i < 6000; i++) print "label same\n linux /k\n append a" i }' \
	>"$T/big/boot/extlinux/extlinux.conf"
check_status "thousands of labels" 0 timeout 120 p2v-boot list --json --root "$T/big"
check_eq "up to the limit" "$(grep -c '"id"' "$T/out")" 4096
check_has "and said so" "$T/err" "too many labels"
check_eq "ids stay unique" "$(grep '"id"' "$T/out" | sort -u | wc -l)" 4096
truncate -s 5M "$T/big/boot/extlinux/extlinux.conf"
check_status "a huge file" 2 p2v-boot list --root "$T/big"
check_has "is refused" "$T/err" "it is too large"
head -c 200000 /dev/urandom >"$T/big/boot/extlinux/extlinux.conf"
check_status "binary rubbish" 2 timeout 60 p2v-boot list --root "$T/big"

done_testing
