# shellcheck shell=sh
# lib.sh - what every fixup needs: facts, paths inside the migrated root, and
# changes that can be read and undone. Sourced by NN-name; docs/fixups.rst is
# the manual.
#
# The migrated system's files are input that nobody has checked: a symbolic
# link may point anywhere, a file may be a device. So no path below the root
# is ever opened as it is written; fixup_resolve walks it first.

set -eu
LC_ALL=C
export LC_ALL
umask 022

fixup_tab=$(printf '\t')
fixup_newline='
'
fixup_here=$(cd "$(dirname "$0")" && pwd)
fixup_state=
fixup_temp=
fixup_work=

# fixup_begin "$@": must come first. Sets fixup_root, without a slash at its end.
fixup_begin() {
	fixup_name=${0##*/}
	if [ "${1:-}" = --help ]; then
		echo "usage: $fixup_name ROOT"
		echo "Adapts the migrated system that is mounted at ROOT to this machine."
		echo "P2V_FACTS names the folder that describes this machine; see docs/fixups.rst."
		exit 0
	fi
	[ $# = 1 ] || fixup_die "usage: $fixup_name ROOT"
	[ -d "$1" ] || fixup_die "$1 is not a folder"
	fixup_root=$(cd "$1" && pwd -P)
	# The running system is never what is to be changed.
	[ "$fixup_root" != / ] || fixup_die "ROOT must be the migrated system, not /"
	[ -d "${P2V_FACTS:-}" ] || fixup_die "P2V_FACTS must name the folder with the facts"
	fixup_work=$(mktemp -d "${TMPDIR:-/tmp}/p2v-fixup.XXXXXX")
	trap fixup_exit EXIT
	trap 'exit 129' HUP INT TERM
	: >"$fixup_work/changes"
	: >"$fixup_work/notes"
	: >"$fixup_work/warnings"
}

fixup_exit() {
	fixup_status=$?
	trap - EXIT
	[ -z "$fixup_temp" ] || rm -f "$fixup_temp"
	[ -z "$fixup_work" ] || rm -rf "$fixup_work"
	exit "$fixup_status"
}

# fixup_end REASON: must come last. REASON is why there was nothing to do, and
# is said only if nothing was changed.
fixup_end() {
	if [ -s "$fixup_work/changes" ]; then
		printf 'applied: '
		sort -u "$fixup_work/changes" | awk '{ line = line (NR > 1 ? ", " : "") $0 } END { print line }'
	else
		printf 'not applicable: %s\n' "$1"
	fi
	sed 's/^/note: /' "$fixup_work/notes"
	[ -s "$fixup_work/warnings" ] || exit 0
	sed 's/^/warning: /' "$fixup_work/warnings"
	exit 3
}

fixup_die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# What the user should know; a warning makes the whole push end with status 3.
fixup_note() { printf '%s\n' "$*" >>"$fixup_work/notes"; }
fixup_warn() { printf '%s\n' "$*" >>"$fixup_work/warnings"; }

# fixup_fact NAME: prints the path of a facts file, of an empty one if missing.
fixup_fact() {
	if [ -f "$P2V_FACTS/$1" ]; then
		printf '%s\n' "$P2V_FACTS/$1"
	else
		echo /dev/null
	fi
}

# fixup_fact_word NAME: the first word of a facts file, "" if missing.
fixup_fact_word() {
	awk 'NR == 1 { print $1 }' "$(fixup_fact "$1")"
}

# fixup_resolve PATH: PATH is absolute, as the migrated system sees it. Sets
# fixup_path to the same file without symbolic links, and fixup_real to where
# that is here. Absolute links and .. stay inside the root, as they would in a
# chroot. The file need not exist. Status 1: a loop, a name that a manifest
# cannot hold, or a place that is no part of the disk.
fixup_resolve() {
	fixup_left=$1
	fixup_path=
	fixup_links=0
	while [ -n "$fixup_left" ]; do
		fixup_part=${fixup_left%%/*}
		case $fixup_left in
		*/*) fixup_left=${fixup_left#*/} ;;
		*) fixup_left= ;;
		esac
		case $fixup_part in
		'' | .) continue ;;
		..)
			fixup_path=${fixup_path%/*}
			continue
			;;
		esac
		if [ -L "$fixup_root$fixup_path/$fixup_part" ]; then
			fixup_links=$((fixup_links + 1))
			[ "$fixup_links" -le 40 ] || return 1
			# The x keeps line ends that $() would drop.
			fixup_link=$(readlink "$fixup_root$fixup_path/$fixup_part" && echo x) || return 1
			fixup_link=${fixup_link%"$fixup_newline"x}
			case $fixup_link in
			/*) fixup_path= ;;
			esac
			fixup_left=$fixup_link/$fixup_left
		else
			fixup_path=$fixup_path/$fixup_part
		fi
	done
	case $fixup_path/ in
	/proc/* | /sys/* | /dev/* | /run/*) return 1 ;;
	*"$fixup_tab"* | *"$fixup_newline"*) return 1 ;;
	esac
	fixup_real=$fixup_root$fixup_path
}

# fixup_file PATH: a plain file? Sets fixup_path and fixup_real. What is there
# but cannot be used is worth a warning.
fixup_file() {
	if ! fixup_resolve "$1"; then
		fixup_warn "$1 is a symbolic link that leads to nothing usable: left alone"
		return 1
	fi
	[ -e "$fixup_real" ] || return 1
	if [ ! -f "$fixup_real" ]; then
		fixup_warn "$1 is not a plain file: left alone"
		return 1
	fi
}

# fixup_text PATH: a text file of a size that somebody may have written?
fixup_text() {
	fixup_file "$1" || return 1
	fixup_size=$(wc -c <"$fixup_real")
	if [ "$((fixup_size))" -gt 1048576 ] || [ "$(tr -d '\000' <"$fixup_real" | wc -c)" != "$fixup_size" ]; then
		fixup_warn "$1 is not a text file: left alone"
		return 1
	fi
}

fixup_folder() {
	fixup_resolve "$1" && [ -d "$fixup_real" ]
}

# fixup_files FOLDER PATTERN: prints the plain files of a folder of the migrated
# system whose names match, as it sees them, a line each.
fixup_files() {
	fixup_folder "$1" || return 0
	for fixup_entry in "$fixup_real"/*; do
		# shellcheck disable=SC2254 # it is a pattern
		case ${fixup_entry##*/} in
		*"$fixup_newline"* | *"$fixup_tab"*) ;;
		$2) [ ! -f "$fixup_entry" ] && [ ! -L "$fixup_entry" ] || printf '%s/%s\n' "$1" "${fixup_entry##*/}" ;;
		esac
	done
}

