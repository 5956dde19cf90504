#!/bin/sh
# push-proof.t - --wait-boot: what counts as the migrated machine, and what is
# said when something else answers
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
need sshd ssh-keygen mke2fs setsid jq
peer=$B/tests/cli/push-peer

truncate -s 8M "$T/source.img"
mke2fs -q -t ext4 -F -O ^has_journal "$T/source.img"
start_sshd
key=$(fingerprint "$T/ssh/host_ed25519.pub")
other=$(fingerprint "$T/ssh/stranger.pub")

# proof KEY PORT SECONDS [OPTION...]: a push that ends with a pretended kexec.
# shellcheck disable=SC2317 # check_status calls it
proof() {
	proof_key=$1
	proof_port=$2
	proof_seconds=$3
	shift 3
	PUSH_PEER_KEY=$proof_key setsid -w p2v-push --rsh "$peer" --receiver "none none" \
		--source "$T/source.img" --yes-erase /dev/fake --wait-boot "$proof_seconds" "$@" \
		"127.0.0.1:$proof_port" </dev/null
}

check_status "the migrated machine's key answers" 0 proof "$key" "$PORT" 60
check_has "is said" "$T/err" "answers with its own key $key"
check_status "the same for scripts" 0 proof "$key" "$PORT" 60 --json
check "as an event" jq -es 'any(.event == "proof" and .proven)' "$T/out"
check_status "another key answers" 3 proof "$other" "$PORT" 3
check_has "is told with its fingerprint" "$T/err" "another machine's key answers: $key"
check_status "a migrated system without host keys" 3 proof "" "$PORT" 60
check_has "is told at once" "$T/err" "has no ssh host keys"
check_status "nobody answers" 3 proof "$key" 1 3
check_has "is told" "$T/err" "Connection refused"

# As QEMU's port forwarding: accepted by the kernel, and nothing after that.
kill -STOP "$SSHD_PID"
check_status "a port that accepts and says nothing" 3 proof "$key" "$PORT" 4
check_has "is told" "$T/err" "no ssh server answers"
(
	sleep 6
	kill -CONT "$SSHD_PID"
) &
waker=$!
check_status "until the machine behind it has come up" 0 proof "$key" "$PORT" 120
wait "$waker"

done_testing
