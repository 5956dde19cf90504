#!/bin/sh
# What can go wrong after the data: a full session directory, a fixup that
# fails, a hostile migrated system. The target stays, and takes another push.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"
need_root
need mount umount losetup partx flock

make_gpt "$T/source.img"
truncate -s 32M "$T/target.img"
mkdir "$T/fixups" "$T/session"

fixup() {
	cat >"$T/fixups/$1"
	chmod +x "$T/fixups/$1"
}

no_mounts() { ! grep -q "$T/session" /proc/mounts; }

# --- no space for the session ----------------------------------------------------
mount -t tmpfs -o size=64k,mode=700 none "$T/session"
on_exit "umount $T/session 2>/dev/null"
before=$(sum_of "$T/target.img")
push ok "$T/source.img" "$T/target.img"
check_has "no space for the maps: refused" "$T/out" "refused session-space: the target has 64 KiB free"
check_eq "no space for the maps: nothing was written" "$(sum_of "$T/target.img")" "$before"
umount "$T/session"
mount -t tmpfs -o size=8m,nr_inodes=6,mode=700 none "$T/session"
push ok "$T/source.img" "$T/target.img"
check_has "no space after the verdict: an error" "$T/out" "ERROR session"
check_has "no space after the verdict: before the commitment" "$T/out" "control 2"
check_eq "no space after the verdict: nothing was written" "$(sum_of "$T/target.img")" "$before"
umount "$T/session"

# --- fixups ------------------------------------------------------------------------
fixup 10-good <<'X'
#!/bin/sh
echo "applied: one thing"
X
fixup 20-nothing <<'X'
#!/bin/sh
echo "not applicable: there is none"
X
fixup 30-warns <<'X'
#!/bin/sh
echo "applied: most of it"
echo "warning: the rest was odd"
exit 3
X
fixup 40-bad <<'X'
#!/bin/sh
echo "cannot do it" >&2
exit 1
X
fixup 50-after <<'X'
#!/bin/sh
touch "$1/etc/p2v-after"
echo "applied: it ran"
X
echo "not a fixup" >"$T/fixups/lib.sh"
echo "not executable" >"$T/fixups/60-off"

push ok "$T/source.img" "$T/target.img"
check_has "a fixup that applies" "$T/out" "EVENT fixup 10-good done: applied: one thing"
check_has "one with nothing to do" "$T/out" "EVENT fixup 20-nothing skipped: not applicable: there is none"
check_has "one with a warning" "$T/out" "EVENT fixup 30-warns warning: applied: most of it"
check_has "its warning is a reason" "$T/out" "warning fixup-warning: 30-warns: the rest was odd"
check_has "one that fails" "$T/out" "EVENT fixup 40-bad failed: status 1: cannot do it"
check_has "is a refusal to go on" "$T/out" "refused fixup-failed: the fixup 40-bad failed: status 1: cannot do it"
check_fails "the next one does not run" grep -q "EVENT fixup 50-after" "$T/out"
check_fails "what is not executable is none" grep -q "60-off" "$T/out"
check "nothing stays mounted" no_mounts
check "the session is gone" session_is_clean

fixup 40-bad <<'X'
#!/no/such/interpreter
X
push ok "$T/source.img" "$T/target.img"
check_has "a fixup that cannot be started" "$T/out" "EVENT fixup 40-bad failed: it could not be started"
check_has "ends the push in order" "$T/out" "control 0"
rm "$T/fixups/40-bad"
push ok "$T/source.img" "$T/target.img"
check_has "the next push goes through" "$T/out" "EVENT fixup 50-after done: applied: it ran"
check_has "with status 0" "$T/out" "control 0"

