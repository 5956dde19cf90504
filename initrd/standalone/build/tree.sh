# tree.sh - a root file system made of this machine's programs and libraries
# (POSIX sh)
#
# Part of build. The tree is $tree; libraries go into its $tree_libs, and what is
# written down on the way into $work.
#
# shellcheck shell=sh disable=SC2154 # build's variables

# The folders of a merged /usr, with all programs in one of them.
tree_make() {
	tree=$work/tree
	mkdir -p "$tree/usr/bin" "$tree/usr/lib" "$tree/usr/lib64" "$tree/etc/p2v" "$tree/etc/ssh" \
		"$tree/proc" "$tree/sys" "$tree/dev" "$tree/run" "$tree/mnt" "$tree/var" "$tree/usr/share"
	mkdir -m 1777 "$tree/tmp"
	mkdir -m 700 "$tree/root" "$tree/root/.ssh"
	ln -s bin "$tree/usr/sbin"
	ln -s usr/bin "$tree/bin"
	ln -s usr/bin "$tree/sbin"
	ln -s usr/lib "$tree/lib"
	ln -s usr/lib64 "$tree/lib64"
	ln -s ../run "$tree/var/run"
	ln -s ../tmp "$tree/var/tmp"
	# Where this machine keeps its libraries is where the loader looks.
	tree_libc=$(ldd "$(command -v dash || echo /bin/sh)" | sed -n 's,.*=> \(/.*/libc\.so[^ ]*\) .*,\1,p')
	[ -n "$tree_libc" ] || die 4 "ldd does not say where libc is"
	tree_libs=${tree_libc%/*}
	tree_libs=/usr/lib${tree_libs#*/lib}
	mkdir -p "$tree$tree_libs"
}

# tree_libraries FILE: what FILE is linked with. All go into one folder, since a
# cache that knows others would have to be made by running programs in the tree.
tree_libraries() {
	ldd "$1" 2>/dev/null | sed -n -e 's,.*=> \(/[^ ]*\) .*,\1,p' -e 's,^[[:space:]]*\(/[^ ]*\) .*,\1,p' |
		while read -r library; do
			case ${library##*/} in
			ld-linux* | ld64* | ld.so*) place=/usr${library#/usr} ;;
			*) place=$tree_libs/${library##*/} ;;
			esac
			[ ! -e "$tree$place" ] || continue
			mkdir -p "$tree${place%/*}"
			cp -L "$library" "$tree$place"
			chmod 755 "$tree$place"
		done
	absent=$(ldd "$1" 2>/dev/null | sed -n 's/^[[:space:]]*\(.*\) => not found/\1/p')
	[ -z "$absent" ] || die 4 "$1 needs libraries that this machine lacks:" "$absent"
}

# tree_program FILE [NAME]
tree_program() {
	rm -f "$tree/usr/bin/${2:-${1##*/}}"
	cp -L "$1" "$tree/usr/bin/${2:-${1##*/}}"
	chmod 755 "$tree/usr/bin/${2:-${1##*/}}"
	tree_libraries "$1"
}

# tree_file PATH: at the same place, with its libraries.
tree_file() {
	mkdir -p "$tree${1%/*}"
	if [ -L "$1" ]; then
		[ -e "$tree$1" ] || cp -P "$1" "$tree$1"
		tree_file "$(readlink -f "$1")"
	elif [ -f "$1" ] && [ ! -e "$tree$1" ]; then
		cp -p "$1" "$tree$1"
		tree_libraries "$1"
	fi
}

# Every library of every program inside, looked up as the loader will do it.
tree_check() {
	loader=$(find "$tree/usr/lib64" "$tree/usr/lib" -name 'ld-linux*' -o -name 'ld64*' | head -n 1)
	[ -n "$loader" ] || die 4 "the dynamic loader is missing in the tree"
	find "$tree/usr" -type f -exec sh -c '
		for file; do
			case $(head -c 4 "$file" | tr -d "\177") in ELF) echo "$file" ;; esac
		done' sh {} + | grep -v -e '/modules/' -e '/ld-linux' -e '/ld64' >"$work/elves"
	while read -r file; do
		# A static program, and one for another machine, is none of the loader's affairs.
		"$loader" --verify "$file" >/dev/null 2>&1 || continue
		"$loader" --inhibit-cache --library-path "$tree$tree_libs" --list "$file" 2>&1 |
			awk -v tree="$tree" -v file="${file#"$tree"}" '
				/not found|error while/ { print file ":" $0 }
				/=> \// && index($3, tree) != 1 { print file ": " $1 " is not inside" }'
	done <"$work/elves" | sort -u >"$work/absent"
	[ ! -s "$work/absent" ] || die 4 "the tree is not complete:
$(head -n 20 "$work/absent")"
}
