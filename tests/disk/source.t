#!/bin/sh
# source.t - disks that are mounted, frozen, or in use by something else
. "$(dirname "$0")/../lib.sh"

need losetup mke2fs mount e2fsck sfdisk partx
need_root
COPY=$B/tests/disk/source-copy

# An image with a GPT and an ext4 of 100 MiB at 1 MiB, and a loop device with
# its partition: $disk, $part.
truncate -s 120M "$T/disk.img"
printf 'label: gpt\nsize=100M\nsize=8M, type=swap\n' | sfdisk -q "$T/disk.img"
disk=$(losetup -f --show "$T/disk.img") || exit 1
on_exit "losetup -d $disk"
partx -a "$disk" || exit 1
on_exit "partx -d $disk"
part=${disk}p1
mke2fs -q -F -t ext4 "$part"
mkdir "$T/mnt"

check_status "an image that a loop device can write to is refused" 2 \
	"$COPY" "$T/disk.img" -
check_has "and the loop device is named" "$T/out" "is in use by $disk"

check_status "an unused disk is fine" 0 "$COPY" "$disk" -

mkswap "${disk}p2" >/dev/null
swapon "${disk}p2" || exit 1
on_exit "swapoff ${disk}p2 2>/dev/null"
check_status "swap in use is made anew on the target, and fine" 0 "$COPY" "$disk" -
check_eq "nothing is said about it" "$(grep -c source-in-use "$T/out")" 0
swapoff "${disk}p2"

# Between the look and the first chunk, somebody mounts it.
mkfifo "$T/in"
"$COPY" --wait "$disk" - <"$T/in" >"$T/wait.out" 2>&1 &
waiter=$!
exec 9>"$T/in"
n=0
until grep -q opened "$T/wait.out" || [ "$n" -ge 600 ]; do
	n=$((n + 1))
	sleep 0.1
done
mount "$part" "$T/mnt" || exit 1
echo >&9
exec 9>&-
wait_status=0
wait "$waiter" || wait_status=$?
umount "$T/mnt"
check_eq "mounted since it was opened, it is refused" "$wait_status" 2
check_has "and that is said" "$T/wait.out" "$T/mnt has been mounted read-write meanwhile"

mount "$part" "$T/mnt" || exit 1
on_exit "umount '$T/mnt' 2>/dev/null"
check_status "mounted read-write, it is refused" 2 "$COPY" "$disk" -
check_has "with its place" "$T/out" "${disk}p1 is mounted read-write on $T/mnt (ext4)"
check_has "and a way out" "$T/out" "use --freeze"
check_status "a partition is no disk" 2 "$COPY" "$part" -
check_has "and it is said" "$T/out" "$part is a partition"

# Files, and a writer that goes on until it is stopped: what is complete at the
# freeze must be in the copy.
cp -a /usr/share/perl5 "$T/mnt/before" 2>/dev/null || cp -a /etc "$T/mnt/before"
(
	n=0
	while [ ! -e "$T/stop" ]; do
		n=$((n + 1))
		date >"$T/mnt/live$((n % 50))" && rm -f "$T/mnt/live$((n * 7 % 50))"
	done
) &
writer=$!
tr '\0' '\252' </dev/zero | head -c 120M >"$T/copy.img"
sleep 1
check_status "frozen, it is copied" 0 "$COPY" --freeze "$disk" "$T/copy.img"
cat "$T/out"
: >"$T/stop"
wait "$writer"
check "it can be written to again" touch "$T/mnt/after"

# The table is not in the chunks; e2fsck and debugfs find their way by offset.
check "the copy's file system is whole" e2fsck -fn "$T/copy.img?offset=1048576"
mkdir "$T/got"
debugfs -R "rdump /before $T/got" "$T/copy.img?offset=1048576" >/dev/null 2>&1
check "the files are the same" diff -r --no-dereference "$T/mnt/before" "$T/got/before"

mount -o remount,ro "$T/mnt"
check_status "mounted read-only, it is fine" 0 "$COPY" "$disk" "$T/copy.img"
check "and the copy as well" e2fsck -fn "$T/copy.img?offset=1048576"
umount "$T/mnt"

# A journal with something in it: a machine that was switched off.
mount "$part" "$T/mnt"
date >"$T/mnt/unclean"
sync
dd if="$part" of="$T/unclean.img" bs=1M status=none
umount "$T/mnt"
dd if="$T/unclean.img" of="$part" bs=1M conv=fsync status=none
check_status "a journal that needs recovery is refused" 2 "$COPY" "$disk" -
check_has "with the command" "$T/out" "run: e2fsck -fp $part"
e2fsck -fp "$part" >/dev/null
check_status "which helps" 0 "$COPY" "$disk" -

# The same for a partition in an image, where the command is longer.
dd if="$T/unclean.img" of="$part" bs=1M conv=fsync status=none
partx -d "$disk"
losetup -d "$disk"
tap_cleanup="umount '$T/mnt' 2>/dev/null"
check_status "in an image as well" 2 "$COPY" "$T/disk.img" -
sed -n 's/.*\[run: \(.*\)\]$/\1/p' "$T/out" >"$T/command"
cat "$T/command"
check "the command for an image runs" sh "$T/command"
check_status "and helps" 0 "$COPY" "$T/disk.img" -

# A read-only loop device is no danger.
disk=$(losetup -r -f --show "$T/disk.img")
on_exit "losetup -d $disk"
check_status "an image behind a read-only loop device is fine" 0 "$COPY" "$T/disk.img" -

done_testing
