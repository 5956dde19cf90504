#!/bin/sh
# p2v-boot on the GRUB 2 configurations that distributions write.
. "$(dirname "$0")/../lib.sh"
need grub-script-check
F=$ROOT/tests/cli/boot

# expect NAME PLATFORM TREE...: the fixture's list.
expect() {
	name=$1
	platform=$2
	shift 2
	for tree; do
		set -- "$@" --tree "$F/$name/$tree"
		shift
	done
	p2v-boot list --json --platform "$platform" "$@" >"$T/got.json" 2>"$T/warnings" &&
		diff -u "$F/$name/list.json" "$T/got.json"
}

arch=root,name=vda2,uuid=9d2f6c0a-1b7e-4c53-8f44-6a5b4c3d2e1f,grub=hd0,gpt2
check "Arch: microcode, two kernels, a saved default" expect grub-arch efi "$arch"
check_has "a missing initramfs is a warning with file and line" "$T/warnings" \
	"vda2:/boot/grub/grub.cfg:155: /boot/initramfs-linux-lts-fallback.img does not exist"
check "Alpine: /boot of its own" expect grub-alpine pc \
	root,name=vda2,uuid=c0ffee00-8d1c-4f7b-9c55-1a2b3c4d5e6f,grub=hd0,msdos2 \
	boot,name=vda1,uuid=51e7b1c4-0d0f-4d53-9b8e-2f3c4d5e6f70,grub=hd0,msdos1
check "Gentoo: no initramfs, the default is in the submenu" expect grub-gentoo pc \
	root,name=nvme0n1p3,uuid=2b6c1f0e-77aa-4c0d-8b1a-99887766aabb,grub=hd0,gpt3
check "NixOS: generations" expect grub-nixos pc \
	boot,name=sda1,uuid=e4d8b4b2-6a0b-4c2e-b4c3-0f1e2d3c4b5a
check_has "one that was collected is left out" "$T/warnings" "'NixOS - Configuration 10"
check "Debian live: [ ] is true, entries made by a loop" expect grub-live pc iso,name=sr0
check "an Ubuntu cloud image: without an initramfs" expect grub-cloud efi \
	esp,name=vda15,uuid=ABCD-0123,grub=hd0,gpt15 \
	root,name=vda1,uuid=6b1e6b0e-2f50-4d4b-9c3e-5e4d3c2b1a09,label=cloudimg-rootfs,grub=hd0,gpt1
check_status "the same, when that has failed before" 0 p2v-boot show --env initrdfail=1 \
	--platform efi 0 --tree "$F/grub-cloud/root,uuid=6b1e6b0e-2f50-4d4b-9c3e-5e4d3c2b1a09"
check_has "takes the initramfs" "$T/out" "/boot/initrd.img-6.8.0-1012-kvm"
check "RHEL 8: blscfg, kernelopts, tuned" expect grub-rhel pc root,name=rhel-root \
	boot,name=vda1,uuid=1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9,grub=hd0,msdos1
check "openSUSE: snapshots, hiddenentry, Xen" expect grub-opensuse pc \
	root,name=vda2,uuid=7c5d1f3e-9a2b-4e60-8d17-bb22cc33dd44,grub=hd0,gpt2
check "a hostile one" expect grub-hostile pc root,name=root
check_has "loops end" "$T/warnings" "the entry 'endless' is left out"
check_has "files that read each other are read a few times" "$T/warnings" \
	"loop-b.cfg:1: root:/boot/grub/loop-a.cfg keeps including itself"
check_has "paths stay inside" "$T/warnings" "/boot/../../../../etc/passwd does not exist"
check_has "nesting ends" "$T/warnings" "submenus are nested too deeply"

