# shellcheck shell=sh
# receive-lib.sh - sources, targets and pushes for the receiver's tests; sourced
# by tests/cli/receive-*.t and tests/disk/receive-*.t after lib.sh.

need mke2fs mkswap sgdisk sfdisk sha256sum truncate

# make_tree DIR: what the receiver takes for a root file system.
make_tree() {
	mkdir -p "$1/etc" "$1/sbin"
	echo "UUID=11111111-1111-1111-1111-111111111111 / ext4 defaults 0 1" >"$1/etc/fstab"
	echo "#!/bin/sh" >"$1/sbin/init"
	head -c 3000000 /dev/urandom >"$1/data"
}

# put_volumes IMAGE ROOT-SECTOR SWAP-SECTOR RAW-SECTOR: 16 MiB of ext4, 4 MiB of
# swap, 2 MiB of data of no known kind.
put_volumes() {
	make_tree "$T/tree"
	truncate -s 16M "$T/part"
	mke2fs -q -F -t ext4 -U 11111111-1111-1111-1111-111111111111 -L root -d "$T/tree" "$T/part"
	dd if="$T/part" of="$1" bs=512 seek="$2" conv=notrunc,sparse status=none
	rm -f "$T/part"
	truncate -s 4M "$T/part"
	chmod 600 "$T/part"
	mkswap -q -U 22222222-2222-2222-2222-222222222222 -L rest "$T/part"
	dd if="$T/part" of="$1" bs=512 seek="$3" conv=notrunc status=none
	rm -f "$T/part"
	dd if=/dev/urandom of="$1" bs=512 seek="$4" count=4096 conv=notrunc status=none
	# Boot code before the disk id, and a loader in the gap.
	dd if=/dev/urandom of="$1" bs=440 count=1 conv=notrunc status=none
	dd if=/dev/urandom of="$1" bs=512 seek=100 count=300 conv=notrunc status=none
}

make_gpt() {
	truncate -s 32M "$1"
	sgdisk -U 33333333-3333-3333-3333-333333333333 -n 1:2048:+16M -c '1:root fs' -A 1:set:2 \
		-u 1:44444444-4444-4444-4444-444444444444 -n 2:0:+4M -t 2:8200 -n 4:0:+2M -t 4:ef02 \
		"$1" >/dev/null
	put_volumes "$1" 2048 34816 43008
}

# A primary, an extended with three logicals in it, and a hole between them.
make_mbr() {
	truncate -s 32M "$1"
	printf '%s\n' 'label: dos' 'label-id: 0xdeadbeef' 'start=2048, size=2048, type=83' \
		'start=4096, type=5' 'start=6144, size=32768, type=83, bootable' \
		'start=43008, size=8192, type=82' 'start=53248, size=4096, type=da' | sfdisk -q "$1"
	put_volumes "$1" 6144 43008 53248
}

# push SCENARIO SOURCE TARGET: stdout and stderr in $T/out and $T/err.
push() {
	"$B/tests/cli/receive-tool" "$1" "$2" "$3" "$B/p2v-receive" --disk "$3" \
		--session-dir "${SESSION:-$T/session}" --fixups "${FIXUPS:-$T/fixups}" \
		>"$T/out" 2>"$T/err"
}

sum_of() { sha256sum <"$1"; }

# What is left of a session: nothing but the lock.
session_is_clean() { [ "$(ls "${SESSION:-$T/session}")" = lock ]; }

# The state of a volume: sectors FIRST..FIRST+COUNT of a file.
sectors() { dd if="$1" bs=512 skip="$2" count="$3" status=none; }
same_sectors() {
	sectors "$1" "$3" "$4" >"$T/.a"
	sectors "$2" "$3" "$4" >"$T/.b"
	cmp "$T/.a" "$T/.b"
}
