#!/bin/sh
# push-options.t - p2v-push's help, and exit status 1 for every wrong use
. "$(dirname "$0")/../lib.sh"

check_status "--help" 0 p2v-push --help
check "is on stdout alone" test -s "$T/out" -a ! -s "$T/err"
for option in --source --target-disk --yes-erase --dry-run --json --connections --compress \
	--no-verify --cutover --fixups --skip-fixup --identity --known-hosts --host-key --rsh \
	--receiver --wait-boot --log --freeze --verbose --version; do
	check_has "--help tells $option" "$T/out" " $option"
	check_has "so does the manual page" "$ROOT/docs/man/p2v-push.8.rst" "$option"
	check_has "and the shell completes it" "$ROOT/docs/completion/p2v-push.bash" "$option"
done
check_status "--version" 0 p2v-push --version
check_has "names the program" "$T/out" "p2v-push "

wrong() {
	wrong_what=$1
	wrong_why=$2
	shift 2
	check_status "$wrong_what: usage" 1 p2v-push "$@"
	check_has "$wrong_what: why" "$T/err" "$wrong_why"
	check "$wrong_what: stdout is empty" test ! -s "$T/out"
}

wrong "no host" "HOST"
wrong "two hosts" "only one HOST" a b
wrong "bad port" "70000" root@host:70000
wrong "half an IPv6 literal" "[ADDRESS]:PORT" "[::1"
wrong "unknown option" "--nonsense" --nonsense host
wrong "option without its argument" "--log needs an argument" host --log
wrong "bad cutover" "kexec, reboot, poweroff or none" --cutover halt host
wrong "bad level" "-7 to 19" --compress 99 host
wrong "bad number of connections" "1 to 32" --connections 0 host
wrong "bad fingerprint" "ssh-keygen -l" --host-key 00:11:22 host
wrong "--host-key and --known-hosts" "cannot be combined" --known-hosts f \
	--host-key SHA256:0123456789012345678901234567890123456789abc host
wrong "--rsh and --identity" "--rsh" --rsh env --identity f host
wrong "--wait-boot without a boot" "--wait-boot" --wait-boot 5 --cutover none host
wrong "one target for two sources" "--target-disk" --source a --source b --target-disk c host
wrong "a log that cannot be written" "cannot write" --log "$T/no/such/dir" host

done_testing
