# lib.sh - messages, exits and small tools of p2v-takeover (POSIX sh)
#
# shellcheck shell=sh

say() {
	echo "p2v-takeover: $*" >&2
}

# die STATUS MESSAGE...: 1 usage, 2 refused (nothing was changed), 4 failed
# (the machine still runs its old system).
die() {
	die_status=$1
	shift
	say "$*"
	exit "$die_status"
}

exit_commands=

# on_exit COMMAND: runs it (with eval) at the end, the last one first.
on_exit() {
	exit_commands="$1
$exit_commands"
}

run_exit_commands() {
	exit_status=$?
	trap - EXIT HUP INT TERM
	set +e
	eval "$exit_commands"
	exit "$exit_status"
}

trap_exits() {
	trap run_exit_commands EXIT
	trap 'exit 129' HUP INT TERM
}

have() {
	command -v "$1" >/dev/null 2>&1
}

mib() {
	echo "$((($1 + 1023) / 1024)) MiB"
}

# quoted WORD...: the words as a shell would need them to get them back.
quoted() {
	for quoted_word; do
		printf "'%s' " "$(printf '%s\n' "$quoted_word" | sed "s/'/'\\\\''/g")"
	done
}

# json_text TEXT: as a JSON string, with its quotes.
json_text() {
	printf '"%s"' "$(printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' |
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"
}
