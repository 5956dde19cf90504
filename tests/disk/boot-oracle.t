#!/bin/sh
# The default entry of the fixtures, as the real GRUB (grub-emu) runs it: its
# own commands linux and initrd are replaced by functions that print.
. "$(dirname "$0")/../lib.sh"
need grub-emu script timeout

F=$ROOT/tests/cli/boot

# shellcheck disable=SC2016 # GRUB expands
# grub DIRECTORY [FILE]: "kernel and words of the command line|initrds", as GRUB's.
# GRUB wraps its lines and moves the cursor; it waits for a key at the end. It
# sees the host's files only, so devices are taken off the paths.
grub() {
	rm -rf "$T/grub"
	mkdir -p "$T/grub"
	[ ! -f "$F/$1/grubenv" ] || cp "$F/$1/grubenv" "$T/grub/"
	{
		echo 'function linux { echo "LINE:$@:"; }'
		echo 'function initrd { echo "INITRD:$@:"; }'
		sed -e 's/^[[:space:]]*terminal_output.*//' -e 's/^[[:space:]]*terminal_input.*//' \
			"$F/$1/${2:-grub.cfg}"
		echo 'set timeout=0'
	} >"$T/grub/grub.cfg"
	grub_run
	tr -d '\r\n' <"$T/screen" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/\x1b()].//g; s/\x1b[()].//g' |
		sed 's/(\(hd[0-9a-z,]*\)*)//g; s,//*,/,g' >"$T/flat"
	echo "$(grep -aoE 'LINE:[^:]*:' "$T/flat" | head -n 1)|$(
		grep -aoE 'INITRD:[^:]*:' "$T/flat" | head -n 1)"
}

# It waits for a key when there is no kernel to start, and is ended then.
grub_run() {
	: >"$T/screen"
	timeout 60 script -qfc "grub-emu -d $T/grub -r host" /dev/null </dev/null >"$T/screen" 2>&1 &
	grub_pid=$!
	for _ in $(seq 300); do
		! grep -aq 'any key' "$T/screen" || break
		kill -0 "$grub_pid" 2>/dev/null || break
		sleep 0.2
	done
	kill "$grub_pid" 2>/dev/null
	wait "$grub_pid" 2>/dev/null
}

# ours OPTION...: the same from p2v-boot.
ours() {
	p2v-boot --quiet --platform pc --dry-run kexec "$@" >"$T/show"
	ours_line=$(sed -n 's/^cmdline  *//p' "$T/show")
	ours_initrds=$(sed -n 's/^initrd  *[a-z0-9]*://p' "$T/show" | tr '\n' ' ')
	[ -z "$ours_initrds" ] || ours_initrds="INITRD:${ours_initrds% }:"
	echo "LINE:$(sed -n 's/^kernel  *[a-z0-9]*://p' "$T/show")${ours_line:+ $ours_line}:|$ours_initrds"
}

# agree WHAT FIXTURE DIRECTORY OPTION...: DIRECTORY has the grub.cfg.
agree() {
	agree_what=$1 agree_at=$2/$3
	shift 3
	check_eq "GRUB agrees on $agree_what" "$(ours "$@")" "$(grub "$agree_at")"
}

agree "Debian's default" debian root/boot/grub --root "$F/debian/root"
agree "Ubuntu's saved default" ubuntu boot/grub --root "$F/ubuntu/boot" --config /grub/grub.cfg
agree "Arch's saved default in a submenu" grub-arch root/boot/grub --root "$F/grub-arch/root"
agree "Alpine's default" grub-alpine boot/grub --root "$F/grub-alpine/boot"
agree "Gentoo's default by numbers" grub-gentoo root/boot/grub --root "$F/grub-gentoo/root"
agree "NixOS's default" grub-nixos boot/grub --root "$F/grub-nixos/boot"
agree "Ubuntu's start without an initramfs" grub-cloud root/boot/grub --root "$F/grub-cloud/root"
agree "openSUSE's saved default by title" grub-opensuse root/boot/grub2 \
	--root "$F/grub-opensuse/root"

# The language itself: one entry whose words are all that is hard to get right.
mkdir -p "$T/lang/boot/grub" "$T/lang/k"
: >"$T/lang/vmlinuz"
cat >"$T/lang/boot/grub/grub.cfg" <<'CFG'
set a='1 2'
e=
set b=x y
function f { if [ $# -gt 1 ]; then echo -n; shift; r="$r$1"; f "$@"; fi; }
f 1 2 3 4
for i in one 'two three' $a; do l="$l<$i>"; done
n=0
while [ $n -lt 5 ]; do n=${n}1; if [ $n = 01 ]; then continue; fi; break; done
until false; do u=done; break; done
if test -z "$e" -a ! -n "$e" -o x = y; then t=yes; else t=no; fi
if [ ]; then q=true; fi
regexp --set=1:major --set 2:minor '^v([0-9]+)[.]([0-9]+)' v6.12-rc1
menuentry 'x>y' --id 'i>d' more args { linux /vmlinuz $a , "$a" , e=$e , "$e" , b=$b , $r , $l , $n , $u , $t , $q , $major-$minor , "$1" , $2 , a\ b , 'it'\''s' , "q\"q" , \$x , ${a}z # no
}
set default='i>>d'
CFG
oracle_language() {
	F=$T/lang grub boot/grub
}
# echo shows words as they are, the kernel gets some in quotes; a blank at the
# edge of GRUB's screen is lost.
unquote() { tr -d ' ' | sed 's/\\"/\x01/g; s/"//g; s/\x01/"/g; s/\\\(.\)/\1/g'; }
check_eq "GRUB agrees on the language" "$(ours --root "$T/lang" | unquote)" "$(oracle_language | tr -d " ")"

done_testing
