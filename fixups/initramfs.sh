# shellcheck shell=sh
# initramfs.sh - what an initramfs holds, and how kernel modules are added to it
#
# Sourced by 30-initramfs and by p2v-initrd's add-modules and check. An initramfs
# is a row of cpio archives, unpacked one over the other, so drivers are added by
# appending one more: what was there is not touched, and nothing of the system
# that it belongs to has to run. The programs are this machine's: p2v-boot, kmod,
# cpio, and the compressor.
#
# The caller sets initramfs_work to a scratch folder, and then
#     initramfs_open FILE               what the image holds
#     initramfs_kernel VERSION FOLDER   the modules of its kernel
#     initramfs_need NAME...            modules that it must have
#     initramfs_build OUT               writes what is to be appended
#     initramfs_prove FILE              does the finished image hold them?
# Everything returns a status; initramfs_error then says why. Before _build, the
# caller may change initramfs_packing (how the addition is compressed), and put
# more files into the folder initramfs_extra.
# shellcheck disable=SC2034,SC2154 # variables that the caller reads or sets

initramfs_error=

# initramfs_tool NAME: the absolute path of a program. A busybox shell would
# prefer its own modprobe and cpio, which know less.
initramfs_tool() {
	initramfs_path=$PATH:
	while [ -n "$initramfs_path" ]; do
		initramfs_bin=${initramfs_path%%:*}
		initramfs_path=${initramfs_path#*:}
		if [ -n "$initramfs_bin" ] && [ -f "$initramfs_bin/$1" ] && [ -x "$initramfs_bin/$1" ]; then
			printf '%s\n' "$initramfs_bin/$1"
			return 0
		fi
	done
	return 1
}

# initramfs_open FILE: sets initramfs_size, initramfs_offset and initramfs_format
# of the last archive that can be found, and writes the list of names, each once.
initramfs_open() {
	initramfs_file=$1
	initramfs_size=$(($(wc -c <"$1")))
	rm -rf "$initramfs_work/initramfs"
	mkdir -p "$initramfs_work/initramfs"
	initramfs_names=$initramfs_work/initramfs/names
	if ! p2v-boot initrd-files "$1" >"$initramfs_names.raw" 2>"$initramfs_work/initramfs/error"; then
		initramfs_error=$(head -n 1 "$initramfs_work/initramfs/error")
		initramfs_error=${initramfs_error##*"$1: "}
		return 1
	fi
	sed 's,^\./,,' "$initramfs_names.raw" | sort -u >"$initramfs_names"
	initramfs_find_main
	initramfs_packing=$initramfs_format
	initramfs_extra=
}

# initramfs_bytes OFFSET COUNT: as text in hexadecimal.
initramfs_bytes() {
	dd if="$initramfs_file" bs=1 skip="$1" count="$2" 2>/dev/null | od -A n -v -t x1 | tr -d ' \n'
}

# initramfs_field OFFSET: a number of a cpio header, eight hexadecimal digits.
initramfs_field() {
	initramfs_digits=$(dd if="$initramfs_file" bs=1 skip="$1" count=8 2>/dev/null | tr -d '\000')
	case $initramfs_digits in
	*[!0-9A-Fa-f]* | '') return 1 ;;
	esac
	printf '%d\n' "0x$initramfs_digits"
}

# Plain cpio archives come first (microcode); they are skipped, member by
# member, to find how the main archive is packed. There are few members, or the
# whole initramfs is plain, and then nothing needs to be packed.
initramfs_find_main() {
	initramfs_offset=0
	initramfs_member=0
	initramfs_members=0
	initramfs_format=none
	while [ "$initramfs_member" -lt "$initramfs_size" ] && [ "$initramfs_members" -lt 300 ]; do
		case $(initramfs_bytes "$initramfs_member" 6) in
		30373037303[12]) initramfs_next_member || return 0 ;;
		00000000*) initramfs_skip_zeros ;;
		1f8b*) initramfs_main_is gzip && return 0 ;;
		28b52ffd*) initramfs_main_is zstd && return 0 ;;
		fd377a585a00) initramfs_main_is xz && return 0 ;;
		02214c18*) initramfs_main_is lz4 && return 0 ;;
		425a68*) initramfs_main_is bzip2 && return 0 ;;
		*) initramfs_main_is unknown && return 0 ;;
		esac
	done
}

