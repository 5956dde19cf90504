# shellcheck shell=sh
# modules.sh - what p2v-initrd's add-modules and check have in common
#
# How kernels and images are looked at is fixups/kmod.sh and fixups/initramfs.sh,
# which the fixup of a migrated system uses as well; this is the rest: messages, a
# scratch folder, and where a kernel's modules are found.
#
# The caller has set home, the folder of this file.
# shellcheck disable=SC2034,SC2154 # variables of initramfs.sh and of the callers

LC_ALL=C
export LC_ALL
# shellcheck source=../fixups/kmod.sh
. "$home/../fixups/kmod.sh"
# shellcheck source=../fixups/initramfs.sh
. "$home/../fixups/initramfs.sh"

modules_misuse() {
	echo "p2v-initrd: $*" >&2
	echo "Try 'p2v-initrd $modules_command --help'." >&2
	exit 1
}

# modules_stop STATUS MESSAGE
modules_stop() {
	modules_status=$1
	shift
	echo "p2v-initrd: $*" >&2
	exit "$modules_status"
}

# A scratch folder, and the programs that are needed.
modules_begin() {
	for modules_program in modprobe depmod cpio; do
		kmod_tool "$modules_program" >/dev/null ||
			modules_stop 4 "the program $modules_program is not installed, or not on the PATH"
	done
	command -v "${P2V_BOOT:-p2v-boot}" >/dev/null ||
		modules_stop 4 "the program p2v-boot is not installed, or not on the PATH"
	initramfs_work=$(mktemp -d "${TMPDIR:-/tmp}/p2v-modules.XXXXXX")
	kmod_work=$initramfs_work
	trap 'rm -rf "$initramfs_work"' EXIT
	trap 'exit 4' HUP INT TERM
}

# modules_check_version VERSION
modules_check_version() {
	case $1 in
	'' | .* | *[!A-Za-z0-9._+~-]*) modules_misuse "--kernel takes a version as below /lib/modules: $1" ;;
	esac
}

modules_check_name() {
	case $1 in
	'' | [!A-Za-z0-9]* | *[!A-Za-z0-9_-]*) modules_misuse "not the name of a module: $1" ;;
	esac
}

# modules_readable FILE STATUS
modules_readable() {
	if [ ! -f "$1" ] || [ ! -r "$1" ]; then
		modules_stop "$2" "$1 is not a readable file"
	fi
}

# modules_open IMAGE STATUS
modules_open() {
	modules_readable "$1" "$2"
	initramfs_open "$1" || modules_stop "$2" "$1 cannot be understood: $initramfs_error"
}

# The kernel versions that the open image has modules for, a line each.
modules_versions() { sed -n "s/^kernel$initramfs_tab//p" "$initramfs_image"; }

# modules_kernel ROOT VERSION STATUS: uses that system's modules. A link must not
# lead out of ROOT: it may be the root of another machine.
modules_kernel() {
	modules_root=$(cd "$1" 2>/dev/null && pwd -P) || modules_stop "$3" "$1 is not a folder"
	modules_root=${modules_root%/}
	modules_found=
	for modules_folder in lib/modules usr/lib/modules; do
		modules_folder=$(cd "$modules_root/$modules_folder/$2" 2>/dev/null && pwd -P) || continue
		case $modules_folder in
		"$modules_root"/*) modules_found=$modules_folder && break ;;
		esac
	done
	[ -n "$modules_found" ] ||
		modules_stop "$3" "there are no modules in $modules_root/lib/modules/$2 (is that kernel installed there?)"
	kmod_open "$2" "$modules_found" && return
	[ ! -f "$modules_found/modules.dep.bin" ] || modules_stop "$3" "$kmod_error"
	modules_make_index "$2"
}

# A folder that was never indexed, a package unpacked by hand perhaps, stays as
# it is: depmod gets a folder of links to it.
modules_make_index() {
	rm "$kmod_root/lib/modules/$1"
	cp -R -s "$modules_found" "$kmod_root/lib/modules/$1"
	kmod_depmod=$(kmod_tool depmod)
	"$kmod_depmod" -C /dev/null -b "$kmod_root" "$1" ||
		modules_stop 4 "depmod could not index $modules_found"
}
