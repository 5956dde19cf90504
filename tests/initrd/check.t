#!/bin/sh
# check.t - p2v-initrd check: which drivers are there, and which are not
. "$(dirname "$0")/../lib.sh"
# shellcheck source=modules-lib.sh
. "$ROOT/tests/initrd/modules-lib.sh"

initrd=$ROOT/initrd/p2v-initrd
V=6.1.0-9-test
# shellcheck disable=SC2086 # a list of words
fixture_kernel $V $all_modules
# One driver more is part of the kernel itself.
printf 'kernel/drivers/block/loop.ko\n' >"$case_root/usr/lib/modules/$V/modules.builtin"
printf 'loop.alias=platform:looping\0loop.license=GPL\0' >"$case_root/usr/lib/modules/$V/modules.builtin.modinfo"
depmod -b "$case_root" $V 2>/dev/null

cat >"$T/aliases" <<X
pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00
virtio:d00000002v00001AF4
virtio:d00000001v00001AF4
virtio:d00000005v00001AF4
platform:looping
acpi:PNP0303:
-d /etc
X

fixture_initrd virtio virtio_ring virtio_pci
cp "$case_root/usr/lib/modules/$V/modules.builtin"* "$T/initrd/usr/lib/modules/$V/"
depmod -b "$T/initrd" $V 2>/dev/null
run() { # STATUS DESCRIPTION ARGUMENT...: stdout with single blanks in $T/said
	run_status=$1
	run_what=$2
	shift 2
	check_status "$run_what" "$run_status" "$initrd" check "$@"
	tr -s ' ' <"$T/out" >"$T/said"
}

for how in "gzip -9" "xz --check=crc32" "zstd -q -3" "lz4 -l -q" cat; do
	# shellcheck disable=SC2086 # a program and its options
	make_image i $how
	run 2 "the disk's driver is not there ($how)" "$image" --modalias "$T/aliases" --modules-from "$case_root"
	check_eq "all of it ($how)" "$(cut -d ' ' -f 1-3 "$T/said" | tr '\n' ',')" \
		"absent virtio_balloon other,absent virtio_net network,builtin loop storage,lacks virtio_blk storage,module virtio_pci storage,"
done

run 2 "the network is needed too" "$image" --modalias "$T/aliases" --modules-from "$case_root" --network
check_has "the card's driver lacks" "$T/said" "lacks virtio_net network virtio:d00000001v00001AF4"
run 2 "as JSON" "$image" --modalias "$T/aliases" --modules-from "$case_root" --need sd_mod --json
check_eq "what lacks" "$(jq -r '[.drivers[] | select(.state == "lacks") | .driver] | join(" ")' "$T/out")" "sd_mod virtio_blk"
check_eq "the rest" "$(jq -r '"\(.kernel) \(.generator) \(.complete) \(.drivers[] | select(.driver == "virtio_pci") | .aliases[0])"' "$T/out")" \
	"$V initramfs-tools false pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"
check_status "as lines" 2 "$initrd" check "$image" --modalias "$T/aliases" --modules-from "$case_root" --need sd_mod --tsv
check_eq "what lacks" "$(awk -F '\t' '$1 == "driver" && $2 == "lacks" { print $3 }' "$T/out" | tr '\n' ' ')" "sd_mod virtio_blk "
check_eq "the rest" "$(grep -v '^driver' "$T/out"; awk -F '\t' '$3 == "virtio_pci" { print NF, $4, $5 }' "$T/out")" \
	"kernel	$V
generator	initramfs-tools
5 storage pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"
check_status "one kind of output at a time" 1 "$initrd" check "$image" --modalias "$T/aliases" --tsv --json

run 2 "by what the image itself knows" "$image" --modalias "$T/aliases"
check_has "a disk that has no driver lacks one" "$T/said" "lacks - storage virtio:d00000002v00001AF4"
check_has "what there is" "$T/said" "module virtio_pci storage"
check_has "and what is built in" "$T/said" "builtin loop storage platform:looping"

# After the drivers were added, by our own program.
"$initrd" add-modules --kernel $V --modules-from "$case_root" virtio_blk "$image" -o "$T/better" >"$T/log"
run 0 "a better image" "$T/better" --modalias "$T/aliases" --modules-from "$case_root" --need virtio_ring
check_has "has the driver" "$T/said" "module virtio_blk storage"
run 0 "by what it knows itself" "$T/better" --modalias "$T/aliases"

# A driver without what it depends on is none.
fixture_initrd virtio_pci virtio_blk virtio
make_image half gzip
run 2 "half of it" "$image" --modalias "$T/aliases" --modules-from "$case_root"
check_has "virtio_pci needs virtio_ring" "$T/said" "lacks virtio_pci"

# Of two drivers for one device, one is enough.
fixture_module ata_generic 'pci:v*d*sv*sd*bc01sc06i01*' - -
mkdir -p "$case_root/usr/lib/modules/$V/kernel/drivers/ata"
cp "$T/modules/ata_generic.ko" "$case_root/usr/lib/modules/$V/kernel/drivers/ata/"
depmod -b "$case_root" $V 2>/dev/null
fixture_initrd ahci libata
make_image two gzip
echo 'pci:v00008086d00002922sv0sd0bc01sc06i01' >"$T/sata"
run 0 "one of two drivers" "$image" --modalias "$T/sata" --modules-from "$case_root"
check_has "the other is absent" "$T/said" "absent ata_generic"

# Two kernels, none, and what is no image.
mkdir -p "$T/initrd/usr/lib/modules/6.6.0-other/kernel"
make_image several gzip
run 4 "several kernels" "$image" --modalias "$T/sata"
check_has "they are named" "$T/err" "6.1.0-9-test 6.6.0-other"
run 0 "one is chosen" "$image" --modalias "$T/sata" --kernel $V
run 4 "no index for the other" "$image" --modalias "$T/sata" --kernel 6.6.0-other
rm -r "$T/initrd/usr/lib/modules"
make_image none gzip
run 4 "no modules, and no kernel named" "$image" --modalias "$T/sata"
run 2 "all lacks" "$image" --modalias "$T/sata" --kernel $V --modules-from "$case_root"
echo rubbish >"$T/rubbish"
run 4 "rubbish" "$T/rubbish" --modalias "$T/sata"
run 4 "no aliases" "$image" --modalias "$T/nothing" --kernel $V
run 4 "no such root" "$image" --modalias "$T/sata" --kernel $V --modules-from "$T/nothing"
for arguments in "" "$image" "$image $image --this-machine" "$image --this-machine --modalias x" \
	"$image --this-machine --need a/b" "$image --modalias"; do
	# shellcheck disable=SC2086 # a list of words
	check_status "usage: $arguments" 1 "$initrd" check $arguments
done
check_status "help" 0 "$initrd" check --help
check_has "teaches" "$T/out" Example:

done_testing
