# text.sh - shell, documents and words; sourced by lint.sh
# shellcheck disable=SC2154 # lint.sh sets the lists of files

unfinished() {
	in_files "$c_files
$shell_files
$awk_files
$rst_files
Makefile" grep -nE '\b(TODO|FIXME|XXX|HACK)\b|^#if 0' /dev/null | grep -v "^$lint"
}

shell_style() {
	in_files "$shell_files" shellcheck -s sh -x -P SCRIPTDIR -e SC1091,SC2317
	for file in $shell_files; do
		dash -n "$file"
		busybox sh -n "$file"
	done
}

# named FILE: the paths of this tree that a document names, without those in which
# something is to be put in (NAME).
named() {
	# shellcheck disable=SC2016 # these are reStructuredText's quotes
	sed 's/``\([^`]*\)``/\n@\1\n/g' "$1" | sed -n 's/^@//p' |
		grep -E '^(src|hooks|initrd|fixups|tests|docs|\.ci)/[A-Za-z0-9_./-]*$' |
		grep -vE '(^|[/-])[A-Z][A-Z]'
}

# The reading order and everything else name files that exist; the markup is sound.
documents() {
	for file in $rst_files; do
		named "$file" | while read -r name; do
			[ -e "$name" ] || echo "$file names $name"
		done
		rst2html --halt=5 --report=2 "$file" /dev/null
	done
	for name in README.rst HACKING.rst docs/architecture.rst; do
		[ -s "$name" ] || echo "$name is missing"
	done
	grep -q 'HACKING\.rst' README.rst || echo "README.rst does not lead to HACKING.rst"
	sed -n '/^Reading the source/,/^Tests$/p' README.rst >"${TMPDIR:-/tmp}/p2v-lint.$$"
	[ -n "$(named "${TMPDIR:-/tmp}/p2v-lint.$$")" ] || echo "README.rst has no reading order"
	rm -f "${TMPDIR:-/tmp}/p2v-lint.$$"
}

spelling() {
	in_files "$c_files
$shell_files
$awk_files
$rst_files" codespell -q 3 -L "msdos,fo,te,nd,ot,ba,ue,inout,crate,hda,parm,ro,iif,tthe"
}

# Neither this machine's paths nor a package host belongs into the tree.
places() {
	in_files "$tree" grep -nIE '(^|[^A-Za-z0-9}])/(work|home|tmp/wt)/|deb\.debian\.org' /dev/null |
		grep -v "^$lint"
}
