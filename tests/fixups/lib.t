#!/bin/sh
# What lib.sh tells a fixup about the kernels that boot, and about names.
. "$(dirname "$0")/../lib.sh"
need dash busybox p2v-boot

mkdir "$T/fixups" "$T/root" "$T/facts"
cp "$ROOT/fixups/lib.sh" "$ROOT/fixups/undo" "$ROOT"/fixups/*.awk "$T/fixups/"
cat >"$T/fixups/90-test" <<'X'
#!/bin/sh
. "${0%/*}/lib.sh"
fixup_begin "$@"
fixup_kernels
echo /dev/sda1 | fixup_resolve_names
fixup_end "it only looked"
X
printf '/dev/sda\n' >"$T/facts/source-disks"
printf '/dev/vda1\t/dev/sda\t1\text4\tABCD\t\t/dev/vda\n' >"$T/facts/volumes"
{
	printf 'yes\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/vmlinuz\t6.1.0-9\troot:/boot/ucode.img root:/boot/initrd.img\troot=a\tone\tOne\n'
	printf 'no\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/vmlinuz\t6.1.0-9\troot:/boot/ucode.img root:/boot/initrd.img\troot=a single\ttwo\tTwo\n'
	printf 'no\tbls\troot:/efi/EFI/Linux/a.efi\troot:/efi/EFI/Linux/a.efi#2048+8\t\troot:/efi/EFI/Linux/a.efi#4096+8\t\tuki\tUKI\n'
	printf 'no\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/own\t6.2\t\t\tthree\tThree\n'
	printf 'no\tgrub\troot:/boot/grub/grub.cfg\troot:/boot/a\\040b\t6.2\t\t\tfour\tFour\n'
	printf 'no\tgrub\troot:/boot/grub/grub.cfg\tvdb1:/elsewhere\t6.2\t\t\tfive\tFive\n'
} >"$T/facts/boot-entries"

for shell in dash "busybox sh"; do
	# shellcheck disable=SC2086 # "busybox sh" are two words
	P2V_FACTS=$T/facts $shell "$T/fixups/90-test" "$T/root" >"$T/out"
	check_eq "each kernel once, with its version and its initrds ($shell)" "$(head -n 3 "$T/out" | tr '\t' '|')" \
		"6.1.0-9|/boot/vmlinuz|/boot/ucode.img /boot/initrd.img
|/efi/EFI/Linux/a.efi#2048+8|/efi/EFI/Linux/a.efi#4096+8
6.2|/boot/own|"
	check_eq "and no other ($shell)" "$(sed -n 4p "$T/out" | tr '\t' '|')" "/dev/sda1|volume|changes|/dev/vda1|ext4|UUID=ABCD"
	# shellcheck disable=SC2086
	P2V_BOOT=$T/none P2V_FACTS=$T/facts $shell "$T/fixups/90-test" "$T/root" >"$T/out" 2>"$T/err" && status=0 || status=$?
	check_eq "without p2v-boot it fails ($shell)" "$status" 1
	check_has "and says so ($shell)" "$T/err" "p2v-boot cannot resolve the names of disks"
done
done_testing
