# shellcheck shell=sh
# cases.sh - a fixup on small trees, under dash and under busybox sh; sourced by
# the NN-name.t beside it (NN-name.t CASE runs one case)
#
# tests/fixups/NN-name/CASE/ has
#     in/      the migrated root             (missing: empty)
#     facts/   what the target is            (missing: empty)
#     want/    the root afterwards           (missing: the same as in/)
#     out      what the fixup says, whole
#     status   its exit status               (missing: 0)
#     setup    sourced after in/ was copied, for what git cannot hold;
#              case_root and case_facts are the copies
#     check    sourced after the first run, instead of comparing with want/
# The saved copies and the undo program are not in want/: they are proven by
# using them. A second run must change nothing, and undo must give in/ back.
# shellcheck disable=SC2317 # functions are called through check
. "$(dirname "$0")/../lib.sh"
need dash busybox p2v-boot cpio depmod modprobe gcc zstd xz gzip lz4 unmkinitramfs

# alike A B: names, types, contents, links. Modes of want/ are the checkout's.
alike() {
	diff -r --no-dereference "$1" "$2" >"$T/.diff" && return 0
	# diff finds no pipe equal to another one.
	! grep -v 'is a fifo while file .* is a fifo$' "$T/.diff"
}

# same_tree A B: the modes as well.
same_tree() {
	alike "$1" "$2" || return 1
	tree_modes "$1" >"$T/modes.a"
	tree_modes "$2" >"$T/modes.b"
	diff "$T/modes.a" "$T/modes.b"
}

tree_modes() { (cd "$1" && find . ! -type l -printf '%y %m %p\n' | sort -k 3); }

copy_tree() {
	rm -rf "$2"
	mkdir -p "$2"
	[ ! -d "$1" ] || cp -a "$1/." "$2/"
}

# run_fixup SHELL: the environment is what p2v-receive gives.
run_fixup() {
	# shellcheck disable=SC2086,SC2154 # "busybox sh" are two words; setup sets stub
	(cd / && env -i PATH="${stub:+$stub:}$PATH" LC_ALL=C TMPDIR="$T" P2V_ROOT="$case_root" P2V_FACTS="$case_facts" \
		$1 "$ROOT/fixups/$fixup" "$case_root")
}

# What is compared with want/: the root without what other checks prove.
visible_tree() {
	copy_tree "$case_root" "$T/visible"
	rm -rf "$T/visible/var/lib/p2v-target/undo" "$T/visible/var/lib/p2v-target/saved"
}

without_state() {
	copy_tree "$1" "$2"
	rm -rf "$2/var/lib/p2v-target"
	rmdir "$2/var/lib" "$2/var" 2>/dev/null || :
}

run_case() {
	case_dir=$ROOT/tests/fixups/$fixup/$case
	case_root=$T/root
	case_facts=$T/facts
	title="$fixup $case ($1)"
	stub=
	rm -rf "$T/outside"
	mkdir "$T/outside"
	copy_tree "$case_dir/in" "$case_root"
	copy_tree "$case_dir/facts" "$case_facts"
	# shellcheck source=/dev/null
	[ ! -e "$case_dir/setup" ] || . "$case_dir/setup"
	copy_tree "$case_root" "$T/before"
	copy_tree "$T/outside" "$T/outside.before"

	want_status=0
	[ ! -e "$case_dir/status" ] || want_status=$(cat "$case_dir/status")
	check_status "$title: exit status" "$want_status" run_fixup "$1"
	sed "s#$T#SCRATCH#g" "$T/out" >"$T/out.plain"
	check "$title: what it says" diff "$case_dir/out" "$T/out.plain"
	if [ ! -e "$case_dir/check" ]; then
		want=$case_dir/want
		[ -d "$want" ] || want=$T/before
		visible_tree
		check "$title: the result" alike "$want" "$T/visible"
	else
		# shellcheck source=/dev/null
		. "$case_dir/check"
	fi
	check "$title: nothing outside the root is touched" same_tree "$T/outside.before" "$T/outside"

	copy_tree "$case_root" "$T/once"
	run_fixup "$1" >"$T/again" 2>&1 || :
	check_fails "$title: a second run applies nothing" grep '^applied' "$T/again"
	check "$title: a second run changes nothing" same_tree "$T/once" "$case_root"
	undo_case "$1"
}

undo_case() {
	[ -e "$case_root/var/lib/p2v-target/undo" ] || return 0
	check "$title: undo is there" cmp "$ROOT/fixups/undo" "$case_root/var/lib/p2v-target/undo"
	# shellcheck disable=SC2086 # "busybox sh" are two words
	check "$title: undo --all" $1 "$case_root/var/lib/p2v-target/undo" --root "$case_root" --all
	without_state "$case_root" "$T/undone"
	without_state "$T/before" "$T/before.plain"
	check "$title: undo gives the original back" same_tree "$T/before.plain" "$T/undone"
	check "$title: undo leaves an empty manifest" test ! -s "$case_root/var/lib/p2v-target/manifest"
}

# run_cases FIXUP [CASE]
run_cases() {
	fixup=$1
	for case_path in "$ROOT/tests/fixups/$fixup"/*/; do
		case=${case_path%/}
		case=${case##*/}
		[ -z "${2:-}" ] || [ "$2" = "$case" ] || continue
		for shell in dash "busybox sh"; do
			run_case "$shell"
		done
	done
	done_testing
}
