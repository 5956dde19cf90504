#!/bin/sh
# push-stall.t - a target that stops in the middle and keeps the connection: every
# wait ends, soon, with a sentence; one that is slow but alive is waited for
#
# All cases wait at the same time: each takes a minute of nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
need sfdisk mke2fs setsid sshd ssh-keygen
peer=$B/tests/cli/push-peer

truncate -s 8M "$T/source.img"
mke2fs -q -t ext4 -F -O ^has_journal "$T/source.img"

pids=
# begin NAME COMMAND...: in the background; its status and its time, in seconds.
begin() {
	begin_name=$1
	shift
	{
		begin_at=$(date +%s)
		begin_status=0
		timeout 150 "$@" >"$T/$begin_name.out" 2>"$T/$begin_name.err" </dev/null ||
			begin_status=$?
		echo "$begin_status $(($(date +%s) - begin_at))" >"$T/$begin_name.end"
	} &
	pids="$pids $!"
}

# fault FRAME FAULT
fault() {
	begin "$1-$2" setsid -w p2v-push --rsh "$peer" --receiver "$1 $2" \
		--source "$T/source.img" --yes-erase /dev/fake --connections 2 host
}

for frame in HELLO FACTS VERDICT READY DATA-HELLO DONE SEALED RESULT BYE; do
	fault "$frame" stall
done
for frame in READY DONE RESULT; do fault "$frame" slow; done

# An ssh server that stops after it has started the receiver.
start_sshd
cat >"$T/stop" <<'END'
#!/bin/sh
# The shell that the server has started me with, and the server of this session.
echo "$PPID" >"$0.pid"
kill -STOP "$PPID"
exec sleep 200
END
chmod +x "$T/stop"
# shellcheck disable=SC2016 # lib.sh expands it
on_exit 'kill -KILL "$(cat "$T/stop.pid")" 2>/dev/null'
begin ssh setsid -w p2v-push --source "$T/source.img" --receiver "$T/stop" --dry-run \
	--identity "$T/ssh/id" --host-key "$(fingerprint "$T/ssh/host_ed25519.pub")" \
	"$(id -un)@127.0.0.1:$PORT"

# shellcheck disable=SC2086 # one argument each; the ssh server is none of them
wait $pids

# ended NAME STATUS SENTENCE ERRORS
ended() {
	read -r status seconds <"$T/$1.end"
	check_eq "$1: status" "$status" "$2"
	check "$1: it ended within two minutes ($seconds s)" [ "$seconds" -lt 120 ]
	check_has "$1: says why" "$T/$1.err" "$3"
	check_eq "$1: that many errors in all" "$(grep -c '^p2v-push: error:' "$T/$1.err")" "$4"
}

gone="nothing was heard from it for 55 seconds"
ended HELLO-stall 5 "waiting for HELLO: $gone" 1
ended FACTS-stall 2 "waiting for FACTS: $gone" 1
ended VERDICT-stall 2 "waiting for VERDICT: $gone" 1
for frame in READY SEALED RESULT BYE; do ended "$frame-stall" 4 "waiting for $frame: $gone" 1; done
ended DATA-HELLO-stall 4 "$gone" 3
ended DONE-stall 4 "$gone" 3
ended ssh 5 "$gone" 1
for frame in READY DONE RESULT; do
	read -r status seconds <"$T/$frame-slow.end"
	check_eq "$frame after 70 seconds of work: the push goes through" "$status" 0
done

done_testing
