#!/bin/sh
# Further passes over chunks that the target has: a lost map comes back by asking,
# a delta and a query tell what is not as it was, for every chunk size.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli/receive-lib.sh"
export CHUNK_SIZE

# One connection's memory, in a build as it is installed, and with what
# AddressSanitizer keeps of freed memory.
most=$((48 << 20))
! ldd "$B/p2v-receive" | grep -q libasan || most=$((256 << 20))

# passes SCENARIO: a push to a target that holds something else.
passes() {
	head -c 33554432 /dev/urandom >"$T/target.img"
	push "$1" "$T/source.img" "$T/target.img"
	name="$1, chunks of $CHUNK_SIZE"
	check_has "$name: the push goes through" "$T/out" "control 0"
	check_has "$name: its data process too" "$T/out" "data 0"
	check_eq "$name: in the end both agree" "$(grep '"differ"' "$T/out" | tail -n 1)" '{"differ":[]}'
	check "$name: the disk is the source's" disk_arrived
	# shellcheck disable=SC2016 # these are awk's
	check "$name: with no more memory than there is" awk -v most=$most \
		'/^rss / && ($2 > most || $2 < 1000000) { bad = 1; print } END { exit bad }' "$T/out"
}

# line N: what the Nth pass said; its words are
# pass: SENT sent BYTES bytes, N stored N bad N proven N missing
line() { grep '^pass:' "$T/out" | sed -n "$1p"; }
sent() { line "$1" | cut -d ' ' -f 2; }
bytes() { line "$1" | cut -d ' ' -f 4; }
word() { line "$1" | sed "s/.* \([0-9]*\) $2.*/\1/"; }
seals() { grep '"differ"' "$T/out" | sed -n "$1p"; }

# All that is in use, by the file system's own opinion and the raw volume's bytes.
disk_arrived() {
	cmp -n 1048576 "$T/source.img" "$T/target.img" || return 1
	same_sectors "$T/source.img" "$T/target.img" 53248 4096 || return 1
	sectors "$T/target.img" 6144 32768 >"$T/fs"
	e2fsck -fn "$T/fs" || return 1
	debugfs -R "dump /data $T/data" "$T/fs" 2>/dev/null
	cmp "$T/data" "$T/tree/data"
}

make_mbr "$T/source.img"
for CHUNK_SIZE in 65536 1048576 4194304; do
	passes pass-full
	all=$(sent 1)
	check_eq "$name: each chunk was stored" "$(word 1 stored)" "$all"
	check_has "$name: and is in the map" "$T/out" "map: 0 missing"

	passes pass-lost-map
	check "$name: it was lost" test "$(seals 1)" != '{"differ":[]}'
	check_eq "$name: every chunk is asked for" "$(sent 2)" "$all"
	check_eq "$name: and no data is sent" "$(bytes 2)" 0
	check_eq "$name: nothing is stored" "$(word 2 stored)" 0
	check_eq "$name: all are proven" "$(word 2 proven)" "$all"
	check_eq "$name: the map is what it was" "$(seals 2)" '{"differ":[]}'
	check_has "$name: chunk by chunk" "$T/out" "map: 0 missing"

	passes pass-query-other
	check_eq "$name: one chunk is not there" "$(word 2 missing)" 1
	check_eq "$name: the others are" "$(word 2 proven)" "$((all - 1))"
	check "$name: SEALED names its volume" test "$(seals 2)" != '{"differ":[]}'
	check_has "$name: MAP names the chunk" "$T/out" "map: 1 missing"
	check_eq "$name: it is sent in full" "$(sent 3) $(word 3 stored)" "1 1"

	passes pass-delta
	check_eq "$name: one chunk, one sector" "$(sent 2) $(bytes 2)" "1 512"
	check_eq "$name: it is proven" "$(word 2 proven)" 1
	check_eq "$name: and sealed" "$(seals 1)" '{"differ":[]}'
	check_eq "$name: back again" "$(word 3 proven)" 1

	passes pass-delta-other
	check_eq "$name: what was not as it was is found" "$(word 2 missing)" 1
	check "$name: SEALED names its volume" test "$(seals 1)" != '{"differ":[]}'
	check_has "$name: MAP names the chunk" "$T/out" "map: 1 missing"
	check_eq "$name: it is sent in full" "$(sent 3) $(word 3 stored)" "1 1"
	check_eq "$name: and agrees then" "$(seals 2)" '{"differ":[]}'
done

for CHUNK_SIZE in 32768 98304 8388608; do
	push ok "$T/source.img" "$T/target.img"
	check_has "chunks of $CHUNK_SIZE are refused" "$T/out" "ERROR bad-plan: plan: chunk_size must be"
done
done_testing
