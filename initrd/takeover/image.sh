# image.sh - the bootstrap image: looked into, unpacked, and added to
#
# The initrd is what `p2v-initrd build --standalone` makes: one compressed cpio
# archive. This machine may have few tools, so each step takes the first that
# is there.
#
# shellcheck shell=sh disable=SC2034 # verdict.sh uses the facts

: "${image_tools:=lvm dmsetup mdadm p2v-push p2v-receive}" # what may be looked for in it

# image_unpack_command FILE: what decompresses it, or an error in fact_image_why.
image_decompressor() {
	image_magic=$(od -An -tx1 -N6 "$1" 2>/dev/null | tr -d ' \n')
	case $image_magic in
	28b52ffd*) image_names='zstd zstdcat' ;;
	1f8b*) image_names='gzip busybox' ;;
	fd377a585a00) image_names='xz busybox' ;;
	30373037*) image_names='cat' ;;
	*)
		fact_image_why="$1 is not an initrd of p2v-initrd build --standalone (it begins with $image_magic)"
		return 1
		;;
	esac
	for image_name in $image_names; do
		have "$image_name" || continue
		case $image_name in
		cat) image_decompress='cat' ;;
		busybox) image_decompress="busybox ${image_names%% *} -dc" ;;
		zstdcat) image_decompress=zstdcat ;;
		*) image_decompress="$image_name -dc" ;;
		esac
		return 0
	done
	fact_image_why="this machine has no ${image_names%% *} to unpack $1: build it with --compress gzip, or use --host from a machine that has it"
	return 1
}

image_find_cpio() {
	if have cpio; then
		image_cpio=cpio
	elif have busybox && busybox --list 2>/dev/null | grep -qx cpio; then
		image_cpio='busybox cpio'
	else
		fact_image_why="this machine has neither cpio nor busybox to unpack the initrd: install one, or use --host from a machine that has it"
		return 1
	fi
	# Not every cpio can leave something out; busybox's shell takes its own.
	image_omits=no
	if $image_cpio --help 2>&1 | grep -q -e --nonmatching; then
		image_omits=yes
	fi
}

# What follows the archive (padding) makes some decompressors complain; cpio
# knows whether it saw the archive's end.
image_stream() {
	$image_decompress <"$1" 2>/dev/null
}

# image_look KERNEL INITRD LIST: sets the fact_image_ variables; LIST becomes
# the table of contents, lines "SIZE PATH".
image_look() {
	fact_image_why='' fact_image_kernel='' fact_image_machine='' fact_image_initrd=0
	fact_image_unpacked=0 fact_image_modules='' fact_image_modules_size=0
	fact_image_tools='' fact_image_boot=0 image_version=''
	: >"$3"
	if [ -n "$1" ]; then
		fact_image_kernel=$(image_size "$1")
		fact_image_machine=$(image_machine "$1")
		image_kernel_whole "$1" || {
			fact_image_why="$1 is cut off: its header says that there is more"
			return 0
		}
	fi
	image_decompressor "$2" || return 0
	image_find_cpio || return 0
	fact_image_initrd=$(image_size "$2")
	if ! image_stream "$2" | $image_cpio -itv >"$3.raw" 2>/dev/null; then
		fact_image_why="$2 is not an initrd of p2v-initrd build --standalone, or is cut off"
	fi
	image_table <"$3.raw" >"$3"
	rm -f "$3.raw"
	[ -n "$fact_image_why" ] || image_judge "$3" "$2"
	[ -n "$fact_image_machine" ] || fact_image_machine=$(image_program_machine "$2")
}

# The two ways in which cpio lists: "MODE LINKS OWNER GROUP SIZE MONTH DAY YEAR
# NAME", and busybox's "MODE OWNER/GROUP SIZE DATE TIME NAME".
image_table() {
	awk '/^[-ld]/ {
		at = index($2, "/") ? 3 : 5
		size = $at
		for (i = 1; i <= at + (at == 3 ? 2 : 3); i++)
			sub(/^[^ ]+ +/, "")
		sub(/ -> .*/, "")
		print size, $0
	}'
}

image_size() {
	echo $((($(wc -c <"$1") + 1023) / 1024))
}

