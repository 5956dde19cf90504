#!/bin/sh
# manifest.sh DIR... - everything about the files below, one line for each
#
# Run on the source's disk when it is made, and over ssh on the migrated
# machine; the outputs must be the same. Sockets are left out; "sparse" is said
# of files that occupy less than their size.
set -eu
LC_ALL=C
export LC_ALL

describe() {
	for f in "$@"; do
		stat -c '%F mode=%a owner=%u:%g links=%h mtime=%Y name=%N' -- "$f"
		if [ -L "$f" ]; then
			continue
		fi
		if [ -f "$f" ]; then
			printf '  size=%s ' "$(stat -c %s -- "$f")"
			[ "$(stat -c %b -- "$f")" -ge $(($(stat -c %s -- "$f") / 512)) ] || printf 'sparse '
			sha256sum <"$f"
		fi
		getfattr --absolute-names -d -m - -e hex -- "$f" 2>/dev/null |
			grep -v '^#' | sed '/^$/d; s/^/  /' || :
		if [ -p "$f" ]; then
			continue
		fi
		getfacl -cp -- "$f" 2>/dev/null | sed '/^$/d; s/^/  acl /' || :
	done
}

if [ "${1:-}" = --describe ]; then
	shift
	describe "$@"
	exit
fi
for d in "$@"; do
	find "$d" -xdev ! -type s -print0 | sort -z | xargs -0 -r sh "$0" --describe
done
