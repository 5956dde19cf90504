#!/bin/sh
# A Ganeti cluster of one node, with Debian's packages: the OS definition is
# found valid, its parameters are checked, and an instance is created, renamed,
# exported and imported by Ganeti. No machine is started: what is made is what
# p2v-instance makes, and that the push tests boot.
# shellcheck disable=SC2016 # commands for the node
. "$(dirname "$0")/../lib.sh"
need_root
need make mmdebstrap unshare chroot ip losetup sfdisk
I=$B/images
node=$T/node
check "the instance's packages are cached" sh "$ROOT/tests/vm/images.sh" instance

# What Ganeti needs, and what p2v-instance does.
packages=ganeti,ganeti-3.0,ganeti-haskell-3.0,ganeti-htools-3.0,openssh-server,iproute2,lvm2
packages=$packages,mount,udev,e2fsprogs,cpio,fdisk,zstd,kmod,grub-pc-bin,grub2-common,debootstrap
make_node() {
	mmdebstrap --quiet --mode=root --variant=apt --include="$packages" \
		--aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
		bookworm "$node" ${MIRROR:+"$MIRROR"} </dev/null &&
		make -s -C "$ROOT" BUILD="$B" DESTDIR="$node" PREFIX=/usr install &&
		mkdir -p "$node/var/cache/p2v-target" &&
		cp "$I"/instance-cache/base-*.tar.zst "$node/var/cache/p2v-target/" &&
		cp "$I/keys/operator.pub" "$node/root/pusher.pub"
}
check "a node is installed" make_node

add='gnt-instance add -t file --disk 0:size=1500M --no-name-check --no-ip-check --no-start
	--net 0:ip=192.0.2.30 -n node1.example.org -B memory=256'
nice unshare --mount --net --uts --pid --fork --mount-proc \
	"$ROOT/tests/vm/ganeti-node.sh" "$node" >"$T/log" 2>&1 <<X
gnt-os diagnose >/root/diagnose
add() { $(echo "$add" | tr '\n' ' ') "\$@"; }
add -o p2v-target+default -O size=1200M,ssh_key=/root/pusher.pub,colour=red w.example.org >/root/colour 2>&1 || :
add -o p2v-target+default -O size=2X w.example.org >/root/size 2>&1 || :
add -o p2v-target+nothing w.example.org >/root/variant 2>&1 || :
add -o p2v-target+default -O size=1200M,ssh_key=/root/pusher.pub web1.example.org
cp /srv/ganeti/file-storage/web1.example.org/* /root/created
gnt-instance rename -f --no-name-check --no-ip-check web1.example.org web2.example.org
gnt-backup export --noshutdown -n node1.example.org web2.example.org
gnt-backup import -n node1.example.org --src-node=node1.example.org \
	--src-dir=/var/lib/ganeti/export/web2.example.org -t file --no-name-check --no-ip-check \
	--net 0:ip=192.0.2.31 web3.example.org
gnt-instance list --no-headers -o name,os >/root/instances
X
check_eq "every command of the cluster succeeded" "$? $(grep -E 'Failure|errors?:' "$T/log")" "0 "
[ "$tap_bad" = 0 ] || sed 's/^/# /' "$T/log"

check_has "the definition is valid" "$node/root/diagnose" "p2v-target [global status: valid]"
check_has "with its variants" "$node/root/diagnose" "[variants: default, rescue]"
check_has "a parameter that is not there is refused" "$node/root/colour" "colour"
check_has "a bad value is refused" "$node/root/size" "size is a number with M, G or T, not '2X'"
check_has "a variant that is not there is refused" "$node/root/variant" "does not support variant"
check_eq "the instances" "$(tr -s ' ' <"$node/root/instances")" "web2.example.org p2v-target+default
web3.example.org p2v-target+default"

# of DISK FILE: what the root file system of a disk has there
of() {
	at=$(sfdisk -d "$1" | sed -n 's/.*2 : start= *\([0-9]*\),.*/\1/p')
	mkdir -p "$T/mnt"
	mount -o "ro,noload,loop,offset=$((at * 512))" "$1" "$T/mnt" || return
	cat "$T/mnt/$2"
	umount "$T/mnt"
}
disk=$(echo "$node"/srv/ganeti/file-storage/web2.example.org/*)
copy=$(echo "$node"/srv/ganeti/file-storage/web3.example.org/*)
check_eq "the disk has the size that Ganeti gave it" "$(stat -c %s "$disk")" 1572864000
check_eq "the bootstrap system takes the part that it was given" \
	"$(sfdisk -d "$disk" | awk -F '[=, ]+' '/start=/ { end = $4 + $6 } END { print end }')" 2457600
check_eq "it was made with the instance's name" "$(of "$node/root/created" etc/hostname)" web1.example.org
check_eq "and has its new one" "$(of "$disk" etc/hostname)" web2.example.org
check_eq "without a network that Ganeti knows it asks DHCP" \
	"$(of "$disk" etc/systemd/network/10-p2v.network | grep DHCP=)" "DHCP=yes"
check_eq "the key is for p2v-receive alone" "$(of "$disk" root/.ssh/authorized_keys | cut -d' ' -f1)" \
	'restrict,pty,command="/usr/lib/p2v-target/forced-command"'
check_has "Ganeti's log has the host keys' fingerprints" \
	"$(echo "$node"/var/log/ganeti/os/add-p2v-target+default-web1*)" "SHA256:"
# Ganeti renames what it has imported, so that not every byte is the same.
check_eq "the imported instance has its own name" "$(of "$copy" etc/hostname)" web3.example.org
check_eq "and the other's host key" "$(of "$copy" etc/p2v/fingerprints)" "$(of "$disk" etc/p2v/fingerprints)"
check "the boot loader came along" cmp -n 1048576 "$copy" "$disk"
check_eq "no loop device is left" "$(losetup -l -n -O BACK-FILE | grep -c "$T")" 0
done_testing
