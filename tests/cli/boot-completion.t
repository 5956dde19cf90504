#!/bin/sh
# The shell's completion of p2v-boot: every command and option, and ids of
# entries that a disk made up.
. "$(dirname "$0")/../lib.sh"
need bash

completion=$ROOT/docs/completion/p2v-boot.bash
p2v-boot --help >"$T/help"
grep -oE -e '--[a-z-]+' "$T/help" | sort -u >"$T/options"
while read -r option; do
	check_has "$option is completed" "$completion" "$option"
done <"$T/options"
for command in $(sed -n 's/^\(Usage:\)\{0,1\} *p2v-boot \(\[OPTIONS\] \)\{0,1\}\([a-z|-]*\).*/\3/p' "$T/help" |
	tr '|' '\n' | sort -u); do
	check_has "$command is completed" "$completion" "$command"
done

# offered WORD...: what is offered for the last one, a line each.
offered() {
	# shellcheck disable=SC2016 # for bash
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _p2v_boot
		for word in "${COMPREPLY[@]}"; do printf "%s\n" "$word"; done' "$completion" p2v-boot "$@"
}

mkdir -p "$T/root/boot/grub"
echo 'no kernel' >"$T/root/boot/vmlinuz"
# shellcheck disable=SC2016 # it is the disk's
printf 'menuentry "x" --id "%s" {\n linux /boot/vmlinuz x\n}\n' 'a b' '\$(touch owned)' '\`touch owned\`' \
	>"$T/root/boot/grub/grub.cfg"
cd "$T" || exit 1
check_eq "a command" "$(offered li)" list
check_eq "a value" "$(offered --platform e)" efi
check_eq "an id is quoted" "$(offered --root "$T/root" show a)" 'a\ b'
check_eq "all ids" "$(offered --root "$T/root" kexec '' | wc -l | tr -d ' ')" 3
check_fails "nothing that a disk says is evaluated" test -e owned
check_eq "without a directory no disk is looked at" "$(offered show '')" ''
done_testing
