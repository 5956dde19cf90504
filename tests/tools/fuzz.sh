#!/bin/sh
# fuzz.sh BUILD SECONDS NAME... - run each fuzz target on a copy of its corpus
#
# A new input that crashes is left in BUILD/tests/fuzz and named; add it to
# tests/fuzz/corpus/NAME with the fix.
set -eu

build=$1
seconds=$2
shift 2
# 0 would mean for ever.
[ "$seconds" -ge 1 ] || {
	echo "fuzz.sh: FUZZ_SECONDS must be at least 1" >&2
	exit 1
}
root=$(cd "$(dirname "$0")/../.." && pwd)
passed=0
failed=0
for name in "$@"; do
	work=$build/tests/fuzz/work-$name
	rm -rf "$work"
	mkdir -p "$work"
	cp "$root/tests/fuzz/corpus/$name"/* "$work"/
	if "$build/tests/fuzz/fuzz-$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-max_len=65536 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$build/tests/fuzz/crash-$name-" "$work" >"$work.log" 2>&1; then
		passed=$((passed + 1))
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work.log")
		echo "fuzz $name: ${seconds}s, ${runs:-?} inputs, no crash"
	else
		failed=$((failed + 1))
		echo "fuzz $name: FAILED"
		tail -n 40 "$work.log"
	fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
