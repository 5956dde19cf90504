#!/bin/sh
# The connection is cut after every frame: the receiver ends with the right
# status, goes no further, leaves nothing behind, and takes the next push.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"

make_gpt "$T/source.img"
mkdir "$T/fixups"
printf '#!/bin/sh\ntouch %s/fixup-ran\necho "applied: it"\n' "$T" >"$T/fixups/10-mark"
chmod +x "$T/fixups/10-mark"
truncate -s 40M "$T/target.img"
echo "something precious" | dd of="$T/target.img" bs=512 seek=5000 conv=notrunc status=none
before=$(sum_of "$T/target.img")

# cut AFTER STATUS: pattern of the control process's status.
cut() {
	push "cut-$1" "$T/source.img" "$T/target.img"
	check_has "cut after $1: the script got that far" "$T/out" "cut"
	check "cut after $1: status $2" grep -q "^control $2\$" "$T/out"
	check_fails "cut after $1: nothing is said after it" grep -q '^BYE' "$T/out"
	check "cut after $1: no fixup ran" test ! -e "$T/fixup-ran"
}

# Whether the receiver sees the end at its next read or at its next write is
# left to chance, and before the commitment both are no failure.
for frame in HELLO PLAN; do
	cut $frame '[02]'
	check_eq "cut after $frame: the target is unchanged" "$(sum_of "$T/target.img")" "$before"
	check "cut after $frame: not even a session was made" test ! -e "$T/session"
done
for frame in READY data-HELLO CHUNK inside END SEAL; do
	cut $frame 4
	check "cut after $frame: the session is gone" session_is_clean
done
# The commitment had been made, so its work is finished or broken off; what
# counts is that the receiver notices and cleans up.
cut COMMIT 4
check "cut after COMMIT: the session is gone" session_is_clean

push cut-inside "$T/source.img" "$T/target.img"
check_has "a frame that ends early is named" "$T/err" "ended inside a frame"

push kill-control "$T/source.img" "$T/target.img"
check_has "data after the control process died is refused" "$T/out" "ERROR session-ended"
check_has "and its process fails" "$T/out" "data 4"
check_fails "a killed control process leaves its session" session_is_clean
push no-fixups "$T/source.img" "$T/target.img"
check_has "the next push goes through" "$T/out" "control 0"
check "and buries the dead session" session_is_clean
check "root is as it was" same_sectors "$T/source.img" "$T/target.img" 43008 4096
check "no fixup ran in all of this" test ! -e "$T/fixup-ran"
done_testing