fixup_sha256() { sha256sum <"$1" | cut -d ' ' -f 1; }

# fixup_install PATH REASON [MODE]: the new content is on stdin. Nothing happens
# if the file has it already. MODE is for a file that does not exist yet; an
# existing one keeps its owner, mode, and where cp can, its attributes.
fixup_install() {
	cat >"$fixup_work/new"
	fixup_open_state
	fixup_resolve "$1" || fixup_die "$1 leads to a place that must not be written to"
	if [ -e "$fixup_real" ]; then
		[ -f "$fixup_real" ] || fixup_die "$1 is not a plain file"
		if cmp -s "$fixup_work/new" "$fixup_real"; then
			return 0
		fi
		fixup_save
		fixup_record changed "$fixup_path" "$(fixup_sha256 "$fixup_real")" \
			"$(fixup_sha256 "$fixup_work/new")" "$(wc -c <"$fixup_real")" "$2"
		fixup_temp=$(mktemp "${fixup_real%/*}/.p2v.XXXXXX")
		cp -a "$fixup_real" "$fixup_temp"
	else
		fixup_make_folders "${fixup_path%/*}" "$2"
		fixup_record created "$fixup_path" - "$(fixup_sha256 "$fixup_work/new")" - "$2"
		fixup_temp=$(mktemp "${fixup_real%/*}/.p2v.XXXXXX")
		chmod "${3:-644}" "$fixup_temp"
	fi
	cat "$fixup_work/new" >"$fixup_temp"
	mv -f "$fixup_temp" "$fixup_real"
	fixup_temp=
	printf '%s\n' "$fixup_path" >>"$fixup_work/changes"
}

