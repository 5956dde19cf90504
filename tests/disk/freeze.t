#!/bin/sh
# freeze.t - frozen file systems are thawed, whatever happens to the pusher
# shellcheck disable=SC2317 # the functions are called through check
. "$(dirname "$0")/../lib.sh"

need losetup mke2fs mount timeout
need_root
HOLD=$B/tests/disk/freeze-hold

# A mount of a fresh ext4 at $T/$1.
make_mount() {
	truncate -s 64M "$T/$1.img"
	mke2fs -q -F -t ext4 "$T/$1.img"
	mkdir -p "$T/$1"
	mount -o loop "$T/$1.img" "$T/$1" || exit 1
	on_exit "umount '$T/$1'"
}

# hold NAME MOUNT...: starts the holder; its stdin is a pipe kept open by fd 9,
# its process id is in $hold_pid. Waits until everything is frozen.
hold() {
	rm -f "$T/in" "$T/hold.out"
	mkfifo "$T/in"
	"$HOLD" "$@" <"$T/in" >"$T/hold.out" 2>"$T/hold.err" &
	hold_pid=$!
	exec 9>"$T/in"
	hold_n=0
	until grep -q frozen "$T/hold.out" 2>/dev/null; do
		kill -0 "$hold_pid" 2>/dev/null || return 1
		hold_n=$((hold_n + 1))
		[ "$hold_n" -lt 600 ] || return 1
		sleep 0.1
	done
}

# The watchdog is the holder's child, and outlives it.
watchdog_of() {
	sed 's/ .*//' "/proc/$1/task/$1/children"
}

# A write that must not get through while the file system is frozen.
blocked() {
	timeout -s KILL 2 sh -c "echo late >'$1/blocked'" && return 1
	return 0
}

write_works() {
	timeout -s KILL 60 sh -c "echo written >'$1/after'" && grep -q written "$1/after"
}

gone() {
	gone_n=0
	while kill -0 "$1" 2>/dev/null; do
		gone_n=$((gone_n + 1))
		[ "$gone_n" -lt 600 ] || return 1
		sleep 0.1
	done
}

make_mount outer
mkdir "$T/outer/inner"
truncate -s 64M "$T/inner.img"
mke2fs -q -F -t ext4 "$T/inner.img"
mount -o loop "$T/inner.img" "$T/outer/inner" || exit 1
on_exit "umount '$T/outer/inner'"

check "two nested file systems are frozen" hold "$T/outer" "$T/outer/inner"
check "a write to the outer one waits" blocked "$T/outer"
check "a write to the inner one waits" blocked "$T/outer/inner"
check "the journal of a frozen ext4 is empty" \
	sh -c "! dumpe2fs -h '$T/inner.img' 2>/dev/null | grep -q needs_recovery"
echo >&9
exec 9>&-
check "it ends well" wait "$hold_pid"
check "the outer one is thawed" write_works "$T/outer"
check "the inner one is thawed" write_works "$T/outer/inner"

check "frozen again" hold "$T/outer" "$T/outer/inner"
dog=$(watchdog_of "$hold_pid")
check "there is a watchdog" test -n "$dog"
kill -9 "$hold_pid"
wait "$hold_pid" 2>/dev/null
exec 9>&-
check "after kill -9 the outer one is thawed" write_works "$T/outer"
check "after kill -9 the inner one is thawed" write_works "$T/outer/inner"
check "the watchdog ends" gone "$dog"

check "frozen a third time" hold "$T/outer"
dog=$(watchdog_of "$hold_pid")
kill -TERM "$dog"
kill -INT "$dog"
check "signals do not end the watchdog" kill -0 "$dog"
check "still frozen" blocked "$T/outer"
kill -TERM "$hold_pid"
wait "$hold_pid" 2>/dev/null
exec 9>&-
check "after SIGTERM to the pusher it is thawed" write_works "$T/outer"
gone "$dog"

# What has no freeze of its own (the EFI system partition's vfat; a tmpfs here).
mkdir "$T/tmp"
mount -t tmpfs -o nosuid,nodev,noexec tmpfs "$T/tmp" || exit 1
on_exit "umount '$T/tmp'"
check "a tmpfs is remounted read-only meanwhile" hold "$T/tmp"
check_fails "no write gets through" touch "$T/tmp/file"
kill -9 "$hold_pid"
wait "$hold_pid" 2>/dev/null
exec 9>&-
tmp_n=0
until touch "$T/tmp/file" 2>/dev/null || [ "$tmp_n" -ge 600 ]; do
	tmp_n=$((tmp_n + 1))
	sleep 0.1
done
check "it is writable again" test -e "$T/tmp/file"
check "with its mount options" grep -q "$T/tmp tmpfs rw,nosuid,nodev,noexec" /proc/mounts

# An output that would wait for itself.
check_status "a log on the file system is refused" 1 \
	sh -c "'$HOLD' '$T/outer' </dev/null 7>'$T/outer/log'"
check_has "and named" "$T/err" "$T/outer/log: this program writes to that file"
check "nothing was frozen" write_works "$T/outer"
check_status "a directory that is not there is refused" 1 "$HOLD" "$T/outer" "$T/nowhere"
check "and nothing is frozen" write_works "$T/outer"
fsfreeze -f "$T/outer"
check_status "what somebody else has frozen is refused" 1 "$HOLD" "$T/outer/inner" "$T/outer"
check "and left frozen" blocked "$T/outer"
fsfreeze -u "$T/outer"
check "what was frozen before is thawed" write_works "$T/outer/inner"

done_testing
