#!/bin/sh
# boot-direct.t - p2v-boot load and kexec with files that are named, and unload
. "$(dirname "$0")/../lib.sh"

echo kernel >"$T/vmlinuz"
echo initrd >"$T/initrd"
echo second >"$T/second one"
real=$(realpath "$T")

check_status "a dry run shows the files" 0 p2v-boot load --dry-run --kernel "$T/vmlinuz" \
	--initrd "$T/initrd" --initrd "$T/second one" --dtb "$T/initrd" --cmdline "a b" --append c
check_has "the kernel" "$T/out" "root:$real/vmlinuz"
check_eq "the initrds in order" "$(sed -n 's/^initrd  *//p' "$T/out")" "root:$real/initrd
root:$real/second one"
check_has "the device tree" "$T/out" "devicetree root:$real/initrd"
check_eq "the command line" "$(sed -n 's/^cmdline  *//p' "$T/out")" "a b c"
check_has "and what would be refused" "$T/err" "this machine would refuse it: "

ln -s vmlinuz "$T/link"
cd "$T" || exit 1
check_status "a symlink is followed" 0 p2v-boot load -n --kernel link --cmdline ""
cd "$ROOT" || exit 1
check_has "from where the user is" "$T/out" "root:$real/vmlinuz"
check_status "a missing file is refused" 2 p2v-boot load --kernel "$T/none" --cmdline x
check_has "by name" "$T/err" "$T/none"
check_status "so is a missing initrd" 2 \
	p2v-boot kexec --kernel "$T/vmlinuz" --initrd "$T/none" --cmdline x

check_status "an empty command line must be asked for" 1 p2v-boot load --kernel "$T/vmlinuz"
check_has "and how is said" "$T/err" "--cmdline"
check_status "an entry does not go with files" 1 p2v-boot load --kernel "$T/vmlinuz" --cmdline x ID
check_status "neither does a place to look" 1 p2v-boot load --kernel "$T/vmlinuz" --cmdline x --root /
check_status "files are not listed" 1 p2v-boot list --kernel "$T/vmlinuz" --cmdline x
check_status "an initrd needs a kernel" 1 p2v-boot load --initrd "$T/initrd"
check_status "unload takes no argument" 1 p2v-boot unload it
check_status "nor does jump" 1 p2v-boot jump it
done_testing
