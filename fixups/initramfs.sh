# shellcheck shell=sh
# initramfs.sh - which modules an initramfs lacks, and how they are added to it
#
# Sourced behind kmod.sh by 30-initramfs and by p2v-initrd's add-modules and check.
# An initramfs is a row of cpio archives, unpacked one over the other, so drivers
# are added by appending one more: what was there is not touched, and nothing of
# the system that it belongs to has to run. What the image is, p2v-boot initrd-show
# says; what its kernel has, kmod.
#
# The caller sets initramfs_work to a scratch folder, and then
#     initramfs_open FILE        what the image holds
#     kmod_open VERSION FOLDER   the modules of its kernel
#     initramfs_need NAME...     modules that it must have
#     initramfs_build OUT        writes what is to be appended
#     initramfs_prove FILE       does the finished image hold them?
# Everything returns a status; initramfs_error then says why. Before _build, the
# caller may change initramfs_packing (how the addition is compressed), and put
# more files into the folder initramfs_extra.
# shellcheck disable=SC2034,SC2154 # variables that the caller reads or sets

initramfs_error=
initramfs_tab=$(printf '\t')

# The receiver says where it is; elsewhere it is on the PATH.
initramfs_boot() { "${P2V_BOOT:-p2v-boot}" "$@"; }

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

# The modules that the image has for this kernel, in $initramfs_work/have: NAME
# and PATH below the kernel's folder, separated by a tab.
initramfs_list_modules() {
	awk -F '\t' -v version="$kmod_version" '
		$1 == "module" && $2 == version { print $3 "\t" $4 }' "$initramfs_image" >"$initramfs_work/have"
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
		kmod_files "$initramfs_name" | sed "s/^/$initramfs_name$initramfs_tab/"
		for initramfs_soft in $(kmod_soft_of "$initramfs_name"); do
			kmod_files "$initramfs_soft" | sed "s/^/-$initramfs_tab/"
		done
	done | initramfs_places >"$initramfs_work/needed"
	awk -F '\t' '$4 == "missing" && $1 != "-" && !seen[$1]++ { print $1 }' \
		"$initramfs_work/needed" >"$initramfs_work/wanted"
	awk -F '\t' '$4 == "missing" && !seen[$2]++ { print $2 "\t" $3 }' "$initramfs_work/needed" |
		sort >"$initramfs_work/missing"
	initramfs_missing=$(($(wc -l <"$initramfs_work/missing")))
}

# initramfs_copy_missing FOLDER: into their places below it. Sets kmod_error.
initramfs_copy_missing() {
	while IFS=$initramfs_tab read -r initramfs_entry initramfs_place; do
		kmod_error="$kmod_modules/$initramfs_entry cannot be copied"
		kmod_original "$initramfs_entry" && kmod_is_own "$kmod_real" &&
			kmod_copy "$kmod_real" "$1/$initramfs_place" || return 1
	done <"$initramfs_work/missing"
}

# initramfs_index FOLDER: modules.dep and its kin, for what the image has and for
# the modules in FOLDER: the new index replaces the old one, so it must know both.
# They are put into FOLDER. depmod reads links. Sets kmod_error.
initramfs_index() {
	kmod_root_at "$initramfs_work/index"
	initramfs_tree=$initramfs_work/index/lib/modules/$kmod_version
	mkdir "$initramfs_tree"
	while IFS=$initramfs_tab read -r initramfs_name initramfs_entry; do
		[ -d "$initramfs_tree/${initramfs_entry%/*}" ] || mkdir -p "$initramfs_tree/${initramfs_entry%/*}"
		kmod_original "$initramfs_entry" || kmod_real=none
		case ${initramfs_entry##*.}:${kmod_real##*.} in
		ko:ko | xz:xz | zst:zst | gz:gz) ln -s "$kmod_real" "$initramfs_tree/$initramfs_entry" ;;
		# This machine's depmod may not know how to unpack it.
		ko:xz | ko:zst | ko:gz) kmod_copy "$kmod_real" "$initramfs_tree/$initramfs_entry" || return 1 ;;
		# The kernel's folder has lost it since the image was made.
		*)
			initramfs_cat "$initramfs_lib/modules/$kmod_version/$initramfs_entry" \
				>"$initramfs_tree/$initramfs_entry" || rm -f "$initramfs_tree/$initramfs_entry"
			;;
		esac
	done <"$initramfs_work/have"
	cp -R "$1/." "$initramfs_tree/" && kmod_index "$initramfs_work/index" && cp "$initramfs_tree"/modules.* "$1/"
}

# initramfs_build OUT: the bytes to append, padding first.
initramfs_build() {
	initramfs_add=$initramfs_work/add
	initramfs_folder=$initramfs_add/$initramfs_lib/modules/$kmod_version
	rm -rf "$initramfs_add"
	mkdir -p "$initramfs_folder"
	if ! initramfs_copy_missing "$initramfs_folder" || ! initramfs_index "$initramfs_folder"; then
		initramfs_error=$kmod_error
		return 1
	fi
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
	[ $# = 0 ] || initramfs_packer=$(kmod_tool "$initramfs_packing") || set --
	[ $# != 0 ] || initramfs_packer=$(kmod_tool cat)
	"$initramfs_packer" "$@"
}

# Its bytes depend on nothing but the names, modes and contents in it.
initramfs_pack() {
	initramfs_cpio=$(kmod_tool cpio) || return 1
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
