#!/bin/sh
# p2v-boot on fixture roots: what it lists, shows and refuses.
. "$(dirname "$0")/../lib.sh"

F=$ROOT/tests/cli/boot

list_debian() {
	p2v-boot list --json --platform pc --root "$F/debian/root" >"$T/got.json" &&
		diff -u "$F/debian/list.json" "$T/got.json"
}

# /boot is a file system of its own; grubenv names an entry of the submenu.
list_ubuntu() {
	p2v-boot list --json --platform pc \
		--tree "$F/ubuntu/root,name=vda3,uuid=7a1d2c9e-55b3-4d3e-8c61-a7e0b1c2d3e4,grub=hd0,gpt3" \
		--tree "$F/ubuntu/boot,name=vda2,uuid=0b5f9a44-1c2d-4e3f-8a9b-112233445566,grub=hd0,gpt2" \
		>"$T/got.json" 2>"$T/warnings" && diff -u "$F/ubuntu/list.json" "$T/got.json"
}

# The ESP's configuration leads to the one on the root file system.
list_efi() {
	p2v-boot list --json --platform efi \
		--tree "$F/efi/esp,name=vda1,uuid=1234-ABCD,grub=hd0,gpt1" \
		--tree "$F/efi/root,name=vda2,uuid=3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5,grub=hd0,gpt2" \
		"$@" >"$T/got.json" && diff -u "$F/efi/list.json" "$T/got.json"
}

check "a Debian root is listed as expected" list_debian
check "an Ubuntu machine with /boot of its own is listed as expected" list_ubuntu
check_has "a missing kernel is a warning with file and line" "$T/warnings" \
	"vda2:/grub/grub.cfg:195: /memtest86+x64.bin does not exist"
check "an EFI machine is listed as expected" list_efi
check "the ESP's own configuration leads there, too" list_efi --config /EFI/debian/grub.cfg

