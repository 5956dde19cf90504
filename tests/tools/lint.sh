#!/bin/sh
# lint.sh [RULE...] - rules of this tree that a compiler does not know
#
# A rule is a function that prints what breaks it. They are in lint/*.sh, the list
# of them is at the end. tests/tools/lint.t plants a violation of each.
set -u
cd "$(dirname "$0")/../.." || exit 1
lint=tests/tools/lint
broken=0

for tool in awk clang-format shellcheck dash busybox codespell cppcheck rst2html; do
	command -v "$tool" >/dev/null 2>&1 || {
		echo "lint: $tool is missing; 'make deps' installs it" >&2
		exit 1
	}
done

# What belongs to the tree: also what is not committed yet, but is not ignored. A tree
# of somebody else's is still one (safe.directory); one without git, from an archive,
# is what lies there.
list_tree() {
	git -c safe.directory="$PWD" -c core.quotePath=off ls-files -co --exclude-standard 2>/dev/null ||
		find . -path ./.git -prune -o -path './build*' -prune -o -type f -print | sed 's|^\./||'
}
tree=$(list_tree | sort -u | while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
[ -n "$tree" ] || {
	echo "lint: there are no files here" >&2
	exit 1
}

# files PATTERN...: those of the tree that match one (as in `case`).
files() {
	printf '%s\n' "$tree" | while read -r file; do
		for pattern in "$@"; do
			# shellcheck disable=SC2254 # it is a pattern
			case $file in $pattern)
				echo "$file"
				break
				;;
			esac
		done
	done
}

# What tests read is not held to rules about what people read.
is_fixture() {
	case $1 in
	tests/*/corpus/* | tests/fixups/*/*/* | tests/cli/boot/*) return 0 ;;
	esac
	return 1
}

# Shell programs are found by their first line, so none can hide; the files
# that are only sourced end in .sh.
find_shell() {
	printf '%s\n' "$tree" | while read -r file; do
		! is_fixture "$file" || continue
		case $file in
		*.sh) echo "$file" ;;
		*)
			IFS= read -r first <"$file" 2>/dev/null || continue
			case $first in '#!/bin/sh'* | '#!/usr/bin/ash'*) echo "$file" ;; esac
			;;
		esac
	done
}

src_files=$(files 'src/*.[ch]')
c_files=$(files 'src/*.[ch]' 'initrd/*.[ch]' 'tests/*.[ch]')
shell_files=$(find_shell)
awk_files=$(files '*.awk')
rst_files=$(files '*.rst')

# in_files LIST COMMAND...: the command with a list's files as its last arguments.
in_files() {
	list=$1
	shift
	[ -z "$list" ] || printf '%s\n' "$list" | xargs -d '\n' "$@"
}

# shellcheck source=lint/arrows.sh
. "$lint/arrows.sh"
# shellcheck source=lint/sizes.sh
. "$lint/sizes.sh"
# shellcheck source=lint/c.sh
. "$lint/c.sh"
# shellcheck source=lint/text.sh
. "$lint/text.sh"

# rule FUNCTION TEXT: what the function prints is what breaks the rule. What its
# tools complain about is no less a finding: a rule that cannot be checked is broken.
rule() {
	case " $wanted " in *" $1 "* | '  ') ;; *) return ;; esac
	checked=$((checked + 1))
	findings=$("$1" 2>&1)
	if [ -n "$findings" ]; then
		echo "lint: $1: $2:"
		printf '%s\n' "$findings" | sed 's/^/  /' | head -n 60
		broken=$((broken + 1))
	fi
}

wanted=$*
checked=0
rule layers "a layer includes what is above it (docs/architecture.rst)"
rule circles "modules that include each other"
rule modules "a module is x.c and x.h"
rule shell_arrows "shell that uses a folder it may not use"
rule foreign_libraries "a foreign library has more than one user"
rule diagnostics "library code prints or exits"
rule assertions "assert on input"
rule typedefs "a type behind another name"
rule unfinished "left open"
rule sizes "grown large (60 lines a function, 500 a file)"
rule formatting "not in the shape of .clang-format"
rule shell_style "shellcheck, dash -n, busybox sh -n"
rule documents "documents name what is not there, or are not sound"
rule spelling "spelling"
rule cpp_check "cppcheck"
rule places "a path or host of somebody's machine"

[ $# = 0 ] || [ "$checked" = $# ] || {
	echo "lint: not all of these are rules: $wanted" >&2
	exit 1
}
if [ "$broken" = 0 ]; then
	echo "lint: all rules hold"
else
	echo "lint: rules that are broken: $broken"
	exit 1
fi