for f in "$F"/grub-*/*/boot/grub*/grub.cfg "$F"/grub-*/boot/grub*/grub.cfg; do
	case $f in */grub-hostile/* | */grub-opensuse/*) continue ;; esac
	check "GRUB's own parser accepts ${f#"$F"/}" grub-script-check "$f"
done

# Two loaders on one machine.
cp -r "$F/grub-gentoo/root" "$T/two"
mkdir -p "$T/two/boot/extlinux"
cat >"$T/two/boot/extlinux/extlinux.conf" <<'CFG'
DEFAULT linux
LABEL linux
  LINUX ../kernel-6.6.30-gentoo
  APPEND from extlinux
LABEL same
  LINUX ../kernel-6.6.30-gentoo
  APPEND root=/dev/nvme0n1p3 ro dolvm
CFG
first() { p2v-boot list --platform pc "$@" 2>/dev/null | head -n 1; }
check_eq "GRUB comes before extlinux" "$(first --root "$T/two")" "   0  Gentoo GNU/Linux"
p2v-boot list --json --root "$T/two" --platform pc >"$T/got.json" 2>/dev/null
check_eq "the other is listed with its source" \
	"$(grep -c '"source": "root:/boot/extlinux/extlinux.conf"' "$T/got.json")" 1
check_eq "and is no default" "$(grep -c '"default": true' "$T/got.json")" 1
check_eq "what starts the same is listed once" "$(grep -c '"id"' "$T/got.json")" 5
: >"$T/two/boot/extlinux/ldlinux.sys"
check_eq "the loader that is installed comes first" "$(first --root "$T/two")" "*  0  linux"
mkdir "$T/two/boot/grub/i386-pc"
check_eq "GRUB, where both are" "$(first --root "$T/two")" "   0  Gentoo GNU/Linux"
check_eq "--config says which" "$(first --root "$T/two" --config /boot/extlinux/extlinux.conf)" \
	"*  0  linux"
mkdir -p "$T/esp/EFI/BOOT" "$T/esp/EFI/gentoo" "$T/esp/loader/entries"
printf 'title sd\nlinux /k\noptions x\n' >"$T/esp/loader/entries/sd.conf"
: >"$T/esp/k"
cp "$F/efi/esp/EFI/debian/grub.cfg" "$T/esp/EFI/gentoo/grub.cfg"
printf 'MZ#### LoaderInfo: systemd-boot 252 ####' >"$T/esp/EFI/BOOT/BOOTX64.EFI"
efi_first() {
	p2v-boot list --platform efi --tree "$T/two,name=a" --tree "$T/esp,name=e" 2>/dev/null |
		sed -n 's/^\*.*  //p'
}
check_eq "what the firmware starts comes first on EFI" "$(efi_first)" "sd"
printf 'MZWelcome to GRUB' >"$T/esp/EFI/BOOT/BOOTX64.EFI"
check_eq "GRUB, if it is that" "$(efi_first)" \
	"Advanced options for Gentoo GNU/Linux>Gentoo GNU/Linux, with Linux 6.6.47-gentoo-dist"

# A btrfs seen as a whole: GRUB's paths begin with the subvolume.
mkdir -p "$T/btrfs/@rootfs/boot/grub"
: >"$T/btrfs/@rootfs/boot/vmlinuz"
echo 'menuentry sub { linux /@rootfs/boot/vmlinuz rootflags=subvol=@rootfs }' \
	>"$T/btrfs/@rootfs/boot/grub/grub.cfg"
check_eq "a configuration in a subvolume" "$(first --root "$T/btrfs")" "*  0  sub"

# Kernels without a configuration, /boot of its own.
mkdir -p "$T/k/root/etc/kernel" "$T/k/boot"
touch "$T/k/boot/vmlinuz-5.10" "$T/k/boot/vmlinuz-5.9" "$T/k/boot/initramfs-5.10.img"
printf 'LABEL=r / btrfs rw,subvol=@ 0 0\nUUID=22 /boot ext4 rw 0 0\n' >"$T/k/root/etc/fstab"
mkdir -p "$T/k/root/etc/default"
echo 'GRUB_CMDLINE_LINUX="a b"' >"$T/k/root/etc/default/grub"
bare() {
	p2v-boot show 0 --tree "$T/k/boot,name=b,uuid=22" --tree "$T/k/root,name=r,uuid=33" \
		>"$T/out" 2>"$T/err"
}
check "kernels on a /boot of its own" bare
check_has "the newest" "$T/out" "kernel     b:/vmlinuz-5.10"
check_has "with its initramfs" "$T/out" "initrd     b:/initramfs-5.10.img"
check_has "the root is fstab's" "$T/out" "cmdline    root=LABEL=r rootflags=subvol=@ ro a b"
echo 'root=UUID=33   rw quiet' >"$T/k/root/etc/kernel/cmdline"
check "kernels, and /etc/kernel/cmdline" bare
check_has "it is used" "$T/out" "cmdline    root=UUID=33 rw quiet"

done_testing
