#!/bin/sh
# push-source.t - sources that must not be copied, or not as they seem
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
need sfdisk mke2fs e2fsck debugfs dumpe2fs setsid

make_source "$T/good.img"
make_target "$T/target.img" 64M
before=$(sum "$T/target.img")
unchanged() { check_eq "$1: the disk's bytes are unchanged" "$(sum "$T/target.img")" "$before"; }

# debug_source COMMAND: a copy of the good source whose ext4 debugfs has changed.
debug_source() {
	cp "$T/good.img" "$T/source.img"
	partition "$T/source.img" "$T/fs"
	debugfs -w -R "$1" "$T/fs" >/dev/null 2>&1
	dd if="$T/fs" of="$T/source.img" bs=512 seek=2048 conv=notrunc status=none
}

debug_source 'feature needs_recovery'
check_status "an ext4 whose journal has to be replayed is refused" 2 \
	local_push --yes-erase "$T/target.img" host
check_has "by name" "$T/err" "partition 1"
check_has "with the command to run" "$T/err" "e2fsck"
unchanged "journal"

cp "$T/good.img" "$T/source.img"
printf 'label: sun\nsize=40000, type=83\n' | sfdisk --quiet --wipe always "$T/source.img"
check_status "a partition table that is not understood is refused" 2 \
	local_push --yes-erase "$T/target.img" host
check_has "by its kind" "$T/err" "sun"
unchanged "sun"

sfdisk --quiet --wipe always "$T/source.img" <<-X2
	label: gpt
	start=2048, size=40000
X2
printf 'rubbish' | dd of="$T/source.img" bs=1 seek=1100 conv=notrunc status=none
check_status "a damaged GPT is refused" 2 local_push --yes-erase "$T/target.img" host
check_has "with what repairs it" "$T/err" "gdisk"
unchanged "gpt"

truncate -s 0 "$T/source.img"
truncate -s 48M "$T/source.img"
check_status "an empty disk is refused" 2 local_push --yes-erase "$T/target.img" host
unchanged "empty"

cp "$T/good.img" "$T/source.img"
partition "$T/source.img" "$T/fs"
bitmap=$(dumpe2fs "$T/fs" 2>/dev/null | sed -n 's/.*Block bitmap at \([0-9]*\).*/\1/p' | head -n 1)
block=$(dumpe2fs -h "$T/fs" 2>/dev/null | sed -n 's/^Block size: *//p')
dd if=/dev/zero of="$T/source.img" bs=512 seek="$((2048 + bitmap * block / 512))" \
	count="$((block / 512))" conv=notrunc status=none
check_status "a damaged bitmap: copied whole, with a warning" 3 \
	local_push --yes-erase "$T/target.img" host
check_has "which it says" "$T/err" "whole"
partition "$T/source.img" "$T/fs"
partition "$T/target.img" "$T/fs.target"
check "and every byte of the partition has arrived" cmp "$T/fs" "$T/fs.target"

done_testing