initramfs_main_is() {
	initramfs_format=$1
	initramfs_offset=$initramfs_member
}

# A header of newc: lengths of the content and of the name at 54 and 94. The
# member after a trailer is the first of another archive.
initramfs_next_member() {
	initramfs_members=$((initramfs_members + 1))
	initramfs_length=$(initramfs_field $((initramfs_member + 54))) || return 1
	initramfs_name_length=$(initramfs_field $((initramfs_member + 94))) || return 1
	initramfs_name=$(dd if="$initramfs_file" bs=1 skip=$((initramfs_member + 110)) count=10 2>/dev/null | tr -d '\000')
	initramfs_member=$(((initramfs_member + 110 + initramfs_name_length + 3) / 4 * 4))
	initramfs_member=$(((initramfs_member + initramfs_length + 3) / 4 * 4))
	if [ "$initramfs_name" = 'TRAILER!!!' ] && [ "$initramfs_member" -lt "$initramfs_size" ]; then
		initramfs_skip_zeros
		[ "$initramfs_member" -ge "$initramfs_size" ] || initramfs_offset=$initramfs_member
	fi
}

# Archives are often padded to 512 bytes or to a page.
initramfs_skip_zeros() {
	while [ "$initramfs_member" -lt "$initramfs_size" ]; do
		initramfs_zeros=$(initramfs_bytes "$initramfs_member" 512)
		case $initramfs_zeros in
		*[!0]*)
			initramfs_zeros=${initramfs_zeros%%[!0]*}
			# Two digits are a byte, and archives start at a multiple of four.
			initramfs_member=$((initramfs_member + (${#initramfs_zeros} - ${#initramfs_zeros} % 8) / 2))
			return
			;;
		esac
		initramfs_member=$((initramfs_member + 512))
	done
}

# initramfs_cat NAME: a file of the image as the kernel leaves it, that of the
# last archive. Status 1 if it is not there, or cannot be read.
initramfs_cat() { p2v-boot initrd-cat "$initramfs_file" "$1" 2>/dev/null; }

# initramfs_kernel VERSION FOLDER: FOLDER is the kernel's own module folder.
# kmod wants to see it at lib/modules/VERSION of some root.
initramfs_kernel() {
	initramfs_version=$1
	initramfs_modules=$2
	initramfs_root=$initramfs_work/kernel
	rm -rf "$initramfs_root"
	mkdir -p "$initramfs_root/lib/modules" "$initramfs_root/usr"
	ln -s ../lib "$initramfs_root/usr/lib"
	ln -s "$2" "$initramfs_root/lib/modules/$1"
	: >"$initramfs_work/wanted"
	: >"$initramfs_work/closure"
	initramfs_error="modprobe and depmod are not installed"
	initramfs_modprobe=$(initramfs_tool modprobe) || return 1
	initramfs_depmod=$(initramfs_tool depmod) || return 1
	initramfs_error="$2 has no modules.dep.bin: run depmod"
	[ -f "$2/modules.dep.bin" ]
}

# What this machine's own modprobe.d says is of no concern.
initramfs_query() { "$initramfs_modprobe" -C /dev/null -d "$initramfs_root" -S "$initramfs_version" "$@" 2>/dev/null; }

# initramfs_drivers FILE: the names of the modules that this kernel has for the
# device aliases in FILE, a line each; built-in ones are among them.
initramfs_drivers() {
	grep -x '[A-Za-z0-9][A-Za-z0-9:_.,*+-]*' "$1" | sort -u |
		xargs "$initramfs_modprobe" -C /dev/null -d "$initramfs_root" -S "$initramfs_version" -a -q -R 2>/dev/null |
		sort -u
}

# initramfs_files NAME: the files of a module and of what it depends on, below
# the kernel's folder, its own last; "builtin" for what needs no file. Status 1
# if the kernel does not have it.
initramfs_files() {
	initramfs_query --show-depends "$1" >"$initramfs_work/depends" || return 1
	[ -s "$initramfs_work/depends" ] || return 1
	sed -n -e 's/^builtin .*/builtin/p' \
		-e "s,^insmod .*/modules/$initramfs_version/\\([^ ]*\\).*,\\1,p" "$initramfs_work/depends"
}

# initramfs_kind NAME PATH: what a driver is for, by where its source lies:
# storage (disks and what they hang on), network, or other.
initramfs_kind() {
	case $1:$2 in
	virtio_balloon:* | virtio_input:* | virtio_mem:* | floppy:*) echo other ;;
	*:kernel/drivers/ata/* | *:kernel/drivers/block/* | *:kernel/drivers/scsi/* | *:kernel/drivers/nvme/* | \
		*:kernel/drivers/virtio/* | *:kernel/drivers/message/* | *:kernel/drivers/mmc/* | \
		*:kernel/drivers/hv/* | *:kernel/drivers/xen/* | *:kernel/drivers/pci/controller/*)
		echo storage
		;;
	*:kernel/drivers/net/wireless/*) echo other ;;
	*:kernel/drivers/net/*) echo network ;;
	*) echo other ;;
	esac
}

# initramfs_has FILE: is the module (a path below the kernel's folder) in the
# image, packed or not?
initramfs_has() {
	initramfs_stem_of "$1"
	case $initramfs_stems in
	*" ${initramfs_stem:-/} "*) return 0 ;;
	esac
	return 1
}

# initramfs_stem_of PATH: sets initramfs_stem to a module's own name, as the
# kernel knows it: without folder and suffix. (No other programs: it is called
# for every module, and an emulated machine takes its time for each process.)
initramfs_stem_of() {
	initramfs_stem=${1##*/}
	case $initramfs_stem in
	*.ko) initramfs_stem=${initramfs_stem%.ko} ;;
	*.ko.*) initramfs_stem=${initramfs_stem%.ko.*} ;;
	esac
	while :; do
		case $initramfs_stem in
		*-*) initramfs_stem=${initramfs_stem%%-*}_${initramfs_stem#*-} ;;
		*) break ;;
		esac
	done
}

