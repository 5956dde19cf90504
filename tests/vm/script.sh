# script.sh - what tests/lib.sh gives to tests, for programs that are none:
# ROOT, B, T, PATH and on_exit. Sourced by demo.sh, images.sh and the
# benchmarks, which set ROOT first (POSIX sh).

B=${P2V_BUILD:-$ROOT/build}
case $B in /*) ;; *) B=$ROOT/$B ;; esac
PATH=$B:$ROOT/initrd:$PATH
LC_ALL=C
export ROOT B PATH LC_ALL
T=$(mktemp -d "${TMPDIR:-/tmp}/p2v-vm.XXXXXX")
script_cleanup=

# on_exit COMMAND: runs it (with eval) at the end, last one first.
on_exit() {
	script_cleanup="$1
$script_cleanup"
}

script_exit() {
	script_rc=$?
	trap - EXIT HUP INT TERM
	set +e
	eval "$script_cleanup"
	rm -rf "$T"
	exit "$script_rc"
}
trap script_exit EXIT
trap 'exit 129' HUP INT TERM
