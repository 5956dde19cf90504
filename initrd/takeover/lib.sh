# lib.sh - small tools of p2v-takeover; messages and exits are files/program.sh
# (POSIX sh)
#
# shellcheck shell=sh

mib() {
	echo "$((($1 + 1023) / 1024)) MiB"
}

# quoted WORD...: the words as a shell would need them to get them back.
quoted() {
	for quoted_word; do
		printf "'%s' " "$(printf '%s\n' "$quoted_word" | sed "s/'/'\\\\''/g")"
	done
}

# json_text TEXT: as a JSON string, with its quotes.
json_text() {
	printf '"%s"' "$(printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' |
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"
}
