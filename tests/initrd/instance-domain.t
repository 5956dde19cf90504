#!/bin/sh
# p2v-instance domain and seed: libvirt's XML, checked by libvirt's own schema,
# and the cloud-init seed, read back.
. "$(dirname "$0")/../lib.sh"
need xmllint mcopy mkfs.vfat ssh-keygen
instance=$ROOT/hooks/p2v-instance

# As virt-xml-validate does it, whose schema has a fixed place.
check "libvirt's schema is unpacked" "$ROOT/tests/tools/unpack-package.sh" libvirt0 "$T/libvirt"
valid() { xmllint --noout --relaxng "$T/libvirt/usr/share/libvirt/schemas/domain.rng" "$1"; }
# of FILE XPATH
of() { xmllint --xpath "string($2)" "$1"; }

disk="$T/a disk & <more>'s.img"
truncate -s 1M "$disk"
check_status "a domain" 0 "$instance" domain --disk "$disk" --hostname web1.example.org -o "$T/a.xml"
check "is valid for libvirt" valid "$T/a.xml"
check_eq "strange names are kept" "$(of "$T/a.xml" '//disk/source/@file')" "$disk"
check_eq "it starts from its disk" "$(of "$T/a.xml" '//os/boot/@dev')" hd
check_eq "the disk has a serial number to ask for" "$(of "$T/a.xml" '//disk/serial')" web1exampleorg
check_eq "RAM" "$(of "$T/a.xml" '//memory')" 512

: >"$T/kernel"
: >"$T/initrd"
ssh-keygen -q -t ed25519 -N '' -C 'an o'\''operator' -f "$T/key"
mkdir "$T/keys"
ssh-keygen -q -t ed25519 -N '' -f "$T/keys/ssh_host_ed25519_key"
check_status "a seed" 0 "$instance" seed --hostname web1 --ssh-key "$T/key.pub" --host-keys "$T/keys" \
	--network 'static address=192.0.2.9/24,gateway=192.0.2.1,dns=192.0.2.53' -o "$T/seed"
check_eq "nobody else can read it" "$(stat -c %a "$T/seed")" 600
check_eq "its label is cloud-init's" "$(blkid -p -s LABEL -o value "$T/seed")" CIDATA
mkdir "$T/seen"
check "it has the three files" mcopy -i "$T/seed" ::meta-data ::user-data ::network-config "$T/seen"
check_has "the key" "$T/seen/user-data" "$(cut -d' ' -f1,2 "$T/key.pub")"
sed -n 's/^    //p' "$T/seen/user-data" | sed -n '/BEGIN/,/END/p' >"$T/seen/key"
chmod 600 "$T/seen/key"
check_eq "the host key" "$(ssh-keygen -y -f "$T/seen/key" | cut -d' ' -f1,2)" \
	"$(cut -d' ' -f1,2 "$T/keys/ssh_host_ed25519_key.pub")"
check_has "the address" "$T/seen/network-config" "- 192.0.2.9/24"
check_has "the gateway" "$T/seen/network-config" "via: 192.0.2.1"

check_status "a domain without a bootable disk" 0 "$instance" domain --disk "$disk" --hostname web1 \
	--boot-kernel "$T/kernel" --boot-initrd "$T/initrd" --seed "$T/seed" --memory 256 --cpus 1 \
	--bridge br0 --mac 52:54:00:12:34:56 -o "$T/b.xml"
check "is valid for libvirt" valid "$T/b.xml"
check_eq "the kernel" "$(of "$T/b.xml" '//os/kernel')" "$T/kernel"
check_eq "the seed is the second disk" "$(of "$T/b.xml" '//disk[target/@dev="vdb"]/source/@file')" "$T/seed"
check_eq "the bridge" "$(of "$T/b.xml" '//interface/source/@bridge')" br0

for bad in '--memory 1G' '--cpus 0' '--bridge a/b' '--mac 52:54:00' '--mac 52:54:00:12:34:zz'; do
	# shellcheck disable=SC2086 # an option and its value
	check_status "refused: $bad" 1 "$instance" domain --disk "$disk" --hostname w $bad -o "$T/c.xml"
done
check_status "no such disk" 2 "$instance" domain --disk "$T/none" --hostname w -o "$T/c.xml"
check_status "a kernel without an initrd" 2 "$instance" domain --disk "$disk" --hostname w \
	--boot-kernel "$T/kernel" -o "$T/c.xml"
check_fails "nothing was written" test -e "$T/c.xml"
check_status "a seed without a key" 1 "$instance" seed --hostname w -o "$T/c"
check_status "a private key" 2 "$instance" seed --hostname w --ssh-key "$T/key" -o "$T/c"
done_testing
