#!/bin/sh
# p2v-boot initrd-files, -cat, -link, -show: every compression, microcode in front,
# segments behind.
. "$(dirname "$0")/../lib.sh"
need cpio gzip xz zstd lz4 bzip2 jq

archive() { # NAME FILE...: $T/NAME.cpio with those files
	archive_name=$1
	shift
	mkdir -p "$T/$archive_name"
	for archive_file; do
		mkdir -p "$T/$archive_name/$(dirname "$archive_file")"
		head -c 70001 /dev/urandom >"$T/$archive_name/$archive_file"
	done
	(cd "$T/$archive_name" && find . -type f | sort | cpio -o -H newc --quiet) >"$T/$archive_name.cpio"
}

compress() { # FORMAT <in >out
	case $1 in
	none) cat ;;
	gzip) gzip -9 ;;
	xz) xz --check=crc32 ;;
	xz-blocks) xz --block-size=32768 --check=sha256 --x86 --lzma2 ;;
	zstd) zstd -q -19 ;;
	zstd-plain) zstd -q -1 --no-check ;;
	lz4) lz4 -l -q -9 ;;
	bzip2) bzip2 ;;
	lzma) xz --format=lzma ;;
	esac
}

pad() { # FILE: zeros up to a multiple of 4; four at least, for lz4
	head -c 4 /dev/zero >>"$1"
	pad_n=$(($(stat -c %s "$1") % 4))
	[ "$pad_n" = 0 ] || head -c $((4 - pad_n)) /dev/zero >>"$1"
}

archive early kernel/x86/microcode/GenuineIntel.bin
archive main usr/lib/modules/6.1/ext4.ko init
archive more usr/lib/modules/6.1/virtio_blk.ko
printf '%s\n' kernel/x86/microcode/GenuineIntel.bin init usr/lib/modules/6.1/ext4.ko \
	usr/lib/modules/6.1/virtio_blk.ko >"$T/want"

names() { # IMAGE
	p2v-boot initrd-files "$1" | sed 's|^\./||' | diff -u "$T/want" -
}

all="none gzip xz xz-blocks zstd zstd-plain lz4 bzip2 lzma"
for a in $all; do
	compress "$a" <"$T/main.cpio" >"$T/main.$a"
	compress "$a" <"$T/more.cpio" >"$T/more.$a"
done
for a in $all; do
	for b in $all; do
		cat "$T/early.cpio" "$T/main.$a" >"$T/image"
		pad "$T/image"
		cat "$T/more.$b" >>"$T/image"
		check "microcode, then $a, then $b" names "$T/image"
	done
done

# A file is what the last archive has of it.
mkdir "$T/last"
printf 'the last one' >"$T/last/init"
ln -s usr/lib "$T/last/lib"
echo linked >"$T/last/hard"
ln "$T/last/hard" "$T/last/other"
(cd "$T/last" && find . | sort | cpio -o -H newc --quiet) | zstd -q >"$T/last.zstd"
cp "$T/image" "$T/files"
pad "$T/files"
cat "$T/last.zstd" >>"$T/files"
check_status "initrd-cat" 0 p2v-boot initrd-cat "$T/files" init
check_eq "the last archive wins" "$(cat "$T/out")" "the last one"
p2v-boot initrd-cat "$T/files" usr/lib/modules/6.1/ext4.ko >"$T/ext4"
check "byte by byte" cmp "$T/ext4" "$T/main/usr/lib/modules/6.1/ext4.ko"
check_status "a link has no content" 2 p2v-boot initrd-cat "$T/files" lib
check_eq "but a target" "$(p2v-boot initrd-link "$T/files" ./lib)" usr/lib
check_status "a file is no link" 2 p2v-boot initrd-link "$T/files" init
check_status "a hard link whose content is elsewhere is refused" 2 p2v-boot initrd-cat "$T/files" hard
check_has "and not empty" "$T/err" "hard links"
check_eq "the other one has it" "$(p2v-boot initrd-cat "$T/files" other)" linked
check_status "what is not there" 2 p2v-boot initrd-cat "$T/files" nothing
check_status "usage" 1 p2v-boot initrd-cat "$T/files"

head -c 1000 /dev/zero >>"$T/image"
check "zeros at the end" names "$T/image"
cat "$T/early.cpio" "$T/main.zstd" "$T/more.zstd" >"$T/image"
check "zstd behind zstd without padding" names "$T/image"

cat "$T/main.lz4" "$T/more.cpio" >"$T/image"
check_status "what the kernel cannot read behind lz4 is refused" 2 p2v-boot initrd-files "$T/image"
check_has "with the reason" "$T/err" "four zero bytes"

