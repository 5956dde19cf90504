#!/bin/sh
# Frames that lie: each is refused with its own message, and nothing of it is
# written; then a good push goes through on the same target.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"

make_mbr "$T/source.img"
truncate -s 32M "$T/target.img"

# bad SCENARIO CODE WORDS: an error on the data connection.
bad() {
	push "$1" "$T/source.img" "$T/target.img"
	check_has "$1: code $2" "$T/out" "ERROR $2: "
	check_has "$1: the message says what" "$T/out" "$3"
	check_has "$1: the data process fails" "$T/out" "data 4"
	check_has "$1: the control process sees it end" "$T/out" "control 4"
	check_fails "$1: no BYE" grep -q '^BYE' "$T/out"
	check "$1: the session is gone" session_is_clean
}

bad bad-digest wrong-digest "its digest differs"
bad bad-data wrong-digest "its digest differs"
bad bad-volume protocol "there is no volume 200"
bad swap-volume protocol "is not transferred"
bad bad-number protocol "has no chunk 1048576"
bad bad-length protocol "bytes of data"
bad bad-magic protocol "does not speak this protocol"
bad bad-type protocol "unknown type"
bad too-long protocol "at most"

for lie in bad-token bad-session; do
	push $lie "$T/source.img" "$T/target.img"
	check_has "$lie is refused" "$T/out" "ERROR no-session: there is no such session"
	check_has "$lie: status" "$T/out" "data 2"
done

push wrong-seal "$T/source.img" "$T/target.img"
check_fails "maps that differ are not sealed" grep -q '"differ":\[\]' "$T/out"
check_has "and FINISH is refused then" "$T/out" "ERROR protocol: FINISH frame where SEAL"
check_has "as a failure" "$T/out" "control 4"
push early-finish "$T/source.img" "$T/target.img"
check_has "FINISH before SEAL is refused" "$T/out" "ERROR protocol: FINISH frame where SEAL"
check_fails "and nothing is finished" grep -q '^RESULT' "$T/out"

for mode in cutover late-cutover; do
	push $mode "$T/source.img" "$T/target.img"
	check_fails "$mode: this machine is not left" grep -q '^BYE' "$T/out"
	if [ "$(id -u)" = 0 ] || [ $mode = cutover ]; then
		check_has "$mode: because it is not in RAM" "$T/out" "ERROR cutover-not-in-ram"
	fi
done

push ping "$T/source.img" "$T/target.img"
check_has "PING is answered" "$T/out" "PONG"
push no-verify "$T/source.img" "$T/target.img"
check_has "a push without verification is sealed" "$T/out" '"differ":[]'
push no-fixups "$T/source.img" "$T/target.img"
check_has "a good push goes through" "$T/out" "control 0"
check_has "its data process too" "$T/out" "data 0"
check "table, boot code, gap and first volume are the source's" cmp -n 3145728 "$T/source.img" "$T/target.img"
check "data of no known kind is the source's" same_sectors "$T/source.img" "$T/target.img" 53248 4096
check "the whole table is the source's" sh -c \
	"sfdisk -d '$T/source.img' | sed 's/.*source.img//' >'$T/a' &&
	sfdisk -d '$T/target.img' | sed 's/.*target.img//' >'$T/b' && cmp '$T/a' '$T/b'"
check "the file stays sparse" test "$(du -k "$T/target.img" | cut -f1)" -lt 24000
done_testing
