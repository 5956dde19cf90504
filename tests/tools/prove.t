#!/bin/sh
# prove.t - what tests/tools/prove.sh shows of tests that fail
. "$(dirname "$0")/../lib.sh"
need prove

# plant NAME: a test, from standard input.
plant() {
	{
		echo '#!/bin/sh'
		cat
	} >"$T/$1"
	chmod +x "$T/$1"
}

# prove_planted NAME...: by prove.sh, two at a time; out is what it says.
prove_planted() {
	(cd "$T" && P2V_BUILD=$T/build "$ROOT/tests/tools/prove.sh" --jobs 2 "$@")
}

# after LINE FILE: what follows the first line that begins like this.
after() { awk -v start="$1" 'found; index($0, start) == 1 { found = 1 }' "$2"; }

plant good.t <<'X'
echo "ok 1 - all is well"
echo "# a good test's chatter"
echo "a good test's warning" >&2
echo "1..1"
X
plant shell.t <<'X'
echo "ok 1 - the first"
echo "ok 2 - the second"
echo "# chatter of the second"
echo "ok 3 - the third"
echo "vm box: no ssh within 90 s; the console's last lines:" >&2
printf '| \033[31mKernel panic\033[0m\r\n' >&2
echo "not ok 4 - the fourth"
echo "# got  1"
echo "# want 2"
echo "ok 5 - the fifth"
echo "1..5"
exit 1
X
plant unit.t <<'X'
echo "# unit.c:7: not true: a == b"
echo "not ok 1 - test_unit"
echo "1..1"
exit 1
X
plant crash.t <<'X'
echo "ok 1 - before"
echo "about to read address 0" >&2
kill -SEGV $$
X
plant plan.t <<'X'
echo "ok 1 - only"
echo "1..3"
X
plant long.t <<'X'
echo "not ok 1 - long"
seq -f '# line %g' 1 1000
echo "1..1"
exit 1
X
plant bail.t <<'X'
echo "ok 1 - so far"
echo "Bail out! this test needs a moon"
exit 1
X
plant skip.t <<'X'
echo "ok 1 # skip no moon"
echo "1..1"
X
plant none.t <<'X'
echo "1..0 # SKIP no moon"
X

check_status "tests that pass" 0 prove_planted good.t
check_has "are named" "$T/out" good.t
check_fails "and say nothing" grep -q "chatter\|warning" "$T/out" "$T/err"
check_has "what they said is kept" "$T/build/tap/good.t.tap" "# a good test's chatter"
check_has "with their standard error" "$T/build/tap/good.t.err" "a good test's warning"

check_status "tests that fail" 1 prove_planted good.t shell.t unit.t crash.t plan.t
cp "$T/out" "$T/all"
after "==== shell.t failed" "$T/all" >"$T/shell"
check_has "a failed check is shown" "$T/shell" "not ok 4 - the fourth"
check_has "with the diagnostics after it" "$T/shell" "# want 2"
check_has "and the test's standard error, a console without its colours" "$T/shell" "| [31mKernel panic"
check_fails "checks that hold are not" grep -q "the first\|the fifth\|chatter of the second" "$T/shell"
after "==== unit.t failed" "$T/all" >"$T/unit"
check_has "the diagnostics before a failed check" "$T/unit" "# unit.c:7: not true: a == b"
check_has "a crash has its status" "$T/all" "==== crash.t failed (exit status 139)"
check_has "its last words" "$T/all" "about to read address 0"
check_has "and its reason" "$T/all" "Segmentation fault"
check_has "a plan that was not kept" "$T/all" "==== plan.t failed (exit status 0)"
check_fails "a good test is not among them" grep -q "==== good.t" "$T/all"
check_eq "the last line is prove's" "Result: FAIL" "$(tail -n 1 "$T/all")"
check_has "after the count" "$T/all" "Files=5, Tests=9"

check_status "a long story" 1 prove_planted long.t
check_has "begins" "$T/out" "# line 1"
check_has "ends" "$T/out" "# line 1000"
check "and is short" test "$(wc -l <"$T/out")" -lt 200

check_status "a test that bails out" 1 prove_planted bail.t
after "==== bail.t failed" "$T/out" >"$T/bail"
check_has "says why" "$T/bail" "Bail out! this test needs a moon"
check_status "a skip is a failure" 1 prove_planted skip.t
check_has "and named" "$T/err" "skip.t skips a test"
check_status "as is a whole test that is skipped" 1 prove_planted none.t
check_status "no test is a failure" 1 prove_planted
check_status "nor may one be missing" 1 prove_planted no-such.t

done_testing
