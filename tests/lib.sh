# lib.sh - shell tests that prove(1) reads; sourced by tests/*/*.t (POSIX sh)
#
#     . "$(dirname "$0")/../lib.sh"
#     check "what must hold" test -e "$T/file"
#     done_testing
#
# B is the build directory, ROOT the source tree, T a scratch directory that
# goes away at the end. There is no skip: a test says with `need` what it
# cannot do without, and its absence is a failure.

set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
B=${P2V_BUILD:-$ROOT/build}
case $B in /*) ;; *) B=$ROOT/$B ;; esac
PATH=$B:$ROOT/initrd:$PATH
export ROOT B PATH
LC_ALL=C
export LC_ALL
T=$(mktemp -d "${TMPDIR:-/tmp}/p2v-test.XXXXXX")
tap_n=0
tap_bad=0
tap_cleanup=

# on_exit COMMAND: runs it (with eval) when the test ends, last one first.
on_exit() {
	tap_cleanup="$1
$tap_cleanup"
}

tap_exit() {
	tap_rc=$?
	trap - EXIT HUP INT TERM
	set +e
	eval "$tap_cleanup"
	rm -rf "$T"
	exit "$tap_rc"
}
trap tap_exit EXIT
trap 'exit 129' HUP INT TERM

ok() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $*"
}

not_ok() {
	tap_n=$((tap_n + 1))
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n - $*"
}

# check DESCRIPTION COMMAND [ARGUMENT...]: the command must succeed.
check() {
	tap_what=$1
	shift
	if "$@" >"$T/.check" 2>&1; then
		ok "$tap_what"
	else
		not_ok "$tap_what"
		awk '{ print "# " $0 }' "$T/.check" | tail -n 40
	fi
}

# check_fails DESCRIPTION COMMAND...: it must not succeed.
check_fails() {
	tap_what=$1
	shift
	if "$@" >"$T/.check" 2>&1; then
		not_ok "$tap_what"
		awk '{ print "# " $0 }' "$T/.check" | tail -n 40
	else
		ok "$tap_what"
	fi
}

# check_status DESCRIPTION STATUS COMMAND...: exact exit status; stdout and
# stderr stay in $T/out and $T/err.
check_status() {
	tap_what=$1
	tap_want=$2
	shift 2
	tap_got=0
	"$@" >"$T/out" 2>"$T/err" || tap_got=$?
	if [ "$tap_got" = "$tap_want" ]; then
		ok "$tap_what"
	else
		not_ok "$tap_what (status $tap_got, want $tap_want)"
		sed 's/^/# out: /' "$T/out" | tail -n 20
		sed 's/^/# err: /' "$T/err" | tail -n 20
	fi
}

# check_has DESCRIPTION FILE TEXT: a fixed string in a file.
check_has() {
	if grep -qF -e "$3" "$2"; then
		ok "$1"
	else
		not_ok "$1"
		echo "# $2 lacks: $3"
		sed 's/^/# | /' "$2" | tail -n 40
	fi
}

check_eq() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		echo "# got  $2"
		echo "# want $3"
	fi
}

need() {
	for tap_tool in "$@"; do
		command -v "$tap_tool" >/dev/null 2>&1 || {
			echo "Bail out! this test needs $tap_tool (make deps installs it)"
			exit 1
		}
	done
}

need_root() {
	[ "$(id -u)" = 0 ] || {
		echo "Bail out! this test needs root"
		exit 1
	}
}

done_testing() {
	echo "1..$tap_n"
	[ "$tap_bad" = 0 ] && [ "$tap_n" != 0 ]
	exit
}