# --- a hostile migrated system -------------------------------------------------------
rm -f "$T"/fixups/[2345]0-*
fixup 10-good <<'X'
#!/bin/sh
ls "$1/boot" >/dev/null
echo "applied: $(cat /proc/self/mountinfo | grep -c " $1")"
X
mkdir "$T/outside"
rm -rf "$T/tree"
make_tree "$T/tree"
# A mount point that leads out of the root, and a root that is mounted twice.
ln -s "$T/outside" "$T/tree/boot"
{
	echo "LABEL=data /boot ext4 defaults 0 2"
	echo "LABEL=data /../../../../$T/outside ext4 defaults 0 2"
	echo "/dev/loop0 /srv ext4 defaults 0 2"
	echo "UUID=11111111-1111-1111-1111-111111111111 / ext4 defaults 0 1"
	printf 'LABEL=data /x\001y ext4\n'
} >"$T/tree/etc/fstab"
truncate -s 32M "$T/hostile.img"
sgdisk -n 1:2048:+16M -n 2:0:+4M "$T/hostile.img" >/dev/null
truncate -s 16M "$T/part"
mke2fs -q -F -t ext4 -U 11111111-1111-1111-1111-111111111111 -d "$T/tree" "$T/part"
dd if="$T/part" of="$T/hostile.img" bs=512 seek=2048 conv=notrunc,sparse status=none
rm "$T/part"
truncate -s 4M "$T/part"
mke2fs -q -F -t ext4 -L data "$T/part"
dd if="$T/part" of="$T/hostile.img" bs=512 seek=34816 conv=notrunc,sparse status=none
push ok "$T/hostile.img" "$T/target.img"
check_has "a hostile fstab does not stop the push" "$T/out" "root found"
check_has "what cannot be mounted inside the root is named" "$T/out" "warning mount-failed: /boot of the migrated system"
check_fails "nothing was mounted outside" grep -q "$T/outside" /proc/mounts
check "nothing was written there" test -z "$(ls -A "$T/outside")"
check "nothing stays mounted" no_mounts
check "the session is gone" session_is_clean

# --- another file system on its own volume -----------------------------------------
rm -rf "$T/tree/boot"
mkdir "$T/tree/boot"
echo "LABEL=data /boot ext4 noauto 0 2" >"$T/tree/etc/fstab"
truncate -s 16M "$T/part"
mke2fs -q -F -t ext4 -d "$T/tree" "$T/part"
dd if="$T/part" of="$T/hostile.img" bs=512 seek=2048 conv=notrunc,sparse status=none
fixup 10-good <<'X'
#!/bin/sh
echo kernel >"$1/boot/vmlinuz-1"
echo "applied: $(grep -c " $1" /proc/self/mounts) mounts"
X
push ok "$T/hostile.img" "$T/target.img"
check_has "/boot on its own volume is mounted too" "$T/out" "EVENT fixup 10-good done: applied: 2 mounts"
mkdir "$T/mnt"
mount -o ro,loop,offset=$((34816 * 512)) "$T/target.img" "$T/mnt"
check "what a fixup writes to /boot is on that volume" test -s "$T/mnt/vmlinuz-1"
umount "$T/mnt"

# --- names that only the machine itself could explain --------------------------------
# The root's own line in fstab tells whose name the link is.
push_tree() {
	rm "$T/part"
	truncate -s 16M "$T/part"
	mke2fs -q -F -t ext4 -d "$T/tree" "$T/part"
	dd if="$T/part" of="$T/hostile.img" bs=1M seek=1 conv=notrunc status=none
	push ok "$T/hostile.img" "$T/target.img"
}
fixup 10-good <<'X'
#!/bin/sh
cat "$P2V_FACTS/source-disks" >"$1/facts-disks"
cat "$P2V_FACTS/volumes" >"$1/facts-volumes"
echo "applied: $(grep -c " $1" /proc/self/mounts) mounts"
X
{
	echo "/dev/disk/by-id/ata-Maker_S3RIAL99-part1 / ext4 defaults 0 1"
	echo "/dev/disk/by-id/ata-Maker_S3RIAL99-part2 /boot ext4 defaults 0 2"
} >"$T/tree/etc/fstab"
push_tree
check_has "/boot by id is mounted too" "$T/out" "EVENT fixup 10-good done: applied: 2 mounts"
mount -o ro,loop,offset=$((2048 * 512)) "$T/target.img" "$T/mnt"
check_has "the fixups are told the name" "$T/mnt/facts-disks" "	disk/by-id/ata-Maker_S3RIAL99"
check_has "and the partitions' identities" "$T/mnt/facts-volumes" \
	"	$(sgdisk -i 1 "$T/target.img" | sed -n 's/^Partition unique GUID: //p' | tr A-F a-f)"
