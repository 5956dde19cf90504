# shellcheck shell=sh
# modules-lib.sh - a system with a kernel, and images of its initramfs, for
# add-modules.t and check.t; made with the fixtures of the fixup's tests.
# shellcheck disable=SC2034,SC2154 # variables of initramfs.sh and of the tests

# shellcheck source=../fixups/initramfs.sh
. "$ROOT/tests/fixups/initramfs.sh"
need gcc cpio depmod modprobe gzip xz zstd lz4 jq

case_root=$T/root
title=initrd
mkdir -p "$case_root" "$T/before/boot"

# make_image NAME COMPRESSOR...: an image as initramfs-tools makes it, with what
# $T/initrd holds; its path is in $image, and unpacked_image knows it.
make_image() {
	rm -f "$case_root/boot/$1"
	fixture_image "$@"
	cp "$image" "$T/before/boot/$1"
}

# appended OUT NAME: OUT is the image NAME with something behind it that starts
# at a multiple of four bytes, with zeros between.
appended() {
	appended_size=$(stat -c %s "$case_root/boot/$2")
	cmp -n "$appended_size" "$1" "$case_root/boot/$2" &&
		[ "$(stat -c %s "$1")" -gt "$appended_size" ]
}
