#!/bin/sh
# The OS definition as Ganeti's own code sees it: found, checked, and its
# scripts called with the environment that Ganeti makes. No machine is started:
# what is made is compared with what p2v-instance makes, and that the push tests
# boot.
# shellcheck disable=SC2016 # hostile values
. "$(dirname "$0")/../lib.sh"
need_root
need make mmdebstrap losetup partx mke2fs sfdisk ssh-keygen dpkg-deb
I=$B/images
check "the instance's packages are cached" sh "$ROOT/tests/vm/images.sh" instance
check "Debian's ganeti is unpacked" "$ROOT/tests/tools/unpack-package.sh" ganeti-3.0 "$T/ganeti"
check "p2v-target is installed" make -s -C "$ROOT" BUILD="$B" DESTDIR="$T/root" PREFIX=/usr install
oses=$T/root/usr/lib/ganeti/os
node() { "$ROOT/tests/vm/ganeti-node.py" "$T/ganeti" "$oses" "$@"; }

check_status "Ganeti finds the definition valid" 0 node diagnose
check_eq "and sees all of it" "$(cat "$T/out")" "p2v-target valid versions 20
variants default rescue
parameters ssh_key network size suite mirror rescue_shell"

check_status "sound parameters" 0 node validate p2v-target+default size=2G network=dhcp suite=bookworm \
	mirror=http://mirror.example/debian "ssh_key=$(cat "$I/keys/operator.pub")"
check_status "a static network" 0 node validate p2v-target+rescue \
	'network=static address=192.0.2.9/24 gateway=192.0.2.1'
for bad in size=2X size=G 'network=static' 'network=dhcp; reboot' ssh_key=secret rescue_shell=perhaps \
	'suite=../etc' mirror=ftp://mirror.example 'mirror=http://x/$(id)'; do
	check_status "refused: $bad" 1 node validate p2v-target+default "$bad"
done
check_status "a variant that is not there" 1 node validate p2v-target+nothing
check_status "a parameter that is not there" 1 node validate p2v-target+default colour=red

# The administrator's choices for this node, as a variant.
echo "CACHE=$I/instance-cache" >"$oses/p2v-target/variants/test.conf"
echo test >>"$oses/p2v-target/variants.list"
disk=$T/disk
truncate -s 1500M "$disk"
check_status "an instance without a key" 1 node add p2v-target+test "$disk"
check_has "says how to give one" "$T/err" "ssh_key"
check_status "gnt-instance add" 0 node add p2v-target+test "$disk" size=1200M "ssh_key=$(cat "$I/keys/operator.pub")"
check_has "the log has the fingerprints" "$T/err" "SHA256:"
check_eq "the disk keeps its size" "$(stat -c %s "$disk")" 1572864000
check_eq "the bootstrap system takes the part that it was given" \
	"$(sfdisk -d "$disk" | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\).*/\1 \2/p' |
		awk '{ end = $1 + $2 } END { print end }')" 2457600

# offset of the root file system, in bytes
root_at() { sfdisk -d "$1" | sed -n 's/.*2 : start= *\([0-9]*\),.*/\1/p' | awk '{ print $1 * 512 }'; }
# of DISK FILE: what the root file system has there
of() {
	mkdir -p "$T/mnt"
	mount -o "ro,noload,loop,offset=$(root_at "$1")" "$1" "$T/mnt" || return
	cat "$T/mnt/$2"
	umount "$T/mnt"
}
check_eq "it has the instance's name" "$(of "$disk" etc/hostname)" web1.example.org
check_eq "the address that Ganeti knows" \
	"$(of "$disk" etc/systemd/network/10-p2v.network | grep -E 'Address=|^Gateway=')" \
	"Address=192.0.2.9/24
Gateway=192.0.2.1"
check_eq "the key, for p2v-receive alone" "$(of "$disk" root/.ssh/authorized_keys | cut -d' ' -f1)" \
	'restrict,pty,command="/usr/lib/p2v-target/forced-command"'

check_status "gnt-instance rename" 0 node rename p2v-target+test "$disk" web1.example.org web2.example.org
check_eq "it has its new name" "$(of "$disk" etc/hostname)" web2.example.org

check_status "gnt-backup export" 0 node export p2v-target+test "$disk"
check_has "the size is predicted" "$T/err" "size 1572864000"
check "the backup is the disk" cmp "$disk" "$T/out"
mv "$T/out" "$T/backup"
truncate -s 1600M "$T/larger"
check "gnt-backup import onto a larger disk" node import p2v-target+test "$T/larger" <"$T/backup"
check "every byte is there" cmp -n 1572864000 "$T/larger" "$disk"
check_eq "the larger disk keeps its size" "$(stat -c %s "$T/larger")" $((1600 * 1048576))
truncate -s 1400M "$T/smaller"
check_fails "a smaller disk is refused" node import p2v-target+test "$T/smaller" <"$T/backup"

# A machine that came over keeps its name.
truncate -s 64M "$T/migrated"
check_status "rename of a migrated machine" 0 node rename p2v-target+test "$T/migrated" a.example b.example
check_has "leaves it alone, and says so" "$T/err" "keeps its own name"
check_eq "no loop device is left" "$(losetup -l -n -O BACK-FILE | grep -c "$T")" 0
done_testing
