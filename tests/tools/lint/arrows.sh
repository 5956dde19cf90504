# arrows.sh - who may use whom; sourced by lint.sh
# shellcheck disable=SC2154 # lint.sh sets the lists of files

# includes: FILE:LINE:NAME of every header of our own.
includes() {
	in_files "$src_files" grep -n '^[ \t]*#[ \t]*include "' /dev/null | sed 's/:[ \t]*#.*include "\([^"]*\)".*/:\1/'
}

layers() { includes | awk -f "$lint/layers.awk" docs/architecture.rst -; }

circles() { includes | awk -f "$lint/circles.awk"; }

# A program's main has nothing to offer to others.
modules() {
	for file in $(files 'src/*.c'); do
		case $file in src/*/main.c) continue ;; esac
		[ -e "${file%.c}.h" ] || echo "$file has no ${file%.c}.h"
	done
}

# What the shell of a folder may source: folders, or single files. That an initrd and
# a migrated system get their drivers in the same way is why there are two of these.
shell_may_use='hooks: hooks initrd/files
initrd: initrd fixups/kmod.sh fixups/initramfs.sh
fixups: fixups'

# may_source FILE SOURCED
may_source() {
	for place in $(printf '%s\n' "$shell_may_use" | sed -n "s|^${1%%/*}: ||p"); do
		case $2 in "$place" | "$place"/*) return 0 ;; esac
	done
	return 1
}

# sources FILE: LINE:PATH of what it sources: what the line before tells shellcheck
# (with "= " in front), else what the line itself says.
sources() {
	awk '
	/^[ \t]*# shellcheck source=/ {
		said = $0
		sub(/.*source=/, "", said)
		sub(/[ \t].*/, "", said)
		next
	}
	/^[ \t]*(\.|source)[ \t]/ || /(;|&&|\|\||\{|then|do)[ \t]+\.[ \t]+[^ \t]/ {
		path = $0
		sub(/^.*(^|[ \t])(\.|source)[ \t]+/, "", path)
		sub(/[ \t;|&].*$/, "", path)
		gsub(/"/, "", path)
		print FNR ":" (said != "" ? "= " said : path)
	}
	{ said = "" }' "$1"
}

# sourced_by FILE WORD: the files of the tree that this may be. Of a path that begins
# in a variable, those that end like it.
sourced_by() {
	case $2 in
	'= /dev/null' | /*) return ;;
	'= '*)
		path=$(dirname "$1")/${2#= }
		[ ! -e "$path" ] || realpath --relative-to=. "$path"
		return
		;;
	esac
	end=$(printf '%s\n' "$2" | sed 's/^.*[})]\///; s/^[$][A-Za-z_0-9]*\///; s/^\(\.\.*\/\)*//')
	case $end in '' | *[\$*]*) return ;; esac
	files "hooks/$end" "hooks/*/$end" "initrd/$end" "initrd/*/$end" \
		"fixups/$end" "fixups/*/$end" "$end"
}

shell_sources() {
	for file in $(printf '%s\n' "$shell_files" | grep -E '^(hooks|initrd|fixups)/'); do
		sources "$file" | while IFS=: read -r line word; do
			found=$(sourced_by "$file" "$word" | tr '\n' ' ')
			for name in $found; do
				! may_source "$file" "$name" || found=
			done
			[ -z "$found" ] || echo "$file:$line: sources $found"
		done
	done
}

# Nor may initrd and fixups read or copy what is in hooks.
shell_reads() {
	hooks=$(files 'hooks/*' | sed 's/[.+]/\\&/g' | tr '\n' '|')
	[ -z "$hooks" ] || in_files "$(files 'initrd/*' 'fixups/*')" \
		grep -nE "(^|[^A-Za-z0-9_.-])(${hooks%|})([^A-Za-z0-9_-]|\$)" /dev/null | grep -v ':[0-9]*:[ 	]*#'
}

shell_arrows() {
	shell_sources
	shell_reads
}
