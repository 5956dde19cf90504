# program.sh - what our programs in shell have in common: messages, exits, and
# tidying up (POSIX sh)
#
# The caller has set program_name, and program_help when the help that fits is
# that of a command.
#
# shellcheck shell=sh disable=SC2154 # the caller's variables

say() {
	echo "$program_name: $*" >&2
}

# die STATUS MESSAGE...: 1 usage; 2 refused, or something needed is missing
# (nothing was changed); 4 failed; what else the program's manual page names.
die() {
	die_status=$1
	shift
	echo "$program_name: $*" >&2
	exit "$die_status"
}

# misuse MESSAGE...: of the command line.
misuse() {
	echo "$program_name: $*" >&2
	echo "Try '${program_help:-$program_name} --help'." >&2
	exit 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# need PROGRAM:PACKAGE...: on this machine.
need() {
	for need_pair in "$@"; do
		have "${need_pair%%:*}" ||
			die 2 "${need_pair%%:*} is missing here: install the package ${need_pair#*:}"
	done
}

exit_commands=

# on_exit COMMAND: runs it (with eval) at the end, the last one first. What the
# command names in its own text must be a path that this program made; anything
# else it takes from a variable when it runs.
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

# A program that is ended by a signal has failed.
trap_exits() {
	trap run_exit_commands EXIT
	trap 'exit 4' HUP INT TERM
}