# The same for the paths on stdin, each once.
initramfs_stems() {
	sed -e 's,.*/,,' -e 's/\.ko\(\.[a-z0-9]*\)\{0,1\}$//' | tr - _ | sort -u
}

# The modules that the image has for this kernel, as paths in a file and as names
# in initramfs_stems; sets initramfs_lib. /lib is a link in an image of a merged system, and a folder of
# that name would replace it.
initramfs_list_modules() {
	sed -n "s#^\\(usr/\\)\\{0,1\\}lib/modules/$initramfs_version/\\(.*\\.ko\\(\\.[a-z0-9]*\\)\\{0,1\\}\\)\$#\\2#p" "$initramfs_names" \
		>"$initramfs_work/initramfs/paths"
	initramfs_stems=" $(initramfs_stems <"$initramfs_work/initramfs/paths" | tr '\n' ' ')"
	if grep -q '^lib/.' "$initramfs_names"; then
		initramfs_lib=lib
	elif grep -q '^usr/lib/.' "$initramfs_names"; then
		initramfs_lib=usr/lib
	else
		initramfs_lib=lib
	fi
}

# initramfs_need NAME...: notes what the image lacks of these modules and of
# those that they depend on. Counts in initramfs_missing; names that the kernel
# does not have are passed over.
initramfs_need() {
	initramfs_list_modules
	for initramfs_name; do
		initramfs_need_one "$initramfs_name" >>"$initramfs_work/wanted"
		for initramfs_soft in $(initramfs_soft_of "$initramfs_name"); do
			initramfs_need_one "$initramfs_soft" >"$initramfs_work/soft"
		done
	done
	sort -u "$initramfs_work/closure" >"$initramfs_work/missing"
	initramfs_missing=$(($(wc -l <"$initramfs_work/missing")))
}