# fixup_words FILE: prints its words that could name a disk or volume, a line each.
fixup_words() {
	awk '{
		gsub(/\r/, " ")
		for (i = 1; i <= NF; i++) {
			sub(/^(root|resume)=/, "", $i)
			if ($i ~ /^(\/dev\/|[A-Z]+=|[0-9][0-9a-f:]*$)/)
				print $i
		}
		while (match($0, /\/dev\/[^ \t"\047]+/)) {
			print substr($0, RSTART, RLENGTH)
			$0 = substr($0, RSTART + RLENGTH)
		}
	}' "$1"
}

# fixup_resolve_names: what do the names on stdin mean, a line each? Prints for
# each, separated by tabs: it; volume, disk, absent, ambiguous or unknown; stays (it
# is true here as well) or changes; the node here; the type; the name that stays.
fixup_resolve_names() {
	"${P2V_BOOT:-p2v-boot}" resolve "$P2V_FACTS" || fixup_die "p2v-boot cannot resolve the names of disks"
}

# fixup_edit PATH REASON PROGRAM.awk [NAME=VALUE...]: runs a text file through an
# awk program of this folder, with names.awk. The program prints the new file,
# and writes into the file `report` "changed" if it is not the old one, and
# "warning TEXT" and "note TEXT" lines. `where` is PATH.
fixup_edit() {
	fixup_text "$1" || return 0
	fixup_edit_path=$1
	fixup_edit_reason=$2
	fixup_edit_program=$fixup_here/$3
	shift 3
	: >"$fixup_work/report"
	fixup_words "$fixup_real" | fixup_resolve_names >"$fixup_work/names"
	awk -v names="$fixup_work/names" -v report="$fixup_work/report" \
		-f "$fixup_here/names.awk" -f "$fixup_edit_program" \
		"where=$fixup_edit_path" "$@" "$fixup_real" >"$fixup_work/edited"
	if grep -q '^changed' "$fixup_work/report"; then
		fixup_install "$fixup_edit_path" "$fixup_edit_reason" <"$fixup_work/edited"
	fi
	fixup_take_report
}

fixup_take_report() {
	sed -n 's/^warning //p' "$fixup_work/report" | awk '!seen[$0]++' >>"$fixup_work/warnings"
	sed -n 's/^note //p' "$fixup_work/report" | awk '!seen[$0]++' >>"$fixup_work/notes"
}

# fixup_entries [NAME=VALUE...]: runs entries.awk over what the system boots; its
# output is on stdout, and its warnings are taken.
fixup_entries() {
	: >"$fixup_work/report"
	fixup_words "$(fixup_fact boot-entries)" | fixup_resolve_names >"$fixup_work/names"
	awk -v names="$fixup_work/names" -v report="$fixup_work/report" \
		-f "$fixup_here/names.awk" -f "$fixup_here/entries.awk" "$@" "$(fixup_fact boot-entries)"
	fixup_take_report
}

# fixup_kernels: the kernels that the system boots, each once, separated by tabs: its
# version as the image has it (empty: not told); its file; its initrds, with blanks
# between. A part of a file has #OFFSET+SIZE behind it. What has a blank or the like
# in its name is left out.
fixup_kernels() {
	awk -F '\t' '{
		gsub(/(^| )root:/, " ", $4)
		gsub(/(^| )root:/, " ", $6)
		sub(/^ /, "", $4)
		sub(/^ /, "", $6)
		if ($4 ~ /^\// && ($4 $6) !~ /\\/ && !seen[$4 "\t" $6]++)
			print $5 "\t" $4 "\t" $6
	}' "$(fixup_fact boot-entries)"
}

# fixup_remove PATH REASON
fixup_remove() {
	fixup_file "$1" || return 0
	fixup_open_state
	fixup_file "$1"
	fixup_save
	fixup_record removed "$fixup_path" "$(fixup_sha256 "$fixup_real")" - "$(wc -c <"$fixup_real")" "$2"
	rm -f "$fixup_real"
	printf '%s\n' "$fixup_path" >>"$fixup_work/changes"
}

# fixup_append PATH REASON FILE: FILE's bytes are put at the end of PATH. Meant
# for large files: the manifest has the old length, and no copy is kept.
fixup_append() {
	fixup_open_state
	fixup_file "$1" || fixup_die "$1 is not a plain file"
	fixup_length=$(wc -c <"$fixup_real")
	fixup_record appended "$fixup_path" "$(fixup_sha256 "$fixup_real")" \
		"$(cat "$fixup_real" "$3" | sha256sum | cut -d ' ' -f 1)" "$fixup_length" "$2"
	if ! cat "$3" >>"$fixup_real"; then
		dd if=/dev/null of="$fixup_real" bs=1 seek="$((fixup_length))" 2>/dev/null || :
		fixup_die "$1 could not be written to its end, and was put back"
	fi
	printf '%s\n' "$fixup_path" >>"$fixup_work/changes"
}

# The folders that a new file needs are recorded as well, so that undo can
# remove them. fixup_path and fixup_real are kept.
fixup_make_folders() {
	[ -d "$fixup_root$1" ] && return 0
	fixup_make_folders "${1%/*}" "$2"
	mkdir "$fixup_root$1"
	fixup_record mkdir "$1" - - - "$2"
}

# The place of the manifest on the migrated system, made by the first change.
# The names in it are never followed: whatever wrote the source's disk could
# have put links there.
fixup_open_state() {
	[ -z "$fixup_state" ] || return 0
	fixup_resolve /var/lib/p2v-target || fixup_die "/var/lib/p2v-target leads to a place that must not be written to"
	mkdir -p "$fixup_real"
	for fixup_part in manifest saved undo; do
		[ ! -L "$fixup_real/$fixup_part" ] || fixup_die "$fixup_path/$fixup_part is a symbolic link"
	done
	for fixup_part in manifest undo; do
		[ ! -e "$fixup_real/$fixup_part" ] || [ -f "$fixup_real/$fixup_part" ] ||
			fixup_die "$fixup_path/$fixup_part is not a plain file"
	done
	[ -d "$fixup_real/saved" ] || mkdir -m 700 "$fixup_real/saved"
	if ! cmp -s "$fixup_here/undo" "$fixup_real/undo"; then
		rm -f "$fixup_real/undo"
		cp "$fixup_here/undo" "$fixup_real/undo"
		chmod 755 "$fixup_real/undo"
	fi
	[ -e "$fixup_real/manifest" ] || : >"$fixup_real/manifest"
	fixup_id=
	fixup_state=$fixup_real
}

# The next number; a folder with its name in saved/ is not ours to fill.
fixup_next_id() {
	fixup_id=$(awk -F '\t' '$1 + 0 > last { last = $1 + 0 } END { printf "%04d", last + 1 }' "$fixup_state/manifest")
	while [ -e "$fixup_state/saved/$fixup_id" ] || [ -L "$fixup_state/saved/$fixup_id" ]; do
		fixup_id=$(awk -v id="$fixup_id" 'BEGIN { printf "%04d", id + 1 }')
	done
}

# Keeps a copy of fixup_real for undo, with its owner and mode.
fixup_save() {
	fixup_next_id
	mkdir "$fixup_state/saved/$fixup_id"
	mkdir -p "$fixup_state/saved/$fixup_id${fixup_path%/*}"
	cp -a "$fixup_real" "$fixup_state/saved/$fixup_id$fixup_path"
}

# fixup_record ACTION PATH BEFORE AFTER SIZE REASON: a line of the manifest. It
# is written before the change: a line without a change can be told apart by
# the digest, a change without a line could not.
fixup_record() {
	[ -n "$fixup_id" ] || fixup_next_id
	for fixup_part; do
		[ -n "$fixup_part" ] || fixup_die "$2 could not be read"
	done
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$fixup_id" "$fixup_name" "$1" "$2" "$3" "$4" "$5" "$6" \
		>>"$fixup_state/manifest"
	fixup_id=
}
