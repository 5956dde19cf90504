#!/bin/sh
# The default entry of the fixtures, as the real GRUB (grub-emu) runs it: its
# own commands linux and initrd are replaced by functions that print.
. "$(dirname "$0")/../lib.sh"
need grub-emu script timeout

F=$ROOT/tests/cli/boot

# shellcheck disable=SC2016 # GRUB expands
# grub FIXTURE: "kernel and words of the command line|initrd", as GRUB's.
# GRUB wraps its lines and moves the cursor; it waits for a key at the end.
grub() {
	rm -rf "$T/grub"
	mkdir -p "$T/grub"
	[ ! -f "$F/$1/grubenv" ] || cp "$F/$1/grubenv" "$T/grub/"
	{
		echo 'function linux { echo "LINE:$@:"; }'
		echo 'function initrd { echo "INITRD:$@:"; }'
		sed 's/^[[:space:]]*terminal_output.*//' "$F/$1/grub.cfg"
		echo 'set timeout=0'
	} >"$T/grub/grub.cfg"
	timeout 20 script -qc "grub-emu -d $T/grub -r host" /dev/null </dev/null >"$T/screen" 2>&1
	tr -d '\r\n' <"$T/screen" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/\x1b[()].//g' >"$T/flat"
	echo "$(grep -aoE 'LINE:[^:]*:' "$T/flat" | head -n 1)|$(
		grep -aoE 'INITRD:[^:]*:' "$T/flat" | head -n 1)"
}

# ours OPTION...: the same from p2v-boot.
ours() {
	p2v-boot --quiet --platform pc --dry-run kexec "$@" >"$T/show"
	echo "LINE:$(sed -n 's/^kernel  *[a-z0-9]*://p' "$T/show") $(
		sed -n 's/^cmdline  *//p' "$T/show"):|INITRD:$(
		sed -n 's/^initrd  *[a-z0-9]*://p' "$T/show"):"
}

check_eq "GRUB agrees on Debian's default" "$(ours --root "$F/debian/root")" \
	"$(grub debian/root/boot/grub)"
check_eq "GRUB agrees on Ubuntu's saved default" "$(ours --root "$F/ubuntu/boot" --config /grub/grub.cfg)" \
	"$(grub ubuntu/boot/grub)"

done_testing
