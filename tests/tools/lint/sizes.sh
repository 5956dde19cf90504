# sizes.sh - how long functions and files are; sourced by lint.sh
# shellcheck disable=SC2154 # lint.sh sets the lists of files

# May be longer: FILE FUNCTION (- for the file itself) and the reason. Flat text
# that falls apart when it is cut, nothing else. FILE may be a pattern.
may_be_long='src/boot/main.c set_option one flat switch over the options
tests/unit/*.c - the cases of one module, side by side'

# excused FILE NAME
excused() {
	printf '%s\n' "$may_be_long" | {
		while read -r pattern name reason; do
			# shellcheck disable=SC2254 # it is a pattern
			case $1 in $pattern) [ "$2" != "$name" ] || exit 0 ;; esac
		done
		exit 1
	}
}

# Findings are FILE NAME LENGTH LINE; NAME is - for a file.
measure() {
	for file in $c_files; do awk -v file="$file" -v language=c -f "$lint/sizes.awk" "$file"; done
	for file in $shell_files; do awk -v file="$file" -v language=sh -f "$lint/sizes.awk" "$file"; done
	for file in $awk_files; do awk -v file="$file" -v language=awk -f "$lint/sizes.awk" "$file"; done
}

sizes() {
	long=$(measure)
	printf '%s\n' "$long" | while read -r file name length line; do
		! excused "$file" "$name" || continue
		case $name in
		'') ;;
		-) echo "$file: $length lines" ;;
		*) echo "$file:$line: $length lines in $name" ;;
		esac
	done
	printf '%s\n' "$may_be_long" | while read -r file name reason; do
		[ ! -e "$file" ] || printf '%s\n' "$long" | grep -qF -e "$file $name " ||
			echo "$file: $name is short now, and needs no exception ($reason)"
	done
}
