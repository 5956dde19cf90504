#!/bin/sh
# demo.sh - the main job, watched: a Debian machine moves into a virtual one
#
# `make demo` runs it. Everything that it makes is kept below build/images, so
# that the second time is quicker.
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)

usage() {
	cat <<'X'
usage: tests/demo.sh [--mem MIB] [--keep]

Makes a Debian machine's disk and pushes it onto a virtual machine that runs
from RAM; watches it come alive there, twice.

  --mem MIB   the virtual machine's memory (default 512)
  --keep      leave the migrated machine running until Enter is pressed, and
              say how to log in
X
}

mem=512 keep=
while [ $# -gt 0 ]; do
	case $1 in
	--mem)
		mem=${2:-}
		shift
		;;
	--keep) keep=yes ;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		usage >&2
		exit 1
		;;
	esac
	shift
done
case $mem in
'' | *[!0-9]*)
	echo "demo: --mem needs a number of MiB" >&2
	exit 1
	;;
esac

if [ "$(id -u)" != 0 ]; then
	echo "demo: making disks needs root: going on with sudo"
	exec sudo env P2V_BUILD="${P2V_BUILD:-build}" MIRROR="${MIRROR:-}" \
		"$ROOT/tests/demo.sh" --mem "$mem" ${keep:+--keep}
fi

# shellcheck source=vm/script.sh
. "$ROOT/tests/vm/script.sh"
# shellcheck source=vm/lib.sh
. "$ROOT/tests/vm/lib.sh"
# shellcheck source=vm/flow.sh
. "$ROOT/tests/vm/flow.sh"
# shellcheck disable=SC2034 # flow.sh's
FLOW_MEM=$mem

if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
	bold='' plain=''
fi
step=0
times=$T/times

# title TEXT: what comes now.
title() {
	step=$((step + 1))
	printf '\n%s%s. %s%s\n' "$bold" "$step" "$1" "$plain"
}
tell() { printf '   %s\n' "$@"; }
show() { sed 's/^/   | /'; }
fail() {
	printf '\ndemo: %s\n' "$*" >&2
	exit 1
}
# took START WHAT: a line for the table at the end.
took() { printf '%8s s  %s\n' "$(vm_since "$1")" "$2" >>"$times"; }

# show_table FILE: run beside it, because sfdisk's columns are as wide as its name.
show_table() {
	(cd "${1%/*}" && sfdisk -l "${1##*/}") | sed -n '/^Device/,$p' | show
}

make_disks() {
	title "Two disks: a machine to be moved, and a target to move it to"
	start=$(vm_tenths)
	flow_images mbr instance || fail "the disks could not be made"
	took "$start" "disks made, or found from the last time"
	tell "The source machine is Debian 12 with systemd, sshd, swap, a second file" \
		"system and a service on port 8000. Its disk:"
	show_table "$I/source-mbr.img"
	disk=$T/target.img
	flow_new_disk "$disk"
	tell "The target's disk was made by p2v-instance; it holds a small bootstrap system:"
	show_table "$disk"
}

boot_target() {
	title "The target boots from its own disk, and moves into RAM"
	tell "QEMU ($(vm_accel)), $mem MiB of RAM, started through firmware and GRUB."
	start=$(vm_tenths)
	flow_start target "$disk"
	flow_wait_bootstrap target || fail "the bootstrap system did not come up"
	took "$start" "target: power on to sshd, running from RAM"
	tell "Its / is in memory, and nothing uses the disk any longer:"
	vm_ssh target 'findmnt -n -o TARGET,SOURCE,FSTYPE /
		lsblk -o NAME,SIZE,MOUNTPOINTS /dev/vda
		blockdev --rereadpt /dev/vda && echo "the kernel says: /dev/vda is free"' | show
}

push() {
	title "The machine is pushed"
	tell "On a real source machine this would be:" \
		"  p2v-push --host-key $(flow_fingerprint) root@target" \
		"Here the source is a disk image, and the answer to the question about" \
		"erasing the target's disk is given beforehand." ""
	start=$(vm_tenths)
	status=0
	p2v-push --source "$I/source-mbr.img" --target-disk /dev/vda \
		--yes-erase "$FLOW_SERIAL" --identity "$VM_KEY" --host-key "$(flow_fingerprint)" \
		--wait-boot "$(vm_scaled 120)" --log "$T/push.log" \
		"root@127.0.0.1:$(vm_port target)" || status=$?
	took "$start" "p2v-push: connect, plan, transfer, verify, kexec, proof of boot"
	[ "$status" = 0 ] || fail "p2v-push ended with status $status"
}

# alive WHEN: shows the migrated machine, and that it is the source in all.
alive() {
	vm_wait_console target 'srcmbr login:' 90 || fail "no login prompt on the serial console"
	tell "On the serial console:"
	vm_console_text target | sed '/^$/d' | grep -a 'srcmbr login:' | tail -n 1 | show
	flow_wait_migrated target || fail "the migrated machine does not answer"
	took "$start" "$1"
	tell "Over ssh:"
	vm_ssh target 'hostname; uname -r; findmnt -n -o TARGET,SOURCE,FSTYPE /
		swapon --show --noheadings; systemctl is-system-running --wait' | show
	[ "$(vm_host_key target)" = "$(cat "$I/source-hostkey.pub")" ] ||
		fail "the ssh host key is not the source's"
	tell "Its ssh host key is the source's. The service on port 8000 says:"
	flow_service target | show
	flow_manifest target srv/markers data/markers >"$T/manifest"
	diff "$I/source-mbr.manifest" "$T/manifest" | show
	cmp -s "$I/source-mbr.manifest" "$T/manifest" || fail "marker files differ"
	tell "$(grep -c '^[a-z]' "$T/manifest") marker files have the same content, owners, modes, times," \
		"links, holes, attributes, ACLs and capabilities as on the source."
}

cold_boot() {
	title "Power off, and a cold boot through firmware and GRUB"
	vm_poweroff target || fail "it did not power off"
	start=$(vm_tenths)
	flow_start target "$disk"
	alive "cold boot: power on to a login by ssh"
}

finish() {
	title "Done: the machine lives on in the virtual machine"
	cat "$times"
	if [ -n "$keep" ]; then
		tell "" "Log in with" "  ssh -i $VM_KEY -p $(vm_port target) root@127.0.0.1" \
			"Press Enter to end it."
		read -r _
	fi
}

[ -x "$B/p2v-push" ] || make -C "$ROOT" BUILD="$B"
make_disks
boot_target
push
title "The migrated machine is alive, without a reboot through firmware"
alive "the same, and a login prompt, and a login by ssh"
cold_boot
finish
