#!/bin/sh
# ramboot-fixture.sh - prints everything about the files in the current folder
# that a copy must keep, one line for each; the same on the disk and in RAM.
export LC_ALL=C TZ=UTC
find . ! -type d -exec stat -c '%n|%F|%a|%u|%g|%h|%s|%y|%t:%T' '{}' + | sort
find . -type d -exec stat -c '%n|%F|%a|%u|%g|%y' '{}' + | sort
find . -type l -printf '%p -> %l\n' | sort
find . -type f ! -name sparse -exec sha256sum '{}' + | sort
tail -c +209715201 sparse | head -c 16 | sha256sum
find . -exec getfattr -h -d -m '^(security|system)' -e hex '{}' + |
	awk 'BEGIN { RS = ""; FS = "\n"; OFS = " " } { $1 = $1; print }' | sort
