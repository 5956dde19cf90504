#!/bin/sh
# deps.sh - install what building, testing and the demo need, with apt
#
# Quiet when nothing is missing. Runs apt-get directly as root, else by sudo.
set -eu

# Compiler and libraries.
packages="gcc git make pkg-config libc6-dev libssh-dev libparted-dev libblkid-dev libext2fs-dev
comerr-dev libzstd-dev libjansson-dev libxxhash-dev libmount-dev libarchive-dev"
# Checks.
packages="$packages clang llvm libclang-rt-14-dev cppcheck clang-format shellcheck codespell
perl python3-docutils dash busybox-static"
# What the programs and scripts call.
packages="$packages e2fsprogs util-linux fdisk gdisk kmod kexec-tools cpio zstd xz-utils lz4 bzip2 jq
gzip openssh-client openssh-server iproute2 acl attr libcap2-bin coreutils"
# Virtual machines, the instance and the demo.
packages="$packages qemu-system-x86 qemu-utils mmdebstrap initramfs-tools-core grub-pc-bin
grub2-common grub-common grub-emu expect tmux socat strace xfsprogs btrfs-progs dosfstools mtools libxml2-utils
partclone procps time systemd"

# cloud-init volumes; an appliance.
packages="$packages genisoimage squashfs-tools"
# The other ssh server; not dropbear-initramfs, which changes this machine's initrd.
packages="$packages dropbear-bin"

missing=
for package in $packages; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null 2>&1 || {
		echo "deps: these packages are missing and only root can install them:$missing" >&2
		exit 1
	}
fi
echo "deps: installing$missing"
log=$(mktemp "${TMPDIR:-/tmp}/p2v-deps.XXXXXX")
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
if ! { $as_root apt-get -q update &&
	$as_root apt-get -q install -y --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps: apt-get failed; the whole log is in $log" >&2
	exit 1
fi
rm -f "$log"
