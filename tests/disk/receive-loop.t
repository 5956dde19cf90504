#!/bin/sh
# Block devices as targets: tables and identities on disks of the same and of a
# larger size, the kernel's partition nodes, mounted fixups, refusals.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"
need_root
need losetup partx blkid mount umount mkfs.xfs

mkdir "$T/fixups"
cat >"$T/fixups/10-look" <<'X'
#!/bin/sh
ls -d "$1/etc" "$P2V_ROOT/data" >/dev/null || exit 1
env | sort | cut -d= -f1 | tr '\n' ' ' >"$1/etc/p2v-env"
cp "$P2V_FACTS/volumes" "$1/etc/p2v-volumes"
echo "$P2V_BOOT" >"$1/etc/p2v-boot"
ls "$P2V_FACTS" | tr '\n' ' ' >"$1/etc/p2v-facts"
echo "applied: looked"
X
chmod +x "$T/fixups/10-look"

# attach FILE SIZE OPTION...: a loop device over it; in $loop.
attach() {
	truncate -s "$2" "$1"
	attach_file=$1
	shift 2
	loop=$(losetup -f --show "$@" "$attach_file")
	on_exit "partx -d $loop 2>/dev/null; losetup -d $loop"
}

inside() {
	mkdir -p "$T/mnt"
	mount -o ro,loop,offset="$(($2 * 512))" "$1" "$T/mnt"
	cat "$T/mnt/$3"
	umount "$T/mnt"
}

no_mounts() { ! grep -q "$T/session" /proc/mounts; }

# --- GPT ---------------------------------------------------------------------
make_gpt "$T/gpt.img"
for size in 32M 61M; do
	attach "$T/gpt-$size" $size
	push ok "$T/gpt.img" "$loop"
	check_has "GPT on $size: done" "$T/out" "control 0"
	sgdisk -p "$T/gpt.img" | grep GUID >"$T/a"
	sgdisk -p "$loop" | grep GUID >"$T/b"
	check "GPT on $size: the disk's GUID is kept" cmp "$T/a" "$T/b"
	for n in 1 2 4; do
		sgdisk -i $n "$T/gpt.img" >"$T/a"
		sgdisk -i $n "$loop" >"$T/b"
		check "GPT on $size: partition $n is kept" cmp "$T/a" "$T/b"
		check "GPT on $size: partition $n has a node" test -b "${loop}p$n"
	done
	check "GPT on $size: type, name and attribute are there" \
		sh -c "grep -q \"'root fs'\" '$T/b' || sgdisk -i 1 '$loop' | grep -q 0000000000000004"
	sgdisk -v "$loop" >"$T/verify" 2>&1
	check_has "GPT on $size: sgdisk finds it sound, backup and all" "$T/verify" "No problems found"
	check "GPT on $size: boot code" cmp -n 440 "$T/gpt.img" "$loop"
	check "GPT on $size: boot gap" same_sectors "$T/gpt.img" "$loop" 34 2014
	check "GPT on $size: BIOS boot partition" same_sectors "$T/gpt.img" "$loop" 43008 4096
	check_eq "GPT on $size: swap's UUID" "$(blkid -p -o value -s UUID "${loop}p2")" \
		22222222-2222-2222-2222-222222222222
	check_eq "GPT on $size: swap's label" "$(blkid -p -o value -s LABEL "${loop}p2")" rest
	e2fsck -fn "${loop}p1" >"$T/fsck" 2>&1
	check_eq "GPT on $size: fsck of root" $? 0
	check "GPT on $size: no mount is left" no_mounts
	check "GPT on $size: the session is gone" session_is_clean
	check_eq "GPT on $size: a file's content" \
		"$(inside "$loop" 2048 data | sha256sum)" "$(sha256sum <"$T/tree/data")"
	check_eq "GPT on $size: fixups have a clean environment" \
		"$(inside "$loop" 2048 etc/p2v-env)" "LC_ALL P2V_BOOT P2V_FACTS P2V_ROOT PATH PWD "
	check_eq "GPT on $size: the p2v-boot of the same installation" \
		"$(inside "$loop" 2048 etc/p2v-boot)" "$B/p2v-boot"
	check_eq "GPT on $size: and facts about the volume" \
		"$(inside "$loop" 2048 etc/p2v-volumes | sed -n 1p | cut -f -7 | tr '\t' '|')" \
		"${loop}p1|$T/gpt.img|1|ext4|11111111-1111-1111-1111-111111111111|root|$loop"
	check_eq "GPT on $size: and its partition" "$(inside "$loop" 2048 etc/p2v-volumes | sed -n 1p | cut -f 8)" \
		"$(blkid -p -o value -s PART_ENTRY_UUID "${loop}p1")"
