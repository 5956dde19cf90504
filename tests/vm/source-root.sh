#!/bin/sh
# source-root.sh OUT.tar AUTHORIZED-KEY - the files of the machine to be moved
#
# One Debian system by mmdebstrap: what a small server has, with a service that
# answers on port 8000. images.sh puts it on several kinds of disk.
# MIRROR names the Debian mirror; default: mmdebstrap's.
set -eu

# Runs as mmdebstrap's customize hook: $1 is the root.
if [ "${SOURCE_ROOT_STAGE:-}" = customize ]; then
	R=$1
	mkdir -p "$R/root/.ssh"
	chmod 700 "$R/root/.ssh"
	cp "$SOURCE_ROOT_KEY" "$R/root/.ssh/authorized_keys"
	chmod 600 "$R/root/.ssh/authorized_keys"
	echo root:root | chroot "$R" chpasswd
	cat >"$R/etc/network/interfaces" <<-X
		auto lo
		iface lo inet loopback

		allow-hotplug ens3
		iface ens3 inet dhcp
	X
	# The service: a socket that answers every connection with the machine's
	# name and a file from its disk.
	mkdir -p "$R/srv/hello"
	echo 'the file that the service serves' >"$R/srv/hello/text"
	cat >"$R/etc/systemd/system/hello.socket" <<-X
		[Socket]
		ListenStream=8000
		Accept=yes
		[Install]
		WantedBy=sockets.target
	X
	cat >"$R/etc/systemd/system/hello@.service" <<-X
		[Service]
		ExecStart=/bin/sh -c 'echo "hello from \$\$(hostname)"; cat /srv/hello/text'
		StandardInput=socket
		StandardOutput=socket
	X
	chroot "$R" systemctl enable hello.socket
	cat >"$R/etc/default/grub" <<-X
		GRUB_DEFAULT=0
		GRUB_TIMEOUT=1
		GRUB_DISTRIBUTOR=Debian
		GRUB_CMDLINE_LINUX_DEFAULT="quiet"
		GRUB_CMDLINE_LINUX=""
	X
	# An emulated machine on a busy host takes minutes for what systemd allows
	# 90 seconds; how fast it is, is not what the tests ask.
	mkdir -p "$R/etc/systemd/system.conf.d"
	cat >"$R/etc/systemd/system.conf.d/slow.conf" <<-X
		[Manager]
		DefaultTimeoutStartSec=15min
		DefaultDeviceTimeoutSec=15min
	X
	chroot "$R" apt-get clean
	rm -rf "$R"/var/lib/apt/lists/*
	exit 0
fi

OUT=$1
KEY=$2
PACKAGES=systemd-sysv,udev,dbus,linux-image-amd64,initramfs-tools,zstd
PACKAGES=$PACKAGES,grub-pc,openssh-server,ifupdown,isc-dhcp-client,iproute2
PACKAGES=$PACKAGES,kmod,e2fsprogs,procps,cron,rsyslog,logrotate,acl,attr,libcap2-bin

SOURCE_ROOT_STAGE=customize SOURCE_ROOT_KEY=$KEY
export SOURCE_ROOT_STAGE SOURCE_ROOT_KEY
DEBIAN_FRONTEND=noninteractive LC_ALL=C
export DEBIAN_FRONTEND LC_ALL
# shellcheck disable=SC2086 # no mirror is no argument
mmdebstrap --quiet --format=tar --variant=minbase --include="$PACKAGES" \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--customize-hook="sh $0 \"\$1\"" \
	bookworm "$OUT" ${MIRROR:-}
