#!/bin/sh
# add-modules.t - p2v-initrd add-modules: what was there stays, what is added loads
. "$(dirname "$0")/../lib.sh"
# shellcheck source=modules-lib.sh
. "$ROOT/tests/initrd/modules-lib.sh"

initrd=$ROOT/initrd/p2v-initrd
V=6.1.0-9-test
# shellcheck disable=SC2086 # a list of words
fixture_kernel $V $all_modules
fixture_initrd ahci libata sd_mod

add() { # OUT ARGUMENT...
	add_out=$1
	shift
	"$initrd" add-modules --kernel $V --modules-from "$case_root" "$@" -o "$add_out"
}

# Every compression, and microcode in front; the result is looked at with
# Debian's tools, not with ours.
for how in "gzip -9" "xz --check=crc32" "zstd -q -3" "lz4 -l -q" cat; do
	# shellcheck disable=SC2086 # a program and its options
	make_image i $how
	check_status "add to an image by $how" 0 add "$case_root/boot/o" virtio_pci virtio_blk "$image"
	check "what was there stays ($how)" appended "$case_root/boot/o" i
	mv "$case_root/boot/o" "$case_root/boot/i"
	unpacked_image i
	check_loads "i ($how)" virtio_pci virtio_blk ahci sd_mod
	check_eq "they are loaded early, after the old ones ($how)" "$(tr '\n' ' ' <"$T/unpacked/conf/modules")" \
		"ahci sd_mod virtio_blk virtio_pci "
	check "lib is still the link that it was ($how)" test -L "$T/unpacked/lib"
done
make_image plain gzip
rm "$case_root/boot/plain"
fixture_microcode plain
fixture_image plain gzip
check "microcode in front" add "$T/o" virtio_blk "$image"
check "is kept there" appended "$T/o" plain
check_eq "and the addition is packed like the main archive" "$(tail -c +"$((($(stat -c %s "$image") + 3) / 4 * 4 + 1))" "$T/o" | head -c 2 | od -An -tx1)" " 1f 8b"

# An odd length, IN as OUT, and a second round.
make_image i gzip
while [ $(($(stat -c %s "$image") % 4)) != 1 ]; do printf '\0' >>"$image"; done
cp "$image" "$T/before/boot/i"
cp "$image" "$T/twice"
check "the output may be the input" add "$T/twice" virtio_blk "$T/twice"
check "odd lengths are filled up" appended "$T/twice" i
check "a second round" add "$T/twice" virtio_net "$T/twice"
p2v-boot initrd-cat "$T/twice" conf/modules >"$T/list"
check_eq "knows what the first one added" "$(tr '\n' ' ' <"$T/list")" "ahci sd_mod virtio_blk virtio_net "
p2v-boot initrd-files "$T/twice" >"$T/names"
check_eq "and does not add it again" "$(grep -c 'virtio_blk\.ko' "$T/names")" 1
check "a module that is there is loaded early nevertheless" add "$T/o" libata "$image"
check "the list says so" sh -c "p2v-boot initrd-cat '$T/o' conf/modules | grep -qx libata"

