#!/bin/sh
# hooks.t - the instance hooks that only write files, on trees of our own, and
# what p2v-instance refuses before it touches a disk
#
# shellcheck disable=SC2317 # check calls the functions

. "$(dirname "$0")/../lib.sh"
need ssh-keygen

instance=$ROOT/hooks/p2v-instance
ssh-keygen -q -t ed25519 -N '' -C me -f "$T/key"
export TARGET="$T/target" INSTANCE_NAME=box.example.org P2V_HOOKS="$ROOT/hooks" P2V_WORK="$T" \
	P2V_SSH_KEY="$T/key.pub" P2V_HOST_KEYS="$T/hostkeys" P2V_RESCUE=no P2V_NETWORK=dhcp \
	P2V_ROOT_UUID=11111111-2222-3333-4444-555555555555
mkdir -p "$TARGET/etc" "$TARGET/lib/systemd/system" "$TARGET/root"

hook() { "$ROOT/hooks/$1"; }

check "identity" hook 30-identity
check_eq "host name" "$(cat "$TARGET/etc/hostname")" box.example.org
check_has "fstab names the root for a boot from disk" "$TARGET/etc/fstab" "UUID=$P2V_ROOT_UUID / ext4"
check_eq "machine id" "$(grep -cE '^[0-9a-f]{32}$' "$TARGET/etc/machine-id")" 1

check "network by dhcp" hook 40-network
network=$TARGET/etc/systemd/network/10-p2v.network
check_has "asks by MAC address" "$network" 'ClientIdentifier=mac'
export P2V_NETWORK='static address=192.0.2.9/32,gateway=198.51.100.1,dns=192.0.2.53'
ln -sf "$T/outside" "$TARGET/etc/resolv.conf"
check "static network" hook 40-network
check_has "address" "$network" 'Address=192.0.2.9/32'
check_has "a gateway outside the prefix" "$network" 'GatewayOnLink=yes'
check_has "name server" "$TARGET/etc/resolv.conf" 'nameserver 192.0.2.53'
check_fails "a link in the tree was not followed out of it" test -e "$T/outside"

check "ssh" hook 50-ssh
check_eq "the key has the door in front of it" "$(cut -d' ' -f1,2 "$TARGET/root/.ssh/authorized_keys")" \
	'restrict,pty,command="/usr/lib/p2v-target/forced-command" ssh-ed25519'
check_eq "one key" "$(wc -l <"$TARGET/root/.ssh/authorized_keys")" 1
check_eq "only root reads it" "$(stat -c %a "$TARGET/root/.ssh/authorized_keys")" 600
check_has "keys only" "$TARGET/etc/ssh/sshd_config" 'PasswordAuthentication no'
check_eq "three fingerprints" "$(grep -c SHA256: "$TARGET/etc/p2v/fingerprints")" 3
cp "$TARGET/etc/p2v/fingerprints" "$T/before"
rm -rf "$TARGET/etc/ssh"
check "ssh, for a new disk" hook 50-ssh
check "the same host keys again" cmp "$T/before" "$TARGET/etc/p2v/fingerprints"

check "services" hook 60-services
check_eq "a masked unit" "$(readlink "$TARGET/etc/systemd/system/apt-daily.timer")" /dev/null
check_eq "no serial login" "$(readlink "$TARGET/etc/systemd/system/serial-getty@ttyS0.service")" /dev/null
for number in 30-identity 40-network 50-ssh 60-services; do
	check "$number again" hook $number
done

# Modules: what is named, and all that it needs.
mkdir -p "$T/modules/kernel/a"
for module in virtio virtio_blk virtio-ring other; do
	echo "$module" >"$T/modules/kernel/a/$module.ko"
done
cat >"$T/modules/modules.dep" <<EOF
kernel/a/virtio_blk.ko: kernel/a/virtio.ko kernel/a/virtio-ring.ko
kernel/a/virtio.ko: kernel/a/virtio-ring.ko
kernel/a/virtio-ring.ko:
kernel/a/other.ko:
EOF
touch "$T/modules/modules.builtin" "$T/modules/modules.builtin.modinfo" "$T/modules/modules.order"
printf '# choice\nvirtio-blk\nnot_there\n' >"$T/list"
check "modules are trimmed" sh -c ". '$ROOT/hooks/lib.sh'; trim_modules '$T/modules' '$T/few' '$T/list'"
check_eq "the named one and its dependencies" "$(cd "$T/few/kernel/a" && echo *)" \
	'virtio-ring.ko virtio.ko virtio_blk.ko'

# Refusals.
mkdir "$T/programs"
cp /bin/true "$T/programs/p2v-receive"
cp /bin/true "$T/programs/p2v-boot"
create() {
	"$instance" create --programs "$T/programs" "$@"
}
check_status "help" 0 "$instance" --help
check_has "help teaches with an example" "$T/out" 'Example:'
check_status "no command" 1 "$instance"
check_status "no disk" 1 create --hostname a --ssh-key "$T/key.pub"
check_status "no key" 1 create --hostname a --disk "$T/new.img"
check_status "no host name" 1 create --ssh-key "$T/key.pub" --disk "$T/new.img"
check_status "strange host name" 1 create --hostname 'a;b' --ssh-key "$T/key.pub" --disk "$T/new.img"
check_status "strange network" 1 create --hostname a --network wifi --ssh-key "$T/key.pub" --disk "$T/new.img"
check_status "static without address" 1 create --hostname a --network 'static gateway=1.2.3.4' \
	--ssh-key "$T/key.pub" --disk "$T/new.img"
check_status "tiny disk" 1 create --hostname a --size 10M --ssh-key "$T/key.pub" --disk "$T/new.img"
check_status "strange size" 1 create --hostname a --size 4X --ssh-key "$T/key.pub" --disk "$T/new.img"
check_status "a private key" 2 create --hostname a --ssh-key "$T/key" --disk "$T/new.img"
echo 'command="x" ssh-ed25519 AAAA' >"$T/options.pub"
check_status "a key with options" 2 create --hostname a --ssh-key "$T/options.pub" --disk "$T/new.img"
check_fails "none of this made a disk" test -e "$T/new.img"

disk_check() { sh -c ". '$ROOT/hooks/lib.sh'; P2V_FORCE=$1; check_disk '$2'"; }
echo precious >"$T/precious.img"
check_status "a file with content is not overwritten" 2 disk_check no "$T/precious.img"
check_status "but with --force" 0 disk_check yes "$T/precious.img"
check_status "a character device is no disk" 2 disk_check yes /dev/null
check_has "content is untouched" "$T/precious.img" precious
done_testing
