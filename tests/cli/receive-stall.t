#!/bin/sh
# receive-stall.t - a pusher that stops in the middle and keeps the connections: the
# receivers give it up, say so, leave nothing behind, and take the next push
#
# All cases wait at the same time: each takes a minute of nothing.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"

make_gpt "$T/source.img"
mkdir "$T/fixups"

# begin AFTER: everything of it in a folder of its own.
begin() {
	mkdir "$T/$1"
	truncate -s 40M "$T/$1/target.img"
	timeout 150 "$B/tests/cli/receive-tool" "stall-$1" "$T/source.img" "$T/$1/target.img" \
		"$B/p2v-receive" --disk "$T/$1/target.img" --session-dir "$T/$1/session" \
		--fixups "$T/fixups" >"$T/$1/out" 2>"$T/$1/err" &
}

begin_at=$(date +%s)
for frame in start HELLO PLAN READY data-HELLO CHUNK inside END SEAL; do begin "$frame"; done
wait
seconds=$(($(date +%s) - begin_at))
check "all have ended within two minutes ($seconds s)" [ "$seconds" -lt 120 ]

for frame in start HELLO PLAN READY data-HELLO CHUNK inside END SEAL; do
	case $frame in
	start | HELLO | PLAN) status=2 ;;
	*) status=4 ;;
	esac
	check_has "stalled after $frame: status" "$T/$frame/out" "control $status"
	check_has "stalled after $frame: why" "$T/$frame/err" "nothing was heard from it for 55 seconds"
	check_fails "stalled after $frame: nothing is left of its session" \
		sh -c "ls '$T/$frame/session' | grep -v '^lock\$'"
	case $frame in
	data-HELLO | CHUNK | inside | END)
		check_has "stalled after $frame: the data process ends as well" "$T/$frame/out" "data 4"
		;;
	esac
	SESSION=$T/$frame/session
	[ "$frame" != CHUNK ] || check "and the next push goes through" \
		push no-fixups "$T/source.img" "$T/$frame/target.img"
done
check_has "a frame that ends nowhere is named" "$T/inside/err" "reading a frame (CHUNK)"
check_has "the next push went through" "$T/out" "control 0"
done_testing
