#!/bin/sh
# lint.sh - rules of this tree that a compiler does not know
#
# Each rule is a function that prints what breaks it; the list is at the end.
set -u
cd "$(dirname "$0")/../.." || exit 1
broken=0

# rule NAME FUNCTION: what the function prints is what breaks the rule.
rule() {
	findings=$("$2")
	if [ -n "$findings" ]; then
		echo "lint: $1:"
		printf '%s\n' "$findings" | sed 's/^/  /' | head -n 40
		broken=$((broken + 1))
	fi
}

c_files() { git ls-files 'src/*.c' 'src/*.h' 'tests/*.c' 'tests/*.h'; }
# Shell programs are found by their first line, so none can hide; the files
# that are only sourced end in .sh.
shell_files() {
	git ls-files | while read -r file; do
		case $file in
		tests/*/corpus/* | tests/fixups/*/*/* | tests/cli/boot/*) continue ;;
		*.sh) echo "$file" ;;
		*)
			IFS= read -r first <"$file" 2>/dev/null || continue
			case $first in '#!/bin/sh'*) echo "$file" ;; esac
			;;
		esac
	done
}

# LAYER may include only itself, util, version.h and the named layers.
layer_allows() {
	layer=$1
	shift
	allowed="util $layer $*"
	grep -rn --include='*.[ch]' '#include "' src/"$layer" | while IFS= read -r line; do
		header=${line#*\"}
		header=${header%\"*}
		case $header in version.h) continue ;; esac
		for name in $allowed; do
			case $header in "$name"/*) continue 2 ;; esac
		done
		echo "$line"
	done
}

layers() {
	layer_allows util
	layer_allows table
	layer_allows bootconf
	layer_allows initramfs
	layer_allows plan table
	layer_allows wire plan table
	layer_allows source wire plan table
	layer_allows push source wire plan table
	layer_allows disk table
	layer_allows find bootconf
	layer_allows kexec bootconf initramfs
	layer_allows menu bootconf
	layer_allows boot menu find kexec bootconf initramfs
	layer_allows receive wire plan table disk find kexec bootconf initramfs
}

# Each foreign library is known to exactly one file.
one_user() {
	pattern=$1
	users=$(grep -lE "#include <($pattern)" src/*/*.[ch])
	[ "$(printf '%s\n' "$users" | grep -c .)" -le 1 ] || echo "$pattern: $users"
}

foreign_libraries() {
	one_user 'jansson'
	one_user 'blkid/'
	one_user 'xxhash'
	one_user 'zstd'
	one_user 'ext2fs/'
	one_user 'libssh/'
	one_user 'parted/'
	one_user 'libmount/'
	one_user 'archive'
}

diagnostics() {
	# Library code says things through util/log.h only; mains, and the
	# modules that draw on a terminal, write themselves.
	grep -nE '\b(perror|printf|fprintf|puts|exit|abort)\(' src/*/*.c |
		grep -vE 'src/(push|receive|boot)/(main|cli|options|show|progress|report|menu|usage)\.c|src/util/log\.c|snprintf|_exit\(|fprintf\(out, '
}

assertions() { grep -nE '\bassert\(' src/*/*.[ch]; }

unfinished() { c_files | xargs grep -nE '\b(TODO|FIXME|XXX|HACK)\b|^#if 0'; }

sizes() {
	for file in $(git ls-files 'src/*.c'); do
		awk -v file="$file" '
			/^[A-Za-z_].*\(/ && !/;[ \t]*$/ { name = $0; at = FNR }
			/^\{/ { start = FNR }
			/^\}/ { if (start && FNR - start > 80)
					printf "%s:%d: %d lines: %s\n", file, at, FNR - start, name
				start = 0 }
			END { if (FNR > 500) printf "%s: %d lines in the file\n", file, FNR }' "$file"
	done
}

formatting() { c_files | xargs clang-format --dry-run 2>&1 | grep warning; }

shell_style() {
	shell_files | xargs shellcheck -s sh -x -P SCRIPTDIR -e SC1091,SC2317 2>&1
	shell_files | while read -r file; do dash -n "$file" 2>&1; done
}

# README's reading order names files that exist, and the man pages are sound.
documents() {
	# shellcheck disable=SC2016 # these are reStructuredText's quotes
	sed -n '/^Reading the source/,/^Tests$/s/``\([a-z0-9_./-]*\)``/\n@\1\n/gp' README.rst | sed -n 's/^@//p' |
		while read -r name; do [ -e "$name" ] || echo "README.rst names $name"; done
	for file in $(git ls-files '*.rst'); do
		rst2html --halt=5 --report=2 "$file" /dev/null 2>&1
	done
}

spelling() {
	git ls-files '*.rst' '*.c' '*.h' '*.sh' | xargs codespell -q 3 \
		-L "msdos,fo,te,nd,ot,ba,ue,inout,crate,hda,parm,ro" 2>&1
}

# cppcheck does not know the cleanup attribute, so it sees leaks everywhere.
cpp_check() {
	cppcheck --quiet --error-exitcode=0 --enable=warning,portability --inline-suppr -j 2 \
		--suppress=missingIncludeSystem --suppress=memleak --std=c11 -Isrc src 2>&1 | grep -E '(error|warning):'
}

# Neither this machine's paths nor a package host belongs into the tree.
places() { git ls-files | xargs grep -nE '(^|[^A-Za-z0-9}])/(work|home|tmp/wt)/|deb\.debian\.org' 2>/dev/null | grep -v '^tests/tools/lint.sh'; }

rule "a layer includes what is above it" layers
rule "a foreign library has more than one user" foreign_libraries
rule "library code prints or exits" diagnostics
rule "assert on input" assertions
rule "left open" unfinished
rule "grown large (80 lines a function, 500 a file)" sizes
rule "not in the shape of .clang-format" formatting
rule "shellcheck, dash -n" shell_style
rule "documents" documents
rule "spelling" spelling
rule "cppcheck" cpp_check
rule "a path or host of somebody's machine" places

if [ "$broken" = 0 ]; then
	echo "lint: all rules hold"
else
	echo "lint: $broken rules are broken"
	exit 1
fi