# image_judge LIST FILE: sums, modules, tools. Every file takes whole pages.
image_judge() {
	if ! grep -q -e ' init$' "$1" || ! grep -q -e '[ /]p2v-boot$' "$1"; then
		fact_image_why="$2 is not an initrd of p2v-initrd build --standalone: it does not hold /init and p2v-boot"
		return
	fi
	fact_image_unpacked=$(awk '{ kib += 1 + 4 * int(($1 + 4095) / 4096) } END { print kib }' "$1")
	fact_image_modules_size=$(awk '$2 ~ /(^|\/)lib\/modules\// { kib += 1 + 4 * int(($1 + 4095) / 4096) }
		END { print kib + 0 }' "$1")
	image_version=$(sed -n 's,^[^ ]* .*lib/modules/\([^/]*\)/.*,\1,p' "$1" | head -n 1)
	fact_image_modules=$(sed -n 's,^[^ ]* .*/\([^/]*\)\.ko[^/]*$,\1,p' "$1" | tr '\n-' ' _')
	for image_tool in $image_tools; do
		! grep -q -e "/$image_tool\$" "$1" || fact_image_tools="$fact_image_tools $image_tool"
	done
	if ! have kexec && ! have p2v-boot; then
		fact_image_boot=$(awk '$2 ~ /(\/p2v-boot|\.so[.0-9]*)$/ { kib += 4 * int(($1 + 4095) / 4096) }
			END { print kib + 0 }' "$1")
	fi
	# The running kernel's own modules stay useful after a pivot.
	[ "$image_version" != "$(uname -r)" ] || fact_image_modules_size=0
	[ "$image_omits" = yes ] || fact_image_modules_size=0
}

# image_machine KERNEL: as uname -m says, from the kernel's header.
image_machine() {
	if [ "$(dd if="$1" bs=1 skip=514 count=4 2>/dev/null)" = HdrS ]; then
		echo x86_64
	elif [ "$(dd if="$1" bs=1 skip=56 count=3 2>/dev/null)" = ARM ]; then
		echo aarch64
	fi
}

# image_kernel_whole KERNEL: kexec takes half a kernel without a word. In an x86
# header a byte at 1f1h counts the sectors of the first part, four bytes at 1f4h
# the paragraphs of the second.
image_kernel_whole() {
	[ "$fact_image_machine" = x86_64 ] || return 0
	# shellcheck disable=SC2046 # numbers
	set -- "$1" $(od -An -v -tu1 -j497 -N7 "$1")
	[ "$(wc -c <"$1")" -gt $((($2 + 1) * 512 + (($5 + ($6 << 8) + ($7 << 16) + ($8 << 24)) - 1) * 16)) ]
}

# Without a kernel, the shell inside tells.
image_program_machine() {
	case $(image_stream "$1" | $image_cpio -i --quiet --to-stdout usr/bin/dash 2>/dev/null |
		od -An -tx1 -j18 -N2 2>/dev/null | tr -d ' \n') in
	3e00) echo x86_64 ;;
	b700) echo aarch64 ;;
	esac
}

# image_unpack INITRD DIR [PATTERN...]: all of it, or what matches. Modules of
# another kernel than the running one stay out where cpio can do that.
image_unpack() {
	image_from=$(readlink -f "$1")
	image_to=$2
	shift 2
	if [ $# = 0 ] && [ "$fact_image_modules_size" != 0 ]; then
		set -- -f 'usr/lib/modules/*' 'lib/modules/*'
	fi
	(cd "$image_to" && image_stream "$image_from" | $image_cpio -idmu --quiet "$@")
}

# image_pack DIR OUT: an archive as the kernel reads it, by shell alone: this
# machine may not have cpio. Folders, plain files and links; owned by root.
image_pack() {
	image_number=1
	: >"$2"
	(cd "$1" && find . ! -name . | sed 's,^\./,,' | LC_ALL=C sort) >"$2.names"
	while IFS= read -r image_path; do
		image_member "$1/$image_path" "$image_path" >>"$2"
		image_number=$((image_number + 1))
	done <"$2.names"
	rm -f "$2.names"
	image_header 0 0 0 TRAILER!!! >>"$2"
}

# image_header MODE SIZE LINKS NAME: 110 bytes of hexadecimal numbers, the name,
# and zeros up to a multiple of four.
image_header() {
	printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\000' \
		"$image_number" "$1" 0 0 "$3" 0 "$2" 0 0 0 0 $((${#4} + 1)) 0 "$4"
	image_zeros $((110 + ${#4} + 1))
}

image_zeros() {
	case $(($1 % 4)) in
	1) printf '\000\000\000' ;;
	2) printf '\000\000' ;;
	3) printf '\000' ;;
	esac
}

image_member() {
	if [ -L "$1" ]; then
		image_target=$(readlink "$1")
		image_header $((0120777)) ${#image_target} 1 "$2"
		printf '%s' "$image_target"
		image_zeros ${#image_target}
	elif [ -d "$1" ]; then
		image_header $((0040000 + 0$(stat -c %a "$1"))) 0 2 "$2"
	elif [ -f "$1" ]; then
		image_bytes=$(($(wc -c <"$1")))
		image_header $((0100000 + 0$(stat -c %a "$1"))) "$image_bytes" 1 "$2"
		cat "$1"
		image_zeros "$image_bytes"
	fi
}
