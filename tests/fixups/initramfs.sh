# shellcheck shell=sh
# initramfs.sh - small kernels, modules and initramfs images for run.t
#
# depmod and modprobe read real ELF files, so the modules are assembled: the
# sections that say what a module is and which symbols it offers and wants are
# all that they look at.
# shellcheck disable=SC2154 # T, case_root and others are run.t's

# fixture_module NAME ALIAS OFFERS WANTS: into $T/modules, once ("-": none).
fixture_module() {
	[ ! -e "$T/modules/$1.ko" ] || return 0
	mkdir -p "$T/modules"
	{
		printf '.section .modinfo,"a"\n.asciz "license=GPL"\n.asciz "name=%s"\n' "$1"
		[ "$2" = - ] || printf '.asciz "alias=%s"\n' "$2"
		printf '.section __ksymtab_strings,"a"\n'
		[ "$3" = - ] || printf '.asciz "%s"\n' "$3"
		[ "$4" = - ] || printf '.data\n.quad %s\n' "$4"
	} >"$T/modules/$1.S"
	gcc -c "$T/modules/$1.S" -o "$T/modules/$1.ko"
}

# fixture_kernel VERSION MODULE...: a kernel and its folder of modules.
fixture_kernel() {
	fixture_module virtio - register_virtio_driver -
	fixture_module virtio_ring - vring_new register_virtio_driver
	fixture_module virtio_pci 'pci:v00001AF4d*sv*sd*bc*sc*i*' - vring_new
	fixture_module virtio_blk 'virtio:d00000002v*' - register_virtio_driver
	fixture_module virtio_net 'virtio:d00000001v*' - register_virtio_driver
	fixture_module virtio_balloon 'virtio:d00000005v*' - register_virtio_driver
	fixture_module ahci 'pci:v*d*sv*sd*bc01sc06i01*' - ata_start
	fixture_module libata - ata_start -
	fixture_module sd_mod 'scsi:t-0x00*' - -
	fixture_module e1000 'pci:v00008086d0000100Esv*sd*bc*sc*i*' - -
	kernel=$1
	shift
	kernel_folder=$case_root/usr/lib/modules/$kernel
	mkdir -p "$kernel_folder" "$case_root/boot"
	[ -e "$case_root/lib" ] || ln -s usr/lib "$case_root/lib"
	echo kernel >"$case_root/boot/vmlinuz-$kernel"
	: >"$kernel_folder/modules.order"
	: >"$kernel_folder/modules.builtin"
	for module; do
		fixture_place "$module"
		mkdir -p "$kernel_folder/$place"
		cp "$T/modules/$module.ko" "$kernel_folder/$place/"
	done
	depmod -b "$case_root" "$kernel" 2>/dev/null
}

# Where a module lies; sets place.
fixture_place() {
	case $1 in
	virtio_blk) place=kernel/drivers/block ;;
	virtio_net | e1000) place=kernel/drivers/net ;;
	ahci | libata) place=kernel/drivers/ata ;;
	sd_mod) place=kernel/drivers/scsi ;;
	*) place=kernel/drivers/virtio ;;
	esac
}

# shellcheck disable=SC2034 # for the cases
all_modules="virtio virtio_ring virtio_pci virtio_blk virtio_net virtio_balloon ahci libata sd_mod e1000"

# fixture_initrd MODULE...: the tree that goes into the image, as initramfs-tools
# makes it, in $T/initrd; LIB=lib for a system that is not merged.
fixture_initrd() {
	rm -rf "$T/initrd"
	mkdir -p "$T/initrd/conf" "$T/initrd/${LIB:-usr/lib}/modules/$kernel" "$T/initrd/scripts"
	[ "${LIB:-usr/lib}" = lib ] || ln -s usr/lib "$T/initrd/lib"
	printf 'ahci\nsd_mod' >"$T/initrd/conf/modules"
	echo '#!/bin/sh' >"$T/initrd/init"
	for module; do
		fixture_place "$module"
		mkdir -p "$T/initrd/${LIB:-usr/lib}/modules/$kernel/$place"
		cp "$T/modules/$module.ko" "$T/initrd/${LIB:-usr/lib}/modules/$kernel/$place/"
	done
	depmod -b "$T/initrd" "$kernel" 2>/dev/null
}

# fixture_image NAME COMPRESSOR...: packs it into /boot.
fixture_image() {
	image=$case_root/boot/$1
	shift
	(cd "$T/initrd" && find . | sort | cpio -o -H newc -R 0:0 --quiet) | "$@" >>"$image"
}

# fixture_microcode NAME: the plain archive that often comes first.
fixture_microcode() {
	rm -rf "$T/microcode"
	mkdir -p "$T/microcode/kernel/x86/microcode"
	head -c 3000 /dev/urandom >"$T/microcode/kernel/x86/microcode/GenuineIntel.bin"
	(cd "$T/microcode" && find . | cpio -o -H newc --quiet) >"$case_root/boot/$1"
}

# unpacked_image NAME: the old archives, by Debian's own tool, and what was
# appended over them, as the kernel does it; into $T/unpacked.
unpacked_image() {
	rm -rf "$T/parts" "$T/unpacked"
	mkdir -p "$T/unpacked"
	old_size=$(stat -c %s "$T/before/boot/$1")
	unmkinitramfs "$T/before/boot/$1" "$T/parts" 2>"$T/unpack-error"
	for part in early early2 main; do
		[ ! -d "$T/parts/$part" ] || cp -a "$T/parts/$part/." "$T/unpacked"
	done
	[ -d "$T/parts/early" ] || cp -a "$T/parts/." "$T/unpacked"
	# The kernel skips zeros, and expects an archive at a multiple of four.
	start=$(((old_size + 3) / 4 * 4))
	while [ "$(tail -c +$((start + 1)) "$case_root/boot/$1" | head -c 4 | tr -d '\000' | wc -c)" = 0 ] &&
		[ "$start" -lt "$((old_size + 16))" ]; do
		start=$((start + 4))
	done
	tail -c +$((start + 1)) "$case_root/boot/$1" >"$T/appended"
	for tool in "zstd -qdc" "gzip -dc" "xz -dc" "lz4 -qdc" cat; do
		# shellcheck disable=SC2086 # a program and its option
		! $tool <"$T/appended" >"$T/appended.cpio" 2>"$T/unpack-error" || break
	done
	(cd "$T/unpacked" && cpio -i -d -u --quiet <"$T/appended.cpio")
}

# check_loads NAME MODULE...: in the unpacked image, modprobe finds the modules
# with everything that they depend on.
check_loads() {
	name=$1
	shift
	for module; do
		check "$title: $module can be loaded in $name" loads "$module"
	done
}

loads() {
	modprobe -C /dev/null -d "$T/unpacked" -S "$kernel" --show-depends "$1" >"$T/loads" || return 1
	while read -r verb file _; do
		[ "$verb" = builtin ] || [ -f "$file" ] || return 1
	done <"$T/loads"
}
