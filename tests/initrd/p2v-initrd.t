#!/bin/sh
# p2v-initrd.t - its options and its refusals
. "$(dirname "$0")/../lib.sh"

initrd=$ROOT/initrd/p2v-initrd
check_status "help" 0 "$initrd" --help
check_has "help names the commands" "$T/out" "build --ramboot"
check_status "help of a command" 0 "$initrd" build --ramboot --help
check_has "help teaches with an example" "$T/out" 'Example:'
check_status "no command" 1 "$initrd"
check_status "unknown command" 1 "$initrd" bake
check_status "no kind" 1 "$initrd" build --kernel 1 -o "$T/x"
check_status "no kernel" 1 "$initrd" build --ramboot -o "$T/x"
check_status "no output" 1 "$initrd" build --ramboot --kernel 1
check_status "option without its value" 1 "$initrd" build --ramboot --kernel
check_status "a path for a kernel" 1 "$initrd" build --ramboot --kernel ../../etc -o "$T/x"
check_status "strange modules" 1 "$initrd" build --ramboot --kernel 1 --modules 'a b;c' -o "$T/x"
check_status "strange reserve" 1 "$initrd" build --ramboot --kernel 1 --reserve 1G -o "$T/x"
check_status "strange compression" 1 "$initrd" build --ramboot --kernel 1 --compress arj -o "$T/x"
check_status "a kernel that is not there" 2 "$initrd" build --ramboot --kernel 0.0.0-none -o "$T/x"
check_has "says where it looked" "$T/err" '/lib/modules/0.0.0-none'
check_fails "nothing was written" test -e "$T/x"

# Everything that the initramfs takes by name is there to be taken.
for file in ramboot.sh ../files/modules.list initramfs-tools/hooks/p2v-ramboot \
	initramfs-tools/scripts/local-bottom/p2v-ramboot; do
	check "$file is in place" test -r "$ROOT/initrd/ramboot/$file"
done
for script in hooks/p2v-ramboot scripts/local-bottom/p2v-ramboot; do
	check_eq "$script has no prerequisites" "$(sh "$ROOT/initrd/ramboot/initramfs-tools/$script" prereqs)" ''
done
done_testing
