#!/bin/sh
# forced-command.t - what the bootstrap system's ssh key may run, and that
# nothing of a refused request is ever evaluated
. "$(dirname "$0")/../lib.sh"
need dash busybox

mkdir "$T/bin"
for name in p2v-receive p2v-boot; do
	printf '#!/bin/sh\necho "ran %s $*"\n' "$name" >"$T/bin/$name"
	chmod +x "$T/bin/$name"
done

# door SHELL REQUEST: as sshd runs it; without a request for a login shell.
door() {
	# shellcheck disable=SC2086 # "busybox sh" is two words
	(
		cd "$T" || exit 1
		unset SSH_ORIGINAL_COMMAND
		[ $# -lt 2 ] || export SSH_ORIGINAL_COMMAND="$2"
		P2V_BIN=$T/bin P2V_RESCUE_FLAG=$T/rescue $1 "$ROOT/initrd/files/forced-command" </dev/null
	)
}

refused() {
	check_status "$1: refused: '$(echo "$2" | tr '\n' '~')'" 126 door "$1" "$2"
	check "$1: nothing ran" test ! -s "$T/out"
	check_fails "$1: and nothing was made" test -e "$T/owned"
	check_has "$1: it says what is allowed" "$T/err" 'p2v-receive'
}

for shell in dash 'busybox sh'; do
	rm -f "$T/rescue"
	check_eq "$shell: the receiver" "$(door "$shell" p2v-receive)" 'ran p2v-receive '
	check_eq "$shell: the list" "$(door "$shell" 'p2v-boot list')" 'ran p2v-boot list'
	check_eq "$shell: the menu, which waits" "$(door "$shell" menu)" 'ran p2v-boot menu --timeout none'
	check_eq "$shell: by its long name" "$(door "$shell" 'p2v-boot menu')" \
		'ran p2v-boot menu --timeout none'
	# shellcheck disable=SC2016 # must stay as it is
	for request in 'p2v-receive; touch owned' 'p2v-receive
touch owned' '$(touch owned)' '`touch owned`' 'p2v-receive ' ' p2v-receive' 'p2v-receive --help' \
		'p2v-boot kexec' 'p2v-boot menu --allow-shell' 'menu; id' ' menu' 'p2v-boot list; id' '/usr/bin/p2v-receive' '*' 'touch owned' '-c touch'; do
		refused "$shell" "$request"
	done
	check_status "$shell: no shell either" 126 door "$shell"
	: >"$T/rescue"
	check_eq "$shell: with a rescue shell any command" "$(door "$shell" 'echo a; echo b')" 'a
b'
	check_eq "$shell: and the menu has it, too" "$(door "$shell" menu)" \
		'ran p2v-boot menu --timeout none --allow-shell'
	check_eq "$shell: the receiver is still itself" "$(door "$shell" p2v-receive)" 'ran p2v-receive '
done
done_testing