# Its own name goes to stdout if anything of it was missing.
initramfs_need_one() {
	initramfs_files "$1" >"$initramfs_work/files-of" || return 0
	while IFS= read -r initramfs_entry; do
		[ "$initramfs_entry" != builtin ] || continue
		! initramfs_has "$initramfs_entry" || continue
		printf '%s\n' "$initramfs_entry" >>"$initramfs_work/closure"
		printf '%s\n' "$1"
	done <"$initramfs_work/files-of"
}

# Modules that this one asks for by name while it runs, as ext4 does for its
# checksums; modprobe does not count them among what it depends on.
initramfs_soft_of() {
	[ -f "$initramfs_modules/modules.softdep" ] || return 0
	awk -v name="$1" '
		$1 == "softdep" && $2 == name {
			for (i = 3; i <= NF; i++)
				if ($i ~ /^[A-Za-z0-9_-]+$/)
					print $i
		}' "$initramfs_modules/modules.softdep"
}

# initramfs_original PATH: where the module with that path in the image is now,
# below the kernel's folder; it may be packed in one place and not in the other.
initramfs_original() {
	initramfs_plain=${1%.[a-z]*}
	case $1 in
	*.ko) initramfs_plain=$1 ;;
	esac
	for initramfs_suffix in '' .xz .zst .gz; do
		if [ -f "$initramfs_modules/$initramfs_plain$initramfs_suffix" ]; then
			printf '%s\n' "$initramfs_modules/$initramfs_plain$initramfs_suffix"
			return 0
		fi
	done
	return 1
}

