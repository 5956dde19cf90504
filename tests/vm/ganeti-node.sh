#!/bin/sh
# ganeti-node.sh ROOT - a Ganeti cluster of this one node, below ROOT
#
# ROOT has Debian with ganeti in it. Reads commands from standard input, runs
# them by ROOT's shell as root of the master node, and ends with the first that
# fails. To be started as
#
#     unshare --mount --net --uts --pid --fork --mount-proc ganeti-node.sh ROOT
#
# so that daemons, mounts and addresses go with it. The hypervisor is Ganeti's
# fake, instances' disks are files.
set -eu
R=$1
mount --bind "$R" "$R"
mount --make-private "$R"
mount -t proc proc "$R/proc"
mount --rbind /sys "$R/sys"
mount --rbind /dev "$R/dev"
mount -t tmpfs tmpfs "$R/run"
mount -t tmpfs tmpfs "$R/tmp"
mkdir -p "$R/run/lock" "$R/run/sshd" "$R/etc/ganeti" "$R/srv/ganeti/file-storage"

ip link set lo up
ip link add eth0 type veth peer name eth1
ip addr add 192.0.2.10/24 dev eth0
ip link set eth0 up
ip link set eth1 up
hostname node1.example.org
sed -i 's/^hosts:.*/hosts: files/' "$R/etc/nsswitch.conf"
cat >"$R/etc/hosts" <<X
127.0.0.1 localhost
192.0.2.10 node1.example.org node1
192.0.2.20 cluster.example.org cluster
X
echo /srv/ganeti/file-storage >"$R/etc/ganeti/file-storage-paths"
chmod 644 "$R/etc/ganeti/file-storage-paths"

{
	cat <<-X
		set -e
		ssh-keygen -A >/dev/null
		/usr/sbin/sshd
		gnt-cluster init --no-etc-hosts --no-ssh-init --enabled-hypervisors=fake \
			--enabled-disk-templates=file --file-storage-dir=/srv/ganeti/file-storage \
			--master-netdev=eth0 --nic-parameters mode=routed,link=main cluster.example.org
	X
	cat
} | chroot "$R" /bin/sh
