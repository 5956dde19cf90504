#!/bin/sh
# push-ssh.t - pushes over a real sshd, and every way not to trust one another
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
need sshd ssh-keygen ssh-keyscan sfdisk mke2fs e2fsck debugfs setsid

make_source "$T/source.img"
make_target "$T/target.img" 64M
start_sshd
before=$(sum "$T/target.img")
key=$(fingerprint "$T/ssh/host_ed25519.pub")
rsa=$(fingerprint "$T/ssh/host_rsa.pub")
wrong=$(fingerprint "$T/ssh/stranger.pub")
id="--identity $T/ssh/id"
# shellcheck disable=SC2086 # $id is two words
{
	: >"$T/empty"
	check_status "an unknown host is refused" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --known-hosts "$T/empty"
	check_has "its fingerprint is told" "$T/err" "$key"
	check_has "the ssh-keyscan line is told" "$T/err" \
		"ssh-keyscan -p $PORT 127.0.0.1 >> $T/empty"
	check_has "so is the option" "$T/err" "--host-key $key"
	check "and nothing was added to known_hosts" test ! -s "$T/empty"
	check_status "a known_hosts file that does not exist is no consent" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --known-hosts "$T/absent"
	check "and it is not created" test ! -e "$T/absent"

	echo "[127.0.0.1]:$PORT $(cut -d ' ' -f 1,2 "$T/ssh/stranger.pub")" >"$T/changed"
	check_status "a host key that has changed is refused" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --known-hosts "$T/changed"
	check_has "as one that is not in known_hosts" "$T/err" "is not the one in known_hosts"

	check_status "a --host-key that does not match is refused" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --host-key "$wrong"
	check_has "with what was seen" "$T/err" "$wrong as --host-key says"
	check_status "--host-key of the preferred type" 0 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --host-key "$key"
	check_status "--host-key of another of the server's keys" 0 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --host-key "$rsa"

	check_status "a key that is not authorized is refused" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run --identity "$T/ssh/stranger" --host-key "$key"
	check_has "with what was tried" "$T/err" "$T/ssh/stranger"
	check_status "a key file that does not exist" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run --identity "$T/ssh/absent" --host-key "$key"
	check_has "is told as such" "$T/err" "absent (not readable)"
	ssh-keygen -q -p -N secret -f "$T/ssh/stranger" >/dev/null
	cat "$T/ssh/stranger.pub" >>"$T/ssh/authorized_keys"
	check_status "a passphrase without a terminal" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run --identity "$T/ssh/stranger" --host-key "$key"
	check_has "says what to do" "$T/err" "use ssh-agent"

	check_status "no such command on the target" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --host-key "$key" \
		--receiver "$T/no-such-receiver"
	check_has "is told as such" "$T/err" "status 127"
	check_status "a login shell that prints something" 5 \
		ssh_push "127.0.0.1:$PORT" --dry-run $id --host-key "$key" \
		--receiver "echo Welcome to this host; p2v-receive"
	check_has "is told as such" "$T/err" "does not speak this protocol"
	check_status "nobody listens" 5 ssh_push "127.0.0.1:1" --dry-run $id --host-key "$key"
	check_has "refused by the machine" "$T/err" "Connection refused"
	check_status "a host that does not exist" 5 \
		ssh_push "host.invalid" --dry-run $id --host-key "$key"
	check_has "cannot be resolved" "$T/err" "host.invalid"
	check_eq "the target's disk is as before" "$(sum "$T/target.img")" "$before"

	ssh-keyscan -p "$PORT" 127.0.0.1 >"$T/known" 2>/dev/null
	check_status "a push over ssh, verified by known_hosts" 0 \
		ssh_push "$(id -un)@127.0.0.1:$PORT" $id --known-hosts "$T/known" \
		--yes-erase "$T/target.img" --connections 3
	check "the system is on the target" same_system "$T/source.img" "$T/target.img"

	make_target "$T/target.img" 64M
	check_status "a push to an IPv6 literal" 0 \
		ssh_push "[::1]:$PORT" $id --host-key "$key" --yes-erase "$T/target.img" \
		--connections 1 --compress none
	check "arrives as well" same_system "$T/source.img" "$T/target.img"
}

done_testing
