#!/bin/sh
# push-faults.t - what p2v-push makes of a target that breaks the rules: the
# right exit status, and a sentence that says what happened
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
need sfdisk mke2fs setsid
peer=$B/tests/cli/push-peer

truncate -s 8M "$T/source.img"
mke2fs -q -t ext4 -F -O ^has_journal "$T/source.img"

# fault FRAME FAULT STATUS TEXT
fault() {
	check_status "$2 at $1" "$3" setsid -w p2v-push --rsh "$peer" --receiver "$1 $2" \
		--source "$T/source.img" --yes-erase /dev/fake --connections 2 host
	check_has "$2 at $1 says why" "$T/err" "$4"
	case $3:$1 in
	# Of two data connections each may have its own to tell.
	0:* | *:DATA-HELLO | *:DONE) ;;
	*) check_eq "$2 at $1 says it once" "$(grep -c '^p2v-push: error: ' "$T/err")" 1 ;;
	esac
	[ "$3" = 4 ] || return 0
	check_has "$2 at $1 says what to do" "$T/err" "can be pushed to again"
}

fault none ping 0 "done"
for frame in HELLO FACTS VERDICT EVENT READY DATA-HELLO DONE SEALED RESULT BYE; do
	fault "$frame" ping 0 "done"
	case $frame in
	HELLO) status=5 ;;
	FACTS | VERDICT) status=2 ;;
	*) status=4 ;;
	esac
	fault "$frame" cut "$status" "the connection was closed"
	fault "$frame" half "$status" "ended inside a frame"
	fault "$frame" garbage "$status" "does not speak this protocol"
	fault "$frame" type "$status" "MAP came instead"
	fault "$frame" json "$status" "must be"
	fault "$frame" long "$status" "are allowed"
	[ "$status" = 4 ] || status=2
	fault "$frame" refuse "$status" "told to refuse"
done
fault HELLO version 2 "install the same release"
fault VERDICT other 2 "a different plan"
fault VERDICT leave 2 "the connection was closed"
fault SEALED missing 4 "still lacks"
fault RESULT reason 4 "10-fstab failed"

done_testing
