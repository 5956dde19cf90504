#!/bin/sh
# dry-run.t - a dry run writes nothing: not by its digest, and not by the system
# calls of either end
. "$(dirname "$0")/../lib.sh"
need_root
need strace sfdisk mke2fs losetup

mkdir "$T/tree"
echo content >"$T/tree/file"
truncate -s 64M "$T/source.img"
printf 'label: gpt\nstart=2048, size=65536, name=root\n' | sfdisk -q "$T/source.img"
mke2fs -q -t ext4 -d "$T/tree" -E offset=1048576 "$T/source.img" 32M
truncate -s 80M "$T/target.img"
dd if=/dev/urandom of="$T/target.img" bs=1M count=80 conv=notrunc status=none
device=$(losetup -f --show "$T/target.img")
on_exit "losetup -d '$device'"

before=$(sha256sum "$T/source.img" "$T/target.img")
check_status "the dry run finds nothing to refuse" 0 \
	strace -f -qq -e trace=openat,open,openat2,creat -o "$T/trace" \
	p2v-push --dry-run --json --source "$T/source.img" --target-disk "$device" --cutover none \
	--rsh env --receiver "$B/p2v-receive --disk $device --session-dir $T/session" localhost
check_eq "not a byte of either disk has changed" "$(sha256sum "$T/source.img" "$T/target.img")" "$before"

grep -E "\"($T/source.img|$device)\"" "$T/trace" >"$T/opens"
check "both disks were looked at" test "$(cut -d '"' -f 2 "$T/opens" | sort -u | wc -l)" = 2
check_fails "neither was opened for writing" grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC' "$T/opens"
check "the plan names the partition" grep -q '"fstype":"ext4"' "$T/out"
check_eq "no session was begun" "$(find "$T" -name session.json)" ""

done_testing