umount "$T/mnt"

# --- what boots ----------------------------------------------------------------------
# The kernel is called by a name that says nothing; its header has the version.
mkdir -p "$T/boot/grub"
kernel=$T/boot/kernel
truncate -s 1M "$kernel"
at() { dd of="$kernel" bs=1 seek="$1" conv=notrunc status=none; }
printf '\047' | at 497
printf '\125\252' | at 510
printf 'HdrS\017\002' | at 514
printf '\000\060' | at 526
printf '6.1.0-99-test (me@here) #1' | at 12800
echo initrd >"$T/boot/ramdisk"
cat >"$T/boot/grub/grub.cfg" <<'X'
menuentry "The one" {
	linux /kernel root=/dev/sda1 quiet
	initrd /ramdisk
}
X
rm -f "$T/data"
truncate -s 4M "$T/data"
mke2fs -q -F -t ext4 -L data -d "$T/boot" "$T/data"
dd if="$T/data" of="$T/hostile.img" bs=512 seek=34816 conv=notrunc status=none
fixup 10-good <<'X'
#!/bin/sh
echo "applied: $(tr '\t' '|' <"$P2V_FACTS/boot-entries" | cut -d '|' -f -8)"
X
push_tree
check_has "the fixups are told what boots, in the root's own paths" "$T/out" "EVENT fixup 10-good done: applied:\
 yes|grub|root:/boot/grub/grub.cfg|root:/boot/kernel|6.1.0-99-test|root:/boot/ramdisk|root=/dev/sda1 quiet|"

# --- names that mean nothing, or too much ---------------------------------------------
{
	echo "/dev/sda1 / ext4 defaults 0 1"
	echo "LABEL=data /boot ext4 defaults 0 2"
	echo "LABEL=data none swap sw 0 0"
} >"$T/tree/etc/fstab"
sgdisk -n 3:0:+4M "$T/hostile.img" >/dev/null
dd if="$T/hostile.img" of="$T/hostile.img" bs=512 skip=34816 seek=43008 count=8192 conv=notrunc status=none
push_tree
check_has "a name that two volumes have is not guessed" "$T/out" \
	"warning mount-ambiguous: /boot of the migrated system is on LABEL=data, which is the name of more than one"
check_fails "swap is not mounted anyway" grep -q "mount-ambiguous: none" "$T/out"
sgdisk -d 3 "$T/hostile.img" >/dev/null
{
	echo "/dev/sda1 / ext4 defaults 0 1"
	echo "/dev/mapper/vg-boot /boot ext4 defaults 0 2"
	echo "/dev/disk/by-id/ata-Other-part1 /usr ext4 defaults 0 2"
} >"$T/tree/etc/fstab"
push_tree
check_has "a /boot that cannot be found is named" "$T/out" \
	"warning mount-unknown: /boot of the migrated system is on /dev/mapper/vg-boot, which cannot be mounted here"
check_has "and a /usr that was left behind" "$T/out" \
	"warning mount-unknown: /usr of the migrated system is on /dev/disk/by-id/ata-Other-part1, which was not migrated"

# --- udev is kept away -------------------------------------------------------------
# It would read the partition table again, because the disk was open for
# writing, and take the partitions away meanwhile; unless the disk is locked.
loop=$(losetup -f --show "$T/target.img")
on_exit "partx -d $loop 2>/dev/null; losetup -d $loop"
fixup 10-good <<X
#!/bin/sh
if flock -n -s $loop true; then
	echo "$loop is not locked" >&2
	exit 1
fi
echo "applied: it is locked"
X
push ok "$T/source.img" "$loop"
check_has "the disk is locked while its partitions are mounted" "$T/out" \
	"EVENT fixup 10-good done: applied: it is locked"
check "and free afterwards" flock -n -x "$loop" true
done_testing
