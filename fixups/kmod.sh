# shellcheck shell=sh
# kmod.sh - the modules of an installed kernel, by the programs of kmod
#
# Sourced by 30-initramfs and by p2v-initrd's add-modules and check. The kernel may
# belong to another system, of which nothing is run. The caller sets kmod_work to a
# scratch folder; kmod_open comes first. Everything returns a status; kmod_error
# then says why.
# shellcheck disable=SC2034,SC2154 # variables that the caller reads or sets

kmod_error=

# kmod_tool NAME: the absolute path of a program. A busybox shell would prefer its
# own modprobe and cpio, which know less.
kmod_tool() {
	kmod_path=$PATH:
	while [ -n "$kmod_path" ]; do
		kmod_bin=${kmod_path%%:*}
		kmod_path=${kmod_path#*:}
		if [ -n "$kmod_bin" ] && [ -f "$kmod_bin/$1" ] && [ -x "$kmod_bin/$1" ]; then
			printf '%s\n' "$kmod_bin/$1"
			return 0
		fi
	done
	return 1
}

# kmod_open VERSION FOLDER: FOLDER is the kernel's own module folder. kmod wants to
# see it at lib/modules/VERSION of some root, which is kmod_root.
kmod_open() {
	kmod_version=$1
	kmod_modules=$2
	kmod_root=$kmod_work/kernel
	kmod_root_at "$kmod_root"
	ln -s "$2" "$kmod_root/lib/modules/$1"
	kmod_error="modprobe and depmod are not installed"
	kmod_modprobe=$(kmod_tool modprobe) || return 1
	kmod_depmod=$(kmod_tool depmod) || return 1
	kmod_error="$2 has no modules.dep.bin: run depmod"
	[ -f "$2/modules.dep.bin" ]
}

# kmod_root_at FOLDER: an empty root, whose modules are found by every kmod.
kmod_root_at() {
	rm -rf "$1"
	mkdir -p "$1/lib/modules" "$1/usr"
	ln -s ../lib "$1/usr/lib"
}

# What this machine's own modprobe.d says is of no concern.
kmod_query() { "$kmod_modprobe" -C /dev/null -d "$kmod_root" -S "$kmod_version" "$@" 2>/dev/null; }

# kmod_drivers FILE: the names of the modules that this kernel has for the device
# aliases in FILE, a line each; built-in ones are among them.
kmod_drivers() {
	grep -x '[A-Za-z0-9][A-Za-z0-9:_.,*+-]*' "$1" | sort -u |
		xargs "$kmod_modprobe" -C /dev/null -d "$kmod_root" -S "$kmod_version" -a -q -R 2>/dev/null |
		sort -u
}

# kmod_files NAME: the files of a module and of what it depends on, below the
# kernel's folder, its own last; "builtin" for what needs no file. Status 1 if the
# kernel does not have it.
kmod_files() {
	kmod_query --show-depends "$1" >"$kmod_work/depends" || return 1
	[ -s "$kmod_work/depends" ] || return 1
	sed -n -e 's/^builtin .*/builtin/p' \
		-e "s,^insmod .*/modules/$kmod_version/\\([^ ]*\\).*,\\1,p" "$kmod_work/depends"
}

# kmod_kind NAME PATH: what a driver is for, by where its source lies:
# storage (disks and what they hang on), network, or other.
kmod_kind() {
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

# kmod_soft_of NAME: modules that this one asks for by name while it runs, as ext4
# does for its checksums; modprobe does not count them among what it depends on.
kmod_soft_of() {
	[ -f "$kmod_modules/modules.softdep" ] || return 0
	awk -v name="$1" '
		$1 == "softdep" && $2 == name {
			for (i = 3; i <= NF; i++)
				if ($i ~ /^[A-Za-z0-9_-]+$/)
					print $i
		}' "$kmod_modules/modules.softdep"
}

# kmod_original PATH: sets kmod_real to where the module with that path, in an index
# or in an image, is now; it may be packed in one place and not in the other.
kmod_original() {
	for kmod_suffix in '' .xz .zst .gz; do
		kmod_real=$kmod_modules/${1%.ko*}.ko$kmod_suffix
		[ ! -f "$kmod_real" ] || return 0
	done
	return 1
}

# kmod_copy FROM TO: unpacked if TO has no suffix of a compressor. The module itself,
# and its signature, stay as they are.
kmod_copy() {
	mkdir -p "${2%/*}" || return 1
	case $1 in
	*"${2##*.}") cp "$1" "$2" && return ;;
	*.xz) kmod_unpacker=xz ;;
	*.zst) kmod_unpacker=zstd ;;
	*) kmod_unpacker=gzip ;;
	esac
	kmod_error="$1 cannot be unpacked: is $kmod_unpacker installed?"
	kmod_unpacker=$(kmod_tool "$kmod_unpacker") || return 1
	"$kmod_unpacker" -dc <"$1" >"$2"
}

# kmod_is_own FILE: is it one of the kernel's own folder, not a link to elsewhere?
kmod_is_own() {
	[ -f "$1" ] && [ ! -L "$1" ] || return 1
	kmod_holder=$(cd "${1%/*}" && pwd -P) || return 1
	case $kmod_holder/ in
	"$kmod_modules"/*) return 0 ;;
	esac
	return 1
}

# kmod_names: the names of the module files on stdin, each once.
kmod_names() {
	sed -e 's,.*/,,' -e 's/\.ko\(\.[a-z0-9]*\)\{0,1\}$//' | tr - _ | sort -u
}

# kmod_index ROOT: the index of the modules in a root of kmod_root_at, by depmod.
# What it cannot read is left out without a word, and would be lost to whoever
# uses the index.
kmod_index() {
	kmod_folder=$1/lib/modules/$kmod_version
	for kmod_entry in modules.order modules.builtin modules.builtin.modinfo; do
		[ ! -f "$kmod_modules/$kmod_entry" ] || cp "$kmod_modules/$kmod_entry" "$kmod_folder/$kmod_entry"
	done
	kmod_error="depmod failed"
	"$kmod_depmod" -C /dev/null -b "$1" "$kmod_version" 2>/dev/null || return 1
	(cd "$kmod_folder" && find . -name '*.ko' -o -name '*.ko.*') | kmod_names >"$kmod_work/files"
	cut -d : -f 1 "$kmod_folder/modules.dep" | kmod_names >"$kmod_work/indexed"
	kmod_error="depmod cannot read $(grep -vxF -f "$kmod_work/indexed" "$kmod_work/files" | tr '\n' ' ')"
	cmp -s "$kmod_work/files" "$kmod_work/indexed"
}