# modules.dep and its kin for what the image has and what it gets: the new index
# replaces the old one, so it must know both. depmod reads links.
initramfs_index() {
	initramfs_scratch=$initramfs_work/index
	initramfs_tree=$initramfs_scratch/lib/modules/$initramfs_version
	rm -rf "$initramfs_scratch"
	mkdir -p "$initramfs_tree" "$initramfs_scratch/usr"
	ln -s ../lib "$initramfs_scratch/usr/lib"
	{
		cat "$initramfs_work/initramfs/paths"
		while IFS= read -r initramfs_entry; do
			initramfs_place_of "$initramfs_entry"
			printf '%s\n' "$initramfs_place"
		done <"$initramfs_work/missing"
	} | sort -u | while IFS= read -r initramfs_entry; do
		case /$initramfs_entry/ in
		*/../*) continue ;;
		esac
		[ -d "$initramfs_tree/${initramfs_entry%/*}" ] || mkdir -p "$initramfs_tree/${initramfs_entry%/*}"
		if initramfs_real=$(initramfs_original "$initramfs_entry"); then
			case $initramfs_entry:$initramfs_real in
			# This machine's depmod may not know how to unpack them.
			*.ko:*.ko.*) initramfs_copy "$initramfs_real" "$initramfs_tree/$initramfs_entry" || return 1 ;;
			*) ln -s "$initramfs_real" "$initramfs_tree/$initramfs_entry" ;;
			esac
		else
			# The kernel's folder has lost it since the image was made.
			initramfs_cat "$initramfs_lib/modules/$initramfs_version/$initramfs_entry" \
				>"$initramfs_tree/$initramfs_entry" || rm -f "$initramfs_tree/$initramfs_entry"
		fi
	done
	for initramfs_entry in modules.order modules.builtin modules.builtin.modinfo; do
		[ ! -f "$initramfs_modules/$initramfs_entry" ] ||
			cp "$initramfs_modules/$initramfs_entry" "$initramfs_tree/$initramfs_entry"
	done
	"$initramfs_depmod" -C /dev/null -b "$initramfs_scratch" "$initramfs_version" 2>/dev/null || return 1
	initramfs_check_index
}

# A module that depmod cannot read is left out without a word, and would be lost
# to the image.
initramfs_check_index() {
	(cd "$initramfs_tree" && find . -name '*.ko' -o -name '*.ko.*') | initramfs_stems >"$initramfs_work/stems"
	cut -d : -f 1 "$initramfs_tree/modules.dep" | initramfs_stems >"$initramfs_work/indexed"
	initramfs_error="depmod cannot read $(grep -vxF -f "$initramfs_work/indexed" "$initramfs_work/stems" | tr '\n' ' ')"
	cmp -s "$initramfs_work/stems" "$initramfs_work/indexed"
}

# initramfs_build OUT: the bytes to append, padding first.
initramfs_build() {
	initramfs_add=$initramfs_work/add
	rm -rf "$initramfs_add"
	mkdir -p "$initramfs_add/$initramfs_lib/modules/$initramfs_version"
	initramfs_error="depmod failed"
	initramfs_index || return 1
	while IFS= read -r initramfs_entry; do
		initramfs_place_of "$initramfs_entry"
		initramfs_place=$initramfs_add/$initramfs_lib/modules/$initramfs_version/$initramfs_place
		[ -d "${initramfs_place%/*}" ] || mkdir -p "${initramfs_place%/*}"
		initramfs_error="$initramfs_modules/$initramfs_entry cannot be copied"
		initramfs_real=$(initramfs_original "$initramfs_entry") || return 1
		initramfs_inside "${initramfs_real#"$initramfs_modules/"}" || return 1
		initramfs_copy "$initramfs_real" "$initramfs_place" || return 1
	done <"$initramfs_work/missing"
	cp "$initramfs_tree"/modules.* "$initramfs_add/$initramfs_lib/modules/$initramfs_version/" || return 1
	initramfs_list_at_boot || return 1
	initramfs_error="the additional files cannot be copied"
	[ -z "$initramfs_extra" ] || cp -R "$initramfs_extra/." "$initramfs_add/" || return 1
	initramfs_error="cpio or the compressor failed"
	initramfs_pack "$1"
}

# Whether the modprobe of the image unpacks modules is known only if it has to
# already: then packed ones of the same kind stay as they are.
initramfs_takes() { grep -q "\\.ko\\$1\$" "$initramfs_work/initramfs/paths"; }

# initramfs_place_of PATH: sets initramfs_place to what it will be in the image.
initramfs_place_of() {
	initramfs_place=$1
	case $1 in
	*.ko.xz | *.ko.zst | *.ko.gz) initramfs_takes ".${1##*.}" || initramfs_place=${1%.*} ;;
	esac
}

# initramfs_copy FROM TO: unpacked if TO has no suffix of a compressor. The
# module itself, and its signature, stay as they are.
initramfs_copy() {
	case $1 in
	*"${2##*.}") cp "$1" "$2" && return ;;
	*.xz) initramfs_unpacker=xz ;;
	*.zst) initramfs_unpacker=zstd ;;
	*) initramfs_unpacker=gzip ;;
	esac
	initramfs_error="$1 cannot be unpacked: is $initramfs_unpacker installed?"
	initramfs_unpacker=$(initramfs_tool "$initramfs_unpacker") || return 1
	"$initramfs_unpacker" -dc <"$1" >"$2"
}

# Is the module a plain file of the kernel's own folder, not a link to elsewhere?
initramfs_inside() {
	[ -f "$initramfs_modules/$1" ] && [ ! -L "$initramfs_modules/$1" ] || return 1
	initramfs_holder=$(cd "$initramfs_modules/${1%/*}" && pwd -P) || return 1
	case $initramfs_holder/ in
	"$initramfs_modules"/*) return 0 ;;
	esac
	return 1
}

# initramfs_generator: what made the image, told by its files.
initramfs_generator() {
	if grep -qx -e conf/modules -e conf/initramfs.conf -e scripts/functions "$initramfs_names"; then
		echo initramfs-tools
	elif grep -q -e '^usr/lib/dracut/' -e '^lib/dracut/' "$initramfs_names"; then
		echo dracut
	elif grep -qx init_functions "$initramfs_names" && grep -qx config "$initramfs_names"; then
		echo mkinitcpio
	else
		echo unknown
	fi
}

# The modules that were missing are loaded early, by the file that the image's
# own programs read. Where there is none, udev still finds drivers by the
# devices' aliases, and systemd reads modules-load.d.
# shellcheck disable=SC2016 # the image's init expands $MODULES
initramfs_list_at_boot() {
	sort -u "$initramfs_work/wanted" >"$initramfs_work/load"
	case $(initramfs_generator) in
	initramfs-tools)
		initramfs_add_lines conf/modules <"$initramfs_work/load"
		return
		;;
	mkinitcpio) sed 's/.*/MODULES="$MODULES &"/' "$initramfs_work/load" | initramfs_add_lines config ;;
	dracut) sed 's/^/rd.driver.pre=/' "$initramfs_work/load" | initramfs_add_lines etc/cmdline.d/90-p2v-modules.conf ;;
	esac && initramfs_add_lines etc/modules-load.d/p2v-modules.conf <"$initramfs_work/load"
}

