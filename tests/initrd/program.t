#!/bin/sh
# program.t - what all our programs in shell share: messages, exits, tidying up;
# and the lists of modules
. "$(dirname "$0")/../lib.sh"
need dash busybox

# ends STATUS WHAT SCRIPT: in every shell; what it says is in $T/out and $T/err.
ends() {
	for shell in dash 'busybox sh'; do
		# shellcheck disable=SC2086 # "busybox sh" is two words
		check_status "$shell: $2" "$1" $shell -euc "program_name=tool; . '$ROOT/initrd/files/program.sh'; $3"
	done
}

ends 2 "a refusal" 'die 2 "no" "disk"'
check_eq "is one line, by name" "$(cat "$T/err")" "tool: no disk"
ends 1 "a wrong command line" 'program_help="tool make"; misuse "what?"'
check_has "points to the help that fits" "$T/err" "Try 'tool make --help'."
ends 2 "a program that is missing" 'need sh:dash no-such-program:its-package'
check_eq "is named with its package" "$(cat "$T/err")" \
	"tool: no-such-program is missing here: install the package its-package"
ends 0 "a message" 'say hello'
check_eq "is no data" "$(cat "$T/out"):$(cat "$T/err")" ":tool: hello"

# shellcheck disable=SC2016 # for the shells
{
	ends 4 "what must be undone" 'on_exit "echo first"; on_exit "false; echo second"; trap_exits; die 4 x'
	check_eq "is, the last thing first, and all of it" "$(tr '\n' ' ' <"$T/out")" "second first "
	ends 3 "tidying up" 'made="a b"; trap_exits; on_exit "echo \"\$made\""; made="c d"; exit 3'
	check_eq "takes variables as they are then" "$(cat "$T/out")" "c d"
	ends 4 "a program that is ended by a signal" 'trap_exits; on_exit "echo undone"; kill -s TERM $$; sleep 5'
	check_eq "tidies up as well" "$(cat "$T/out")" undone
}

# listed SET...: names, each with a blank around it.
listed() {
	sh -euc 'home=$1; shift; . "$home/lib.sh"; listed_modules "$@" | tr "\n" " "' sh "$ROOT/initrd" "$@" | sed 's/^/ /'
}
listed >"$T/all"
listed root >"$T/root"
listed virtio >"$T/virtio"
for name in ahci ext4; do
	check_has "$name is needed for the root" "$T/root" " $name "
done
check_fails "a network card is not" grep -q ' virtio_net ' "$T/root"
check_has "virtio has its network card" "$T/virtio" " virtio_net "
check_fails "and no other disks" grep -q ' ahci ' "$T/virtio"
for set in root virtio; do
	check_eq "all of $set is in the whole list" "$(tr ' ' '\n' <"$T/$set" | grep . | while read -r name; do
		grep -q " $name " "$T/all" || echo "$name"
	done)" ""
done
check_eq "nothing but names is listed" "$(tr ' ' '\n' <"$T/all" | grep . | grep -v -x '[a-z0-9_]*')" ""
check_eq "nothing is listed of a set that is none" "$(listed no-such-set)" ""
done_testing
