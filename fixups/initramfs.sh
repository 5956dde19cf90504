# shellcheck shell=sh
# initramfs.sh - which modules an initramfs lacks, and how they are added to it
#
# Sourced by 30-initramfs and by p2v-initrd's add-modules and check. An initramfs
# is a row of cpio archives, unpacked one over the other, so drivers are added by
# appending one more: what was there is not touched, and nothing of the system
# that it belongs to has to run. What the image is, says `p2v-boot initrd-show`;
# what its kernel has, says kmod.
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
initramfs_tab=$(printf '\t')

# The receiver says where it is; elsewhere it is on the PATH.
initramfs_boot() { "${P2V_BOOT:-p2v-boot}" "$@"; }

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

# initramfs_open FILE: what p2v-boot(8) says of it is in initramfs_image, a line
# for each thing. Sets initramfs_generator, initramfs_lib (where its modules
# belong), initramfs_size, and how something is appended: behind initramfs_zeros
# zero bytes, packed by initramfs_packing.
initramfs_open() {
	initramfs_file=$1
	initramfs_image=$initramfs_work/image
	initramfs_extra=
	if ! initramfs_boot initrd-show "$1" >"$initramfs_image" 2>"$initramfs_image.error"; then
		initramfs_error=$(sed -n "s/^damage$initramfs_tab//p" "$initramfs_image")
		[ -n "$initramfs_error" ] || initramfs_error=$(head -n 1 "$initramfs_image.error")
		return 1
	fi
	awk -F '\t' '
		$1 == "generator" { generator = $2 }
		$1 == "lib" { lib = $2 }
		$1 == "append" { append = $2 " " $3 " " $4 }
		END { print generator, lib, append }' "$initramfs_image" >"$initramfs_image.facts"
	read -r initramfs_generator initramfs_lib initramfs_size initramfs_zeros initramfs_packing \
		<"$initramfs_image.facts"
}

# initramfs_holds NAME: is there a file of that name in the image?
initramfs_holds() {
	awk -F '\t' -v name="$1" '$1 == "member" && $5 == name { found = 1 } END { exit !found }' "$initramfs_image"
}

# initramfs_cat NAME: a file of the image as the kernel leaves it, that of the
# last archive. Status 1 if it is not there, or cannot be read.
initramfs_cat() { initramfs_boot initrd-cat "$initramfs_file" "$1" 2>/dev/null; }

# initramfs_kernel VERSION FOLDER: FOLDER is the kernel's own module folder.
# kmod wants to see it at lib/modules/VERSION of some root.
initramfs_kernel() {
	initramfs_version=$1
	initramfs_modules=$2
	initramfs_root=$initramfs_work/kernel
	initramfs_tree_at "$initramfs_root"
	ln -s "$2" "$initramfs_root/lib/modules/$1"
	: >"$initramfs_work/wanted"
	initramfs_error="modprobe and depmod are not installed"
	initramfs_modprobe=$(initramfs_tool modprobe) || return 1
	initramfs_depmod=$(initramfs_tool depmod) || return 1
	initramfs_error="$2 has no modules.dep.bin: run depmod"
	[ -f "$2/modules.dep.bin" ]
}