for f in "$F"/*/*/boot/grub/grub.cfg "$F"/ubuntu/boot/grub/grub.cfg "$F"/efi/esp/EFI/*/grub.cfg; do
	need grub-script-check
	check "GRUB's own parser accepts ${f#"$F"/}" grub-script-check "$f"
done

check_status "the plain list" 0 p2v-boot list --root "$F/debian/root"
check_has "it marks the default" "$T/out" "*  0  Debian GNU/Linux"
check_status "show by id" 0 p2v-boot --root "$F/debian/root" show \
	gnulinux-6.1.0-56-amd64-recovery-3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5
check_has "it has the command line" "$T/out" "ro single"
check_status "show by number" 0 p2v-boot --root "$F/debian/root" show 2
check_has "it is that entry" "$T/out" "recovery mode"
check_status "a dry run changes the command line" 0 p2v-boot kexec --dry-run \
	--root "$F/debian/root" --append "console=ttyS1 x"
check_has "by appending" "$T/out" "console=ttyS0,115200 console=ttyS1 x"
check_status "or by replacing" 0 p2v-boot kexec --dry-run --root "$F/debian/root" --cmdline "a b"
check_has "all of it" "$T/out" "cmdline    a b"

mkdir -p "$T/empty" "$T/hostile/boot/grub" "$T/outside"
check_status "nothing to boot" 2 p2v-boot list --root "$T/empty"
check_has "it says where it looked" "$T/err" "grub.cfg in /boot/grub, /boot/grub2, /grub, /grub2 and EFI/*"
check_status "nothing to boot, as JSON" 2 p2v-boot list --json --root "$T/empty"
check_eq "is an empty array" "$(tr -d ' \n' <"$T/out")" "[]"
check_status "no such entry" 2 p2v-boot show nothing --root "$F/debian/root"
check_status "no such directory" 4 p2v-boot list --root "$T/none"
check_status "no such configuration" 2 p2v-boot list --root "$T/empty" --config /grub.cfg
check_status "no command" 1 p2v-boot
check_status "an unknown command" 1 p2v-boot dance
check_status "an unknown option" 1 p2v-boot list --dance
check_status "an unknown platform" 1 p2v-boot list --platform mips
check_status "help" 0 p2v-boot --help
check_has "it teaches" "$T/out" "Examples:"

# For programs: always nine fields, and nothing in them is what it only looks like.
check_status "lines for programs" 0 p2v-boot list --tsv --root "$F/debian/root"
check_eq "a line for each entry, nine fields each" "$(awk -F '\t' '{ print NF }' "$T/out" | sort | uniq -c | tr -s ' ')" \
	" $(p2v-boot list --root "$F/debian/root" | wc -l) 9"
check_eq "one is the default" "$(grep -c '^yes' "$T/out")" 1
check_eq "its loader and files" "$(grep '^yes' "$T/out" | cut -f 2-4,6)" \
	"grub	root:/boot/grub/grub.cfg	root:/boot/vmlinuz-6.1.0-56-amd64	root:/boot/initrd.img-6.1.0-56-amd64"
grep '^yes' "$T/out" >"$T/default"
check_status "show prints one line" 0 p2v-boot show --tsv --root "$F/debian/root" "$(cut -f 8 "$T/default")"
check "the same" cmp "$T/out" "$T/default"
check_status "nothing to boot, as lines" 2 p2v-boot list --tsv --root "$T/empty"
check_eq "is no line" "$(cat "$T/out")" ""
check_status "one kind of output at a time" 1 p2v-boot list --tsv --json --root "$F/debian/root"
mkdir -p "$T/odd/boot/grub"
: >"$T/odd/boot/k 1"
printf 'menuentry "a\tb" --id "x\\\\y" { linux "/boot/k 1" "p=a\\\\x20b" }\n' >"$T/odd/boot/grub/grub.cfg"
check_status "names with blanks and backslashes" 0 p2v-boot list --tsv --root "$T/odd"
cut -f 1-4,6- "$T/out" >"$T/fields"
check_has "are told apart from fields" "$T/fields" \
	'yes	grub	root:/boot/grub/grub.cfg	root:/boot/k\0401		p=a\134\134x20b	x\134y	a\011b'

# Links that leave the tree are resolved inside it; other kinds of file are no
# kernels, and a FIFO does not hang.
echo secret >"$T/outside/vmlinuz"
ln -s "$T/outside/vmlinuz" "$T/hostile/abs"
ln -s ../../outside/vmlinuz "$T/hostile/rel"
ln -s /boot/real "$T/hostile/good"
echo k >"$T/hostile/boot/real"
mkfifo "$T/hostile/fifo"
ln -s loop "$T/hostile/loop"
for k in abs rel good fifo loop boot ../outside/vmlinuz; do
	echo "menuentry '$k' { linux /$k }"
done >"$T/hostile/boot/grub/grub.cfg"
check_status "hostile paths" 0 timeout 60 p2v-boot list --json --root "$T/hostile"
check_eq "only what is inside is offered" "$(grep -c '"kernel"' "$T/out")" 1
check_has "an absolute link is one from the tree's root" "$T/out" '"kernel": "root:/good"'

# Rubbish beside good entries.
{
	echo "menuentry good { linux /boot/real }"
	printf 'menuentry "\033[31mred" { linux /boot/real }\n'
	head -c 4096 /dev/urandom | tr "'\"" '  '
	echo
	echo 'menuentry "last" { linux /boot/real }'
} >"$T/hostile/boot/grub/grub.cfg"
check_status "binary rubbish in a configuration" 0 p2v-boot list --quiet --root "$T/hostile"
check_has "the entry before it is there" "$T/out" "good"
check_fails "control characters do not reach the terminal" grep -q "$(printf '\033')" "$T/out"
truncate -s 5M "$T/hostile/boot/grub/grub.cfg"
check_status "a huge configuration is refused" 2 p2v-boot list --root "$T/hostile"
check_has "with the reason" "$T/err" "it is too large"

# Kernels without any configuration.
mkdir -p "$T/bare/boot" "$T/bare/etc"
for v in 6.1.0-9 6.1.0-56; do
	touch "$T/bare/boot/vmlinuz-$v" "$T/bare/boot/initrd.img-$v"
done
check_status "kernels alone, where the UUID is known" 0 \
	p2v-boot list --json --tree "$T/bare,name=vda1,uuid=11-22"
check_eq "the newest comes first" "$(sed -n 's/.*"kernel": "\(.*\)",/\1/p' "$T/out" | head -n 1)" \
	"vda1:/boot/vmlinuz-6.1.0-56"
check_has "with its initrd" "$T/out" "vda1:/boot/initrd.img-6.1.0-56"
check_has "and root= by that UUID" "$T/out" "root=UUID=11-22 ro"
check_status "kernels alone, of an unknown file system" 2 p2v-boot list --root "$T/bare"

done_testing
