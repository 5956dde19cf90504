#!/bin/sh
# The scripts of the Ganeti OS definition by themselves: parameters, network,
# disks, on files. tests/vm/ganeti.t has them called by Ganeti.
# shellcheck disable=SC2016 # hostile values
. "$(dirname "$0")/../lib.sh"
os=$ROOT/hooks/ganeti

# with NAME=VALUE... SCRIPT [ARGUMENT]: in the clean environment that Ganeti gives.
with() { env -i PATH=/sbin:/bin:/usr/sbin:/usr/bin GANETI_DEFAULTS="$T/defaults" OS_VARIANT=default "$@"; }

for good in OSP_SIZE=2G OSP_SIZE=1073741824 OSP_NETWORK=dhcp OSP_NETWORK=auto OSP_SUITE=trixie \
	'OSP_NETWORK=static address=192.0.2.9/24 gateway=192.0.2.1' OSP_SSH_KEY=/root/key.pub \
	'OSP_SSH_KEY=ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me' OSP_MIRROR=http://mirror.example/debian \
	OSP_RESCUE_SHELL=yes OS_VARIANT=rescue; do
	check_status "sound: $good" 0 with "$good" "$os/verify" parameters
done
for bad in OSP_SIZE=2X OSP_SIZE=G OSP_SIZE=-1 'OSP_SIZE=1 2G' OSP_NETWORK=static 'OSP_NETWORK=dhcp; reboot' \
	OSP_SSH_KEY=secret OSP_RESCUE_SHELL=perhaps OSP_SUITE=../etc OSP_MIRROR=ftp://mirror.example \
	'OSP_MIRROR=http://x/$(id)' OS_VARIANT=nothing OS_VARIANT=../default; do
	check_status "refused: $bad" 1 with "$bad" "$os/verify" parameters
done
check_status "verify without a check" 1 with "$os/verify"
check_status "an unknown check" 1 with "$os/verify" everything
echo 'SIZE=3X' >"$T/defaults"
check_status "the administrator's defaults are checked, too" 1 with "$os/verify" parameters
check_status "an instance's own parameter wins" 0 with OSP_SIZE=3G "$os/verify" parameters
rm "$T/defaults"
for script in create import export rename verify; do
	check_status "$script --help" 0 with "$os/$script" --help
	check_has "it says whose it is" "$T/out" "Ganeti"
done
for script in create import export rename; do
	check_status "$script takes no argument" 1 with "$os/$script" argument
done

network() { with "$@" sh -c 'HERE=$1; . "$1/lib.sh"; gnt_configure; gnt_network' sh "$os"; }
check_eq "Ganeti's address, with its network" "$(network NIC_0_IP=192.0.2.9 \
	NIC_0_NETWORK_SUBNET=192.0.2.0/24 NIC_0_NETWORK_GATEWAY=192.0.2.1)" \
	"static address=192.0.2.9/24 gateway=192.0.2.1"
check_eq "without a network there is no prefix: DHCP" "$(network NIC_0_IP=192.0.2.9)" dhcp
check_eq "the parameter wins" "$(network NIC_0_IP=192.0.2.9 NIC_0_NETWORK_SUBNET=192.0.2.0/24 \
	OSP_NETWORK=dhcp)" dhcp

head -c 3000000 /dev/urandom >"$T/disk"
set -- DISK_COUNT=1 "DISK_0_PATH=$T/disk"
check_status "create without a key" 1 with "$@" "$os/create"
check_has "says how to give one" "$T/err" "ssh_key"
check_status "create without a disk" 1 with OSP_SSH_KEY=/k "$os/create"
check_status "create on a disk with a URI only" 1 with OSP_SSH_KEY=/k DISK_COUNT=1 DISK_0_URI=rbd:x "$os/create"
check_has "says why" "$T/err" "kernelspace"

exported() {
	with "$@" EXPORT_INDEX=0 EXP_SIZE_FD=11 bash -c '"$1" 11>"$2"' sh "$os/export" "$T/size" >"$T/backup"
}
check "export" exported "$@"
check "is every byte" cmp "$T/disk" "$T/backup"
check_eq "the size is predicted, on a descriptor of two digits" "$(cat "$T/size")" 3000000
imported() { with DISK_COUNT=1 "DISK_0_PATH=$1" IMPORT_INDEX=0 "$os/import" <"$T/backup"; }
truncate -s 4000000 "$T/larger"
check "import onto a larger disk" imported "$T/larger"
check "every byte is there" cmp -n 3000000 "$T/disk" "$T/larger"
check_eq "it keeps its size" "$(stat -c %s "$T/larger")" 4000000
truncate -s 2000000 "$T/smaller"
check_fails "onto a smaller one is refused" imported "$T/smaller"
check_eq "which keeps its size" "$(stat -c %s "$T/smaller")" 2000000
check_status "a disk that is not there" 1 with "$@" EXPORT_INDEX=1 "$os/export"
check_status "a number that is none" 1 with "$@" 'EXPORT_INDEX=0;id' "$os/export"
done_testing
