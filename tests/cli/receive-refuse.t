#!/bin/sh
# What is refused before the first write: the message, the status, and a target
# whose every byte is what it was.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"
need flock

make_gpt "$T/source.img"
head -c 33554432 /dev/urandom >"$T/target.img"
before=$(sum_of "$T/target.img")

# refuse WHAT SCENARIO TARGET WORDS
refuse() {
	sum=$(sum_of "$3")
	push "$2" "$T/source.img" "$3"
	check_has "$1: says so" "$T/out" "$4"
	check_has "$1: status 2" "$T/out" "control 2"
	check_fails "$1: nothing is begun" grep -q '^EVENT\|^READY' "$T/out"
	check_eq "$1: the target's bytes are unchanged" "$(sum_of "$3")" "$sum"
	check "$1: no session was left" test ! -e "$T/session" -o "$(ls "$T/session" 2>/dev/null)" = lock
}

head -c 20000000 /dev/urandom >"$T/small.img"
refuse "a target that is too small" ok "$T/small.img" "refused target-too-small: $T/small.img has"
refuse "COMMIT for a plan that was refused" ok "$T/small.img" "ERROR refused: COMMIT for a plan"
refuse "a wrong name to erase" bad-erase "$T/target.img" \
	'ERROR erase-mismatch: the disk named for erasing is "/dev/other"'
refuse "COMMIT for another plan" bad-plan "$T/target.img" "ERROR plan-mismatch"
refuse "COMMIT after a dry run" dry-commit "$T/target.img" "ERROR refused: COMMIT for a dry run"
refuse "COMMIT before PLAN" early-commit "$T/target.img" "ERROR protocol: COMMIT frame where PLAN"
refuse "another protocol version" bad-version "$T/target.img" \
	"ERROR version-mismatch: the pusher (receive-tool) speaks protocol version 3"
refuse "leaving a machine that is not in RAM" plan-cutover "$T/target.img" "refused cutover-not-in-ram"

exec 9<"$T/target.img"
flock 9
refuse "a target that is locked" ok "$T/target.img" "refused target-in-use"
exec 9<&-
mkdir -p "$T/session"
exec 9>"$T/session/lock"
flock 9
refuse "a second push at the same time" ok "$T/target.img" "another push to this machine is under way"
exec 9>&-
check_eq "the target is what it was at the start" "$(sum_of "$T/target.img")" "$before"

# A target that is not offered.
"$B/tests/cli/receive-tool" ok "$T/source.img" "$T/target.img" "$B/p2v-receive" \
	--disk "$T/small.img" --session-dir "$T/session" >"$T/out" 2>"$T/err"
check_has "a disk that is not offered is not found" "$T/out" "refused target-not-found"

check_status "a login shell's greeting is told apart" 2 sh -c "echo hello, welcome to this machine | '$B/p2v-receive'"
check_has "with a hint" "$T/err" "does not speak this protocol"
check_status "an end before the first frame" 2 sh -c "'$B/p2v-receive' </dev/null"
check_status "an unknown option" 1 p2v-receive --frobnicate
check_status "an argument" 1 p2v-receive somewhere
check_has "is named" "$T/err" "somewhere"
check_status "--help" 0 p2v-receive --help
check_has "teaches" "$T/out" "--session-dir DIR"
check_status "--version" 0 p2v-receive --version
check_has "says it" "$T/out" "p2v-receive 0."
done_testing