at=$(stat -c %s "$T/early.cpio")
cat "$T/early.cpio" >"$T/image"
echo "this is no archive" >>"$T/image"
check_status "rubbish behind an archive" 2 p2v-boot initrd-files "$T/image"
check_has "it names the offset" "$T/err" "in the segment at byte $at:"
check_has "names that came before are printed" "$T/out" GenuineIntel.bin
for a in $all; do
	head -c 60000 "$T/main.$a" >"$T/cut"
	check_status "a cut-off image ($a)" 2 p2v-boot initrd-files "$T/cut"
done
: >"$T/cut"
check_status "an empty file has no names" 0 p2v-boot initrd-files "$T/cut"
check_status "a missing file" 2 p2v-boot initrd-files "$T/nothing"
check_status "a directory" 2 p2v-boot initrd-files "$T"

# initrd-show: the lines that programs read, and the same as JSON.
mkdir -p "$T/show/usr/lib/modules/6.1/kernel/drivers/block" "$T/show/conf"
ln -s usr/lib "$T/show/lib"
echo x >"$T/show/conf/modules"
echo x >"$T/show/usr/lib/modules/6.1/kernel/drivers/block/virtio-blk.ko.zst"
echo kernel/fs/ext4/ext4.ko >"$T/show/usr/lib/modules/6.1/modules.builtin"
printf 'x' >"$T/show/odd$(printf '\t\033')name"
(cd "$T/show" && find . | sort | cpio -o -H newc --quiet | gzip) >"$T/show.gz"
cat "$T/early.cpio" "$T/show.gz" >"$T/image"
size=$(stat -c %s "$T/image")
show() { cut -f "$2" "$T/out" | grep "^$1" | tr '\t\n' ' ,'; }
check_status "initrd-show" 0 p2v-boot initrd-show "$T/image"
check_eq "the segments" "$(awk -F '\t' '$1 == "segment" { print $2, $3, $4 + $7, $5, $6, $8 }' "$T/out" | tr '\n' ,)" \
	"0 0 $at none early 1,1 $at $(stat -c %s "$T/show.gz") gzip main 14,"
check_eq "the generator" "$(show generator 1-)" "generator initramfs-tools,"
check_eq "the kernels" "$(show kernel 1-)" "kernel 6.1,"
check_eq "the modules" "$(show module 1-)" "module 6.1 virtio_blk kernel/drivers/block/virtio-blk.ko.zst,"
check_eq "what is built in" "$(show builtin 1-)" "builtin 6.1 ext4 kernel/fs/ext4/ext4.ko,"
check_eq "links" "$(show 'li[nb]' 1-)" "link lib usr/lib,lib usr/lib,"
check_eq "what may be appended, and where" "$(show append 1-)" "append $size $(((4 - size % 4) % 4)) gzip,"
check_has "a member" "$T/out" "member	1	100644	2	conf/modules"
check_has "a link among them" "$T/out" "member	1	120777	7	lib	usr/lib"
check_has "a name that would break a line" "$T/out" "	odd??name"
check_status "as JSON" 0 p2v-boot --json initrd-show "$T/image"
check_eq "it says the same" "$(jq -r '"\(.segments[1].stage) \(.generator) \(.kernels[0]) \(.modules[0].name) \(.builtin[0].path) \(.links.lib) \(.lib) \(.append.offset) \(.members | length) \(.damage)"' "$T/out")" \
	"main initramfs-tools 6.1 virtio_blk kernel/fs/ext4/ext4.ko usr/lib usr/lib $size 15 null"
head -c $((size - 20)) "$T/image" >"$T/cut"
check_status "a cut-off image" 2 p2v-boot initrd-show "$T/cut"
check_has "the part that is whole" "$T/out" "segment	0	0	"
check_has "the part that is not" "$T/out" "segment	1	$at	0	gzip	damaged"
check_has "the reason" "$T/out" "damage	in the segment at byte $at: "
check_has "for people as well" "$T/err" "in the segment at byte $at: "
check_eq "nothing that could be wrong" "$(show append 1-)" ""
check_status "cut off, as JSON" 2 p2v-boot --json initrd-show "$T/cut"
check_eq "it has the reason" "$(jq -r '"\(.damage | startswith("in the segment")) \(.segments | length) \(.append)"' "$T/out")" "true 2 null"
: >"$T/cut"
check_status "an empty file is no image" 2 p2v-boot initrd-show "$T/cut"
check_has "it says so" "$T/out" "damage	it is empty"
check_status "nor is a missing one" 2 p2v-boot initrd-show "$T/nothing"
check_status "initrd-show without a file" 1 p2v-boot initrd-show

done_testing
