#!/bin/sh
# prove.sh [--jobs N] FILE... - run tests with prove(1); a skip is a failure
#
# There is one way to run a test here: it is an executable that prints TAP.
# Patterns that matched nothing are an error as well, so that a folder cannot
# fall silent.
#
# What a test says is kept in BUILD/tap/: NAME.tap, and NAME.err for its standard
# error. prove shows nothing of it; so at the end, the failed checks of every
# failed test are shown with their diagnostics, and then prove's closing lines
# once more. A green run stays as short as prove makes it.
set -eu

# How many lines of each failed test's outputs are shown, how wide, and of how
# many tests; the others are named.
P2V_TAP_LINES=${P2V_TAP_LINES:-120}
P2V_TAP_WIDTH=${P2V_TAP_WIDTH:-400}
P2V_TAP_TESTS=${P2V_TAP_TESTS:-12}

# tap_name FILE: its record's name.
tap_name() { printf '%s' "$1" | tr / _; }

# run_one FILE: what prove calls for each test. Its TAP goes to prove as well. The
# shell that waits for it has the same standard error: it says who died of what.
run_one() {
	record=$P2V_TAP/$(tap_name "$1")
	case $1 in */*) set -- "$1" ;; *) set -- "./$1" ;; esac
	{
		status=0
		"$1" || status=$?
		echo "$status" >"$record.status"
	} 2>"$record.err" | tee "$record.tap"
	read -r status <"$record.status"
	return "$status"
}

# failed_checks: of a test's output, what belongs to the failed checks: their
# lines, and the diagnostics before and after, because C's tests print them before
# the line and shell's after it. What follows the last check always belongs to it:
# the reason of a crash or of a bail-out.
failed_checks() {
	awk '
	function flush(wanted, i) {
		if (wanted)
			for (i = 0; i < n; i++)
				print part[i]
		n = 0
	}
	/^not ok/ { flush(1); print; last = 1; next }
	/^(not )?ok/ { flush(last); last = 0; next }
	{ part[n++] = $0 }
	END { flush(1) }' "$1"
}

# shorten LINES: of a long text, the beginning and the end.
# Consoles send more than text.
shorten() {
	tr -d '\000-\010\013-\037\177' | cut -c "1-$P2V_TAP_WIDTH" | awk -v most="$1" '
	NR <= most - int(most / 3) { print; next }
	{ ring[NR % int(most / 3)] = $0 }
	END {
		left = NR - most
		if (left > 0)
			printf "... %d lines left out ...\n", left
		from = NR - int(most / 3) + 1
		if (from <= most - int(most / 3))
			from = most - int(most / 3) + 1
		for (i = from; i <= NR; i++)
			print ring[i % int(most / 3)]
	}'
}

# has_failed FILE: by its status, by what it said, or in prove's opinion (a plan
# that was not kept).
has_failed() {
	record=$P2V_TAP/$(tap_name "$1")
	[ -e "$record.tap" ] || return 1
	[ "$(cat "$record.status" 2>/dev/null)" = 0 ] || return 0
	grep -q '^not ok' "$record.tap" && return 0
	awk -v file="$1" '$1 == file && /\(Wstat: / { found = 1 } END { exit !found }' "$log"
}

report() {
	shown=0
	for file in "$@"; do
		has_failed "$file" || continue
		record=$P2V_TAP/$(tap_name "$file")
		said=$(cat "$record.status" 2>/dev/null || echo "none, it was stopped")
		echo
		echo "==== $file failed (exit status $said); all that it said: $record.tap"
		shown=$((shown + 1))
		[ "$shown" -le "$P2V_TAP_TESTS" ] || continue
		failed_checks "$record.tap" | shorten "$P2V_TAP_LINES"
		[ -s "$record.err" ] || continue
		echo "---- its standard error: $record.err"
		shorten "$P2V_TAP_LINES" <"$record.err"
	done
}

if [ "${1:-}" = --one ]; then
	run_one "$2"
	exit
fi
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

P2V_TAP=${P2V_BUILD:-build}/tap
mkdir -p "$P2V_TAP"
P2V_TAP=$(cd "$P2V_TAP" && pwd)
export P2V_TAP
for file in "$@"; do
	record=$P2V_TAP/$(tap_name "$file")
	rm -f "$record.tap" "$record.err" "$record.status"
done
log=$(mktemp "${TMPDIR:-/tmp}/p2v-prove.XXXXXX")
trap 'rm -f "$log" "$log.status"' EXIT
# Stopped from outside (CI's time limit), what has failed so far is told as well.
trap 'report "$@"; exit 143' HUP INT TERM
status=0
{ prove --jobs "$jobs" --timer --exec "$0 --one" "$@" || echo failed >"$log.status"; } 2>&1 | tee "$log"
if [ -e "$log.status" ]; then
	status=1
fi
for file in "$@"; do
	record=$P2V_TAP/$(tap_name "$file")
	if grep -qiE '^(ok|not ok|1\.\.0).*# *skip' "$record.tap" 2>/dev/null; then
		echo "prove.sh: $file skips a test; say what it needs with 'need' instead" >&2
		status=1
	fi
done
if [ "$status" != 0 ]; then
	report "$@"
	echo
	grep -E '^(Files=|Result: |FAILED--)' "$log" || :
fi
exit "$status"