done
sgdisk -p "$loop" >"$T/a"
check_has "GPT on 61M: the free space is usable" "$T/a" "last usable sector is 124894"
check_eq "all facts are there" "$(inside "$loop" 2048 etc/p2v-facts | sed 's/console //')" \
	"boot-entries cmdline firmware modaliases source-disks source-nics target-disks target-nics volumes "

# --- MBR ---------------------------------------------------------------------
make_mbr "$T/mbr.img"
table() { sfdisk -d "$1" | sed "s|^device.*||; s|^$1||; s|^p||"; }
for size in 32M 61M; do
	attach "$T/mbr-$size" $size
	push ok "$T/mbr.img" "$loop"
	check_has "MBR on $size: done" "$T/out" "control 0"
	table "$T/mbr.img" >"$T/a"
	table "$loop" >"$T/b"
	check "MBR on $size: sfdisk reads the same table, id and flags" cmp "$T/a" "$T/b"
	check "MBR on $size: the first sector is the same, bit for bit" \
		same_sectors "$T/mbr.img" "$loop" 0 2048
	check "MBR on $size: the extended partition's record" \
		same_sectors "$T/mbr.img" "$loop" 4096 1
	for n in 1 5 6 7; do
		check "MBR on $size: partition $n has a node" test -b "${loop}p$n"
	done
	check "MBR on $size: data of no known kind" same_sectors "$T/mbr.img" "$loop" 53248 4096
	e2fsck -fn "${loop}p5" >"$T/fsck" 2>&1
	check_eq "MBR on $size: fsck of root" $? 0
done

# --- another push over it, without a table this time ----------------------------
truncate -s 20M "$T/whole.img"
mke2fs -q -F -t ext4 -d "$T/tree" "$T/whole.img"
push ok "$T/whole.img" "$loop"
check_has "a whole disk: done" "$T/out" "control 0"
check_fails "a whole disk: the old partitions' nodes are gone" test -b "${loop}p1"
check_eq "a whole disk: nothing but ext4 is found" "$(blkid -p -o value -s TYPE "$loop")" ext4

# --- refusals ------------------------------------------------------------------
# refuse WHAT WORDS: on $loop, whose bytes must stay.
refuse() {
	sum=$(sum_of "$loop")
	push ok "$T/gpt.img" "$loop"
	check_has "$1: refused" "$T/out" "$2"
	check_has "$1: status 2" "$T/out" "control 2"
	check_eq "$1: the bytes are unchanged" "$(sum_of "$loop")" "$sum"
}

attach "$T/used" 40M
mkfs.xfs -q -f -d size=16m "$loop" 2>/dev/null || mke2fs -q -F -t ext4 "$loop"
mkdir -p "$T/used-mnt"
mount -o ro "$loop" "$T/used-mnt"
refuse "a mounted disk" "refused target-in-use: $loop is in use: ${loop#/dev/} is mounted on $T/used-mnt"
umount "$T/used-mnt"

dd if="$T/gpt.img" of="$loop" bs=1M status=none
partx -a "$loop"
mount -o ro "${loop}p1" "$T/used-mnt"
refuse "a mounted partition" "refused target-in-use: $loop is in use: ${loop#/dev/}p1 is mounted on"
umount "$T/used-mnt"
swapon "${loop}p2" && on_exit "swapoff ${loop}p2 2>/dev/null"
refuse "an active swap" "refused target-in-use: $loop is in use: ${loop#/dev/}p2 is swap"
swapoff "${loop}p2"
push ok "$T/gpt.img" "$loop"
check_has "and unused, it is taken" "$T/out" "control 0"

attach "$T/read-only" 40M -r
refuse "a read-only disk" "refused target-read-only: $loop is read-only"
attach "$T/large-sectors" 40M -b 4096
refuse "a disk with larger sectors" "refused sector-size-differs: $loop has sectors of 4096 bytes"
attach "$T/small" 20M
refuse "a disk that is too small" "refused target-too-small: $loop"
done_testing