# Packed modules are unpacked, unless the image has such already.
packed=$case_root/usr/lib/modules/$V/kernel/drivers/block
cp "$packed/virtio_blk.ko" "$T/original.ko"
for packer in "xz:xz" "zst:zstd -q" "gz:gzip"; do
	suffix=${packer%%:*}
	${packer#*:} <"$T/original.ko" >"$packed/virtio_blk.ko.$suffix"
	rm -f "$packed/virtio_blk.ko"
	# Debian's depmod does not know gzip; then the index is of before.
	[ "$suffix" = gz ] || depmod -b "$case_root" $V 2>/dev/null
	check "a module packed as $suffix" add "$T/o" virtio_blk "$image"
	p2v-boot initrd-cat "$T/o" usr/lib/modules/$V/kernel/drivers/block/virtio_blk.ko >"$T/arrived.ko"
	check "arrives unpacked, byte by byte ($suffix)" cmp "$T/arrived.ko" "$T/original.ko"
	check "and the index names it so ($suffix)" sh -c "p2v-boot initrd-cat '$T/o' usr/lib/modules/$V/modules.dep | grep -q '^kernel/drivers/block/virtio_blk.ko:'"
	mv "$packed/virtio_blk.ko.$suffix" "$T/"
	cp "$T/original.ko" "$packed/virtio_blk.ko"
	depmod -b "$case_root" $V 2>/dev/null
done
fixture_initrd ahci libata sd_mod
xz "$T/initrd/usr/lib/modules/$V/kernel/drivers/scsi/sd_mod.ko"
make_image x gzip
mv "$T/virtio_blk.ko.xz" "$packed/"
rm "$packed/virtio_blk.ko"
depmod -b "$case_root" $V 2>/dev/null
check "where the image has packed modules" add "$T/o" virtio_blk "$image"
p2v-boot initrd-cat "$T/o" usr/lib/modules/$V/kernel/drivers/block/virtio_blk.ko.xz >"$T/arrived.ko.xz"
check "it stays packed" cmp "$T/arrived.ko.xz" "$packed/virtio_blk.ko.xz"
cp "$T/original.ko" "$packed/virtio_blk.ko"
rm "$packed/virtio_blk.ko.xz"

# A folder that depmod has never seen.
rm "$case_root/usr/lib/modules/$V"/modules.*.bin "$case_root/usr/lib/modules/$V/modules.dep"
check "a kernel without an index" add "$T/o" virtio_blk "$image"
check_fails "stays without one" test -e "$case_root/usr/lib/modules/$V/modules.dep"
depmod -b "$case_root" $V 2>/dev/null

# What depmod cannot read would be lost to the image.
fixture_initrd ahci libata
gzip "$T/initrd/usr/lib/modules/$V/kernel/drivers/ata/libata.ko"
make_image b gzip
check_status "a module in the image that cannot be indexed" 4 add "$T/none" virtio_blk "$image"
check_has "is named" "$T/err" "depmod cannot read libata"
fixture_initrd ahci libata sd_mod
make_image i gzip
ata=$case_root/usr/lib/modules/$V/kernel/drivers/ata
mv "$ata/libata.ko" "$T/"
echo rubbish >"$ata/libata.ko.xz"
check_status "a module of the image that its kernel has only damaged" 4 add "$T/none" virtio_blk "$image"
check_has "is named, too" "$T/err" "libata.ko.xz cannot be unpacked"
rm "$ata/libata.ko.xz"
mv "$T/libata.ko" "$ata/"

# A module that other modules ask for softly.
echo "softdep virtio_blk pre: e1000" >>"$case_root/usr/lib/modules/$V/modules.softdep"
check "a soft dependency" add "$T/o" virtio_blk "$image"
check_has "comes along" "$T/.check" "added kernel/drivers/net/e1000.ko"

# The generators, each with the file that its init reads.
fixture_initrd ahci libata sd_mod
rm -r "$T/initrd/conf" "$T/initrd/scripts"
make_image u gzip
add "$T/o" virtio_blk "$image" >"$T/out"
check_has "an image of an unknown kind" "$T/out" "initramfs of unknown"
check_eq "gets modules-load.d" "$(p2v-boot initrd-cat "$T/o" etc/modules-load.d/p2v-modules.conf)" virtio_blk
mkdir -p "$T/initrd/usr/lib/dracut" "$T/initrd/etc/cmdline.d"
: >"$T/initrd/usr/lib/dracut/hostonly-files"
make_image d gzip
add "$T/o" virtio_blk "$image" >"$T/out"
check_eq "dracut gets a word of the command line" "$(p2v-boot initrd-cat "$T/o" etc/cmdline.d/90-p2v-modules.conf)" \
	rd.driver.pre=virtio_blk
rm -r "$T/initrd/usr/lib/dracut"
: >"$T/initrd/init_functions"
echo 'MODULES="ahci"' >"$T/initrd/config"
make_image m gzip
add "$T/o" virtio_blk virtio_net "$image" >"$T/out"
p2v-boot initrd-cat "$T/o" config >"$T/config"
# shellcheck disable=SC2016 # the inner shell expands it
check_eq "mkinitcpio gets a longer list" "$(sh -c '. "$1"; echo $MODULES' sh "$T/config")" "ahci virtio_blk virtio_net"

# /init wrapped, for an image of another kernel.
check "wrap a script" add "$T/w" --wrap-init virtio_blk "$image"
check_eq "the old init is kept" "$(p2v-boot initrd-cat "$T/w" init.p2v)" '#!/bin/sh'
p2v-boot initrd-cat "$T/w" init >"$T/init"
check "and the new one is a static program" cmp "$T/init" "$B/p2v-wrap-init"
lib=/usr/lib/modules/$V/kernel/drivers
check_eq "its list is in order" "$(p2v-boot initrd-cat "$T/w" p2v-wrap-init.list | tr '\n' ' ')" \
	"$lib/net/e1000.ko $lib/virtio/virtio.ko $lib/block/virtio_blk.ko "
check "wrap it again" add "$T/w" --wrap-init virtio_net "$T/w"
check_eq "the old init is still the old init" "$(p2v-boot initrd-cat "$T/w" init.p2v)" '#!/bin/sh'
check_eq "and the list is longer" "$(p2v-boot initrd-cat "$T/w" p2v-wrap-init.list | wc -l)" 4
rm "$T/initrd/init"
ln -s usr/lib/systemd/systemd "$T/initrd/init"
make_image s gzip
check "wrap a link" add "$T/w" --wrap-init virtio_blk "$image"
check_eq "the link is kept" "$(p2v-boot initrd-link "$T/w" init.p2v)" usr/lib/systemd/systemd
rm "$T/initrd/init"
echo "of this machine" >"$T/victim"
touch -d 2001-02-03 "$T/victim"
victim=$(stat -c %Y "$T/victim")
ln -s "$T/victim" "$T/initrd/init"
make_image v gzip
check "wrap a link to a file that this machine has, too" add "$T/w" --wrap-init virtio_blk "$image"
check_eq "which is not touched" "$(stat -c %Y "$T/victim")" "$victim"
rm "$T/initrd/init"
make_image n gzip
check_status "an image without init cannot be wrapped" 2 add "$T/none" --wrap-init virtio_blk "$image"

# A link in the image is one for whoever unpacks what is appended, too.
rm "$T/initrd/lib"
mkdir "$T/initrd/lib"
make_image f gzip
rmdir "$T/initrd/lib"
ln -s usr/lib "$T/initrd/lib"
(cd "$T/initrd" && echo lib | cpio -o -H newc -R 0:0 --quiet) >>"$image"
check "a folder that a later archive makes a link" add "$T/o" virtio_blk "$image"
p2v-boot initrd-files "$T/o" >"$T/names"
check_has "gets its modules where that leads" "$T/names" "usr/lib/modules/$V/kernel/drivers/block/virtio_blk.ko"
: >"$T/empty"
check_status "an empty file is no initramfs" 2 add "$T/none" virtio_blk "$T/empty"
check_has "it says so" "$T/err" "it is empty"

# The same additions are the same bytes.
fixture_initrd ahci libata sd_mod
make_image i gzip
add "$T/o" virtio_blk "$image" >"$T/out"
find "$T/modules" -name '*.ko' -exec touch {} +
add "$T/again" virtio_blk "$image" >"$T/out"
check "the same bytes again" cmp "$T/o" "$T/again"

# The receiver says where p2v-boot is.
plain=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
check "p2v-boot that is not on the PATH" env PATH=$plain P2V_BOOT="$B/p2v-boot" "$initrd" add-modules \
	--kernel $V --modules-from "$case_root" virtio_blk "$image" -o "$T/o"
check_status "p2v-boot that is not there" 4 env P2V_BOOT=/nothing "$initrd" add-modules \
	--kernel $V --modules-from "$case_root" virtio_blk "$image" -o "$T/none"

# Refusals write nothing.
fixture_initrd ahci
make_image i gzip
check_status "no such module" 2 add "$T/none" virtio_nonsense "$image"
check_has "is named" "$T/err" "no module virtio_nonsense"
check_status "no such kernel" 2 "$initrd" add-modules --kernel 7 --modules-from "$case_root" ahci "$image" -o "$T/none"
check_has "it says where it looked" "$T/err" "lib/modules/7"
fixture_kernel 6.6.0-other virtio virtio_blk
check_status "an image of another kernel" 2 "$initrd" add-modules --kernel 6.6.0-other --modules-from "$case_root" \
	virtio_blk "$image" -o "$T/none"
check_has "both are named" "$T/err" "has modules for $V, not for 6.6.0-other"
check_status "unless that is meant" 0 "$initrd" add-modules --foreign --kernel 6.6.0-other \
	--modules-from "$case_root" virtio_blk "$image" -o "$T/o"
echo '# CONFIG_RD_ZSTD is not set' >"$case_root/boot/config-$V"
check_status "a compression that the kernel does not know" 2 add "$T/none" --compress zstd ahci "$image"
head -c 300 "$image" >"$T/cut"
check_status "a cut-off image" 2 add "$T/none" virtio_blk "$T/cut"
check_status "no image" 2 add "$T/none" virtio_blk "$T/nothing"
mkdir -p "$T/liar/lib/modules"
ln -s "$case_root/usr/lib/modules/$V" "$T/liar/lib/modules/$V"
check_status "a link that leads out of the root" 2 "$initrd" add-modules --kernel $V --modules-from "$T/liar" \
	virtio_blk "$image" -o "$T/none"
check_fails "nothing was written" test -e "$T/none"
check_fails "nor left behind" test -e "$T/none.new"
for arguments in "" "ahci $image" "--kernel $V $image -o x" "--kernel ../x ahci $image -o x" \
	"--kernel $V --wrong ahci $image -o x" "--kernel $V --compress arj ahci $image -o x" \
	"--kernel $V a;b $image -o x" "--kernel $V -o"; do
	# shellcheck disable=SC2086 # a list of words
	check_status "usage: $arguments" 1 "$initrd" add-modules $arguments
done
check_status "help" 0 "$initrd" add-modules --help
check_has "teaches" "$T/out" Example:

done_testing