# initramfs_add_lines NAME: a file of the image with the lines on stdin added at
# its end, those that it does not have. The whole file is replaced.
initramfs_add_lines() {
	: >"$initramfs_work/old-lines"
	if grep -qxF "$1" "$initramfs_names"; then
		initramfs_error="$1 in the image cannot be read"
		initramfs_cat "$1" >"$initramfs_work/old-lines" || return 1
	fi
	case $1 in
	*/*) mkdir -p "$initramfs_add/${1%/*}" ;;
	esac
	awk -v old="$initramfs_work/old-lines" '
		BEGIN { while ((getline line < old) > 0) { print line; known[line] = 1 } }
		!($0 in known)' >"$initramfs_add/$1"
}

# Every kernel takes a plain cpio; a packed one only if it is packed like the
# main archive, which the kernel is known to read.
initramfs_compress() {
	initramfs_packer=
	case $initramfs_packing in
	gzip) set -- -9 -n -c ;;
	zstd) set -- -q -9 -c ;;
	xz) set -- --check=crc32 -c ;;
	lz4) set -- -l -q -9 -c ;;
	*) set -- ;;
	esac
	[ $# = 0 ] || initramfs_packer=$(initramfs_tool "$initramfs_packing") || set --
	[ $# != 0 ] || initramfs_packer=$(initramfs_tool cat)
	"$initramfs_packer" "$@"
}

# Archives start at a multiple of four bytes. After lz4 there must be a word of
# zeros: it is how older kernels see that no more of it follows.
initramfs_pack() {
	initramfs_pad=$(((4 - initramfs_size % 4) % 4))
	[ "$initramfs_format" != lz4 ] || initramfs_pad=$((initramfs_pad + 4))
	initramfs_cpio=$(initramfs_tool cpio) || return 1
	(
		cd "$initramfs_add" || exit 1
		find . -exec touch -t 197001020000 {} +
		find . ! -name . | sed 's,^\./,,' | sort |
			"$initramfs_cpio" -o -H newc -R 0:0 --renumber-inodes --ignore-devno --quiet
	) >"$initramfs_work/archive" || return 1
	head -c "$initramfs_pad" /dev/zero >"$1" || return 1
	initramfs_compress <"$initramfs_work/archive" >>"$1"
}

# initramfs_prove FILE: reads an image again that was to get what was missing.
initramfs_prove() {
	initramfs_open "$1" || return 1
	initramfs_list_modules
	while IFS= read -r initramfs_entry; do
		initramfs_error="$initramfs_entry did not arrive"
		initramfs_has "$initramfs_entry" || return 1
	done <"$initramfs_work/missing"
}
