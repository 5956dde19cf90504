#!/bin/sh
# prove.sh [--jobs N] FILE... - run tests with prove(1); a skip is a failure
#
# There is one way to run a test here: it is an executable that prints TAP.
# Patterns that matched nothing are an error as well, so that a folder cannot
# fall silent.
set -eu

jobs=1
if [ "${1:-}" = --jobs ]; then
	jobs=$2
	shift 2
fi
[ $# -gt 0 ] || {
	echo "prove.sh: no test files" >&2
	exit 1
}
for file in "$@"; do
	[ -x "$file" ] || {
		echo "prove.sh: $file: no such test, or not executable" >&2
		exit 1
	}
done

log=$(mktemp "${TMPDIR:-/tmp}/p2v-prove.XXXXXX")
trap 'rm -f "$log"' EXIT
status=0
{ prove --jobs "$jobs" --timer --exec '' "$@" || echo failed >"$log.status"; } 2>&1 | tee "$log"
if [ -e "$log.status" ]; then
	rm -f "$log.status"
	status=1
fi
if grep -q skipped "$log"; then
	echo "prove.sh: a test was skipped; say what it needs with 'need' instead" >&2
	status=1
fi
exit "$status"