# initramfs_tree_at FOLDER: an empty root, whose modules are found by every kmod.
initramfs_tree_at() {
	rm -rf "$1"
	mkdir -p "$1/lib/modules" "$1/usr"
	ln -s ../lib "$1/usr/lib"
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

# The modules that the image has for this kernel, in $initramfs_work/have: NAME
# and PATH below the kernel's folder, separated by a tab.
initramfs_list_modules() {
	awk -F '\t' -v version="$initramfs_version" '
		$1 == "module" && $2 == version { print $3 "\t" $4 }' "$initramfs_image" >"$initramfs_work/have"
}

# initramfs_stems: the names of the module files on stdin, each once.
initramfs_stems() {
	sed -e 's,.*/,,' -e 's/\.ko\(\.[a-z0-9]*\)\{0,1\}$//' | tr - _ | sort -u
}

# initramfs_places: for the module files at the end of the lines on stdin, where
# they are in the image, or will be, and "there" or "missing", behind tabs. It may
# have a module packed in another way. Whether the modprobe of the image unpacks
# modules is known only if it has to already: then packed ones of the same kind
# stay as they are.
initramfs_places() {
	awk -F '\t' -v have="$initramfs_work/have" '
		BEGIN {
			while ((getline line < have) > 0) {
				split(line, field, "\t")
				path[field[1]] = field[2]
				if (match(field[2], /\.ko\.[a-z0-9]+$/))
					takes[substr(field[2], RSTART + 3)] = 1
			}
		}
		$NF != "builtin" {
			name = place = $NF
			sub(/.*\//, "", name)
			sub(/\.ko(\.[a-z0-9]*)?$/, "", name)
			gsub(/-/, "_", name)
			if (match(place, /\.ko\.[a-z0-9]+$/) && !(substr(place, RSTART + 3) in takes))
				place = substr(place, 1, RSTART + 2)
			print $0 "\t" (name in path ? path[name] "\tthere" : place "\tmissing")
		}'
}

# initramfs_need NAME...: notes what the image lacks of these modules, of those
# that they depend on, and of those that they ask for while they run. Counts in
# initramfs_missing; names that the kernel does not have are passed over.
# $initramfs_work/missing has a line for each: PATH, and its place in the image.
initramfs_need() {
	initramfs_list_modules
	for initramfs_name; do
		initramfs_files "$initramfs_name" | sed "s/^/$initramfs_name$initramfs_tab/"
		for initramfs_soft in $(initramfs_soft_of "$initramfs_name"); do
			initramfs_files "$initramfs_soft" | sed "s/^/-$initramfs_tab/"
		done
	done | initramfs_places >"$initramfs_work/needed"
	awk -F '\t' '$4 == "missing" && $1 != "-" && !seen[$1]++ { print $1 }' \
		"$initramfs_work/needed" >>"$initramfs_work/wanted"
	awk -F '\t' '$4 == "missing" && !seen[$2]++ { print $2 "\t" $3 }' "$initramfs_work/needed" |
		sort >"$initramfs_work/missing"
	initramfs_missing=$(($(wc -l <"$initramfs_work/missing")))
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

# initramfs_original PATH: sets initramfs_real to where the module with that path
# in the image is now; it may be packed in one place and not in the other.
initramfs_original() {
	for initramfs_suffix in '' .xz .zst .gz; do
		initramfs_real=$initramfs_modules/${1%.ko*}.ko$initramfs_suffix
		[ ! -f "$initramfs_real" ] || return 0
	done
	return 1
}

# initramfs_copy FROM TO: unpacked if TO has no suffix of a compressor. The
# module itself, and its signature, stay as they are.
initramfs_copy() {
	mkdir -p "${2%/*}" || return 1
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

# Is the file one of the kernel's own folder, not a link to elsewhere?
initramfs_inside() {
	[ -f "$1" ] && [ ! -L "$1" ] || return 1
	initramfs_holder=$(cd "${1%/*}" && pwd -P) || return 1
	case $initramfs_holder/ in
	"$initramfs_modules"/*) return 0 ;;
	esac
	return 1
}

# initramfs_copy_missing FOLDER: into their places below it.
initramfs_copy_missing() {
	while IFS=$initramfs_tab read -r initramfs_entry initramfs_place; do
		initramfs_error="$initramfs_modules/$initramfs_entry cannot be copied"
		initramfs_original "$initramfs_entry" && initramfs_inside "$initramfs_real" || return 1
		initramfs_copy "$initramfs_real" "$1/$initramfs_place" || return 1
	done <"$initramfs_work/missing"
}

# initramfs_index FOLDER: modules.dep and its kin, for what the image has and for
# the modules in FOLDER: the new index replaces the old one, so it must know both.
# They are put into FOLDER. depmod reads links.
initramfs_index() {
	initramfs_tree_at "$initramfs_work/index"
	initramfs_tree=$initramfs_work/index/lib/modules/$initramfs_version
	mkdir "$initramfs_tree"
	while IFS=$initramfs_tab read -r initramfs_name initramfs_entry; do
		[ -d "$initramfs_tree/${initramfs_entry%/*}" ] || mkdir -p "$initramfs_tree/${initramfs_entry%/*}"
		initramfs_original "$initramfs_entry" || initramfs_real=none
		case ${initramfs_entry##*.}:${initramfs_real##*.} in
		ko:ko | xz:xz | zst:zst | gz:gz) ln -s "$initramfs_real" "$initramfs_tree/$initramfs_entry" ;;
		# This machine's depmod may not know how to unpack it.
		ko:xz | ko:zst | ko:gz) initramfs_copy "$initramfs_real" "$initramfs_tree/$initramfs_entry" || return 1 ;;
		# The kernel's folder has lost it since the image was made.
		*)
			initramfs_cat "$initramfs_lib/modules/$initramfs_version/$initramfs_entry" \
				>"$initramfs_tree/$initramfs_entry" || rm -f "$initramfs_tree/$initramfs_entry"
			;;
		esac
	done <"$initramfs_work/have"
	cp -R "$1/." "$initramfs_tree/"
	for initramfs_entry in modules.order modules.builtin modules.builtin.modinfo; do
		[ ! -f "$initramfs_modules/$initramfs_entry" ] ||
			cp "$initramfs_modules/$initramfs_entry" "$initramfs_tree/$initramfs_entry"
	done
	initramfs_error="depmod failed"
	"$initramfs_depmod" -C /dev/null -b "$initramfs_work/index" "$initramfs_version" 2>/dev/null || return 1
	initramfs_check_index && cp "$initramfs_tree"/modules.* "$1/"
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
	initramfs_folder=$initramfs_add/$initramfs_lib/modules/$initramfs_version
	rm -rf "$initramfs_add"
	mkdir -p "$initramfs_folder"
	initramfs_copy_missing "$initramfs_folder" && initramfs_index "$initramfs_folder" &&
		initramfs_list_at_boot || return 1
	initramfs_error="the additional files cannot be copied"
	[ -z "$initramfs_extra" ] || cp -R "$initramfs_extra/." "$initramfs_add/" || return 1
	initramfs_error="cpio or the compressor failed"
	initramfs_pack "$1"
}

# The modules that were missing are loaded early, by the file that the image's
# own programs read. Where there is none, udev still finds drivers by the
# devices' aliases, and systemd reads modules-load.d.
# shellcheck disable=SC2016 # the image's init expands $MODULES
initramfs_list_at_boot() {
	sort -u "$initramfs_work/wanted" >"$initramfs_work/load"
	case $initramfs_generator in
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
	if initramfs_holds "$1"; then
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

# Its bytes depend on nothing but the names, modes and contents in it.
initramfs_pack() {
	initramfs_cpio=$(initramfs_tool cpio) || return 1
	(
		cd "$initramfs_add" || exit 1
		TZ=UTC0 find . -exec touch -h -t 197001020000 {} +
		find . ! -name . | sed 's,^\./,,' | sort |
			"$initramfs_cpio" -o -H newc -R 0:0 --renumber-inodes --ignore-devno --quiet
	) >"$initramfs_work/archive" || return 1
	head -c "$initramfs_zeros" /dev/zero >"$1" || return 1
	initramfs_compress <"$initramfs_work/archive" >>"$1"
}

# initramfs_prove FILE: reads an image again that was to get what was missing.
initramfs_prove() {
	initramfs_open "$1" || return 1
	initramfs_list_modules
	cut -f 2 "$initramfs_work/have" >"$initramfs_work/arrived"
	initramfs_error="$(cut -f 2 "$initramfs_work/missing" | grep -vxF -f "$initramfs_work/arrived" | tr '\n' ' ')did not arrive"
	[ "$initramfs_error" = "did not arrive" ]
}
