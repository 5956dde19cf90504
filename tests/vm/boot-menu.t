#!/bin/sh
# A boot menu over ssh for a machine without a console: three generations, the
# newest is the default and broken. Somebody logs in, picks another, and it
# boots.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/vm/lib.sh"
. "$ROOT/tests/vm/flow.sh"
. "$ROOT/tests/vm/boot-disks.sh"
need_root
need qemu-system-x86_64 socat setpriv ssh tmux mmdebstrap sfdisk mke2fs cpio zstd busybox \
	p2v-receive p2v-boot p2v-initrd

check "a kernel is there" flow_images kernel
kernel=$(cd "$I/kernel/boot" && echo vmlinuz-*)
version=${kernel#vmlinuz-}
check "the menu's initrd is built" p2v-initrd build --standalone --mode menu --kernel "$version" \
	--modules-from "$I/kernel" --modules virtio --compress zstd:3 --programs "$B" \
	--authorized-keys "$VM_KEY.pub" -o "$T/menu.initrd"

# As NixOS writes it where the boot loader is extlinux or U-Boot.
mkdir -p "$T/disk/boot/nixos" "$T/disk/boot/extlinux"
cp "$I/kernel/boot/$kernel" "$T/disk/boot/nixos/linux-$version-bzImage"
proof_initrd "$T/disk/boot/nixos/good-initrd"
proof_initrd "$T/disk/boot/nixos/bad-initrd" broken
{
	echo 'DEFAULT nixos-default'
	echo 'MENU TITLE ------------------------------------------------------------'
	echo 'TIMEOUT 30'
	for generation in default 3 2 1; do
		initrd=good-initrd
		label=nixos-$generation-default
		case $generation in
		default)
			initrd=bad-initrd
			label=nixos-default
			title='NixOS - Default'
			;;
		3)
			initrd=bad-initrd
			title='NixOS - Configuration 3-default (2026-11-03 12:00 - 26.05)'
			;;
		*) title="NixOS - Configuration $generation-default (2026-11-0$generation 12:00 - 26.05)" ;;
		esac
		cat <<-X

			LABEL $label
			  MENU LABEL $title
			  LINUX ../nixos/linux-$version-bzImage
			  INITRD ../nixos/$initrd
			  APPEND init=/nix/store/system-$generation/init console=ttyS0 generation=$generation
		X
	done
} >"$T/disk/boot/extlinux/extlinux.conf"
check "the disk is made" boot_disk "$T/disk.img" "$T/disk"

start() {
	vm_start machine --mem 256 --disk "$T/disk.img" --no-reboot \
		--kernel "$I/kernel/boot/$kernel" --initrd "$T/menu.initrd" --append "console=ttyS0 $1"
}

start 'p2v.timeout=2'
check "nobody is there: after the countdown the default starts" vm_wait_console machine 'PROOF broken:' 120
check "which is broken" vm_wait_console machine 'Kernel panic' 30
vm_stop machine

# Once more, with time to log in.
start 'p2v.timeout=900'
check "the console says how to reach the menu" vm_wait_console machine 'ssh -t root@' 90
check "and shows the menu itself" vm_wait_console machine 'Configuration 2-default' 60
tmux_at() { tmux -L "p2v-$$" "$@"; }
on_exit 'tmux_at kill-server 2>/dev/null'
# shellcheck disable=SC2086,SC2116 # the list has line ends, which tmux's shell must not see
tmux_at -f /dev/null new-session -d -x 100 -y 30 \
	"ssh $(echo $VM_SSH_OPTIONS) -tt -i $VM_KEY -p $(vm_port machine) root@127.0.0.1; sleep 600"
screen_has() { tmux_at capture-pane -p | grep -qF -e "$1"; }
check "the login shell is the menu" vm_until 90 screen_has 'Configuration 2-default'
check_status "the same key gets nothing that could erase the machine" 126 vm_ssh machine p2v-receive
check "a list can be had too" vm_ssh machine 'p2v-boot list'
tmux_at send-keys Down
tmux_at send-keys Down
tmux_at send-keys Enter
check "the generation that was picked boots" vm_wait_console machine \
	'PROOF ok: init=/nix/store/system-2/init console=ttyS0 generation=2' 120
check "and the machine is its own" vm_wait_exit machine 60
done_testing
