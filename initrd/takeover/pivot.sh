# pivot.sh - the running kernel stays, PID 1 is handed over
#
# The bootstrap system is unpacked on a tmpfs of its own, tried out by chroot,
# and then becomes the root. How PID 1 is told depends on what it is:
#
#     switch-root    systemd: moves everything and starts our `first` as PID 1
#     soft-reboot    systemd from 254 on: the same, with an orderly end
#     shutdown       systemd: the end of a reboot enters /run/initramfs
#     pivot-root     others: pivot_root(8) takes PID 1 along, and it is then made
#                    to start itself anew, which is ours by then
#
# shellcheck shell=sh disable=SC2154,SC2034 # variables of p2v-takeover and its other files

: "${pivot_stop:=60}" # seconds for services to stop

# pivot_way_of INIT SYSTEMD-VERSION
pivot_way_of() {
	if [ "$1" != systemd ]; then
		echo pivot-root
	elif [ "$2" -ge 254 ]; then
		echo soft-reboot
	else
		echo switch-root
	fi
}

# pivot_place WAY: where the new root is made.
pivot_place() {
	case $1 in
	soft-reboot) pivot_dir=/run/nextroot ;;
	shutdown) pivot_dir=/run/initramfs ;;
	*)
		stage_choose
		return
		;;
	esac
	if grep -q " $pivot_dir " /proc/mounts; then
		return 1
	fi
	mkdir -p "$pivot_dir"
	echo "$pivot_dir"
}

pivot_prepare() {
	: "${way:=$(pivot_way_of "$fact_init" "$fact_systemd_version")}"
	place=$(pivot_place "$way") || die 2 "there is no empty folder for the new root (--stage DIR)"
	# A limit, so that logs cannot take all memory later.
	$stage_mount -t tmpfs -o "mode=755,size=$((fact_image_unpacked + fact_carried + fact_mem_total / 4))k" p2v-root "$place"
	on_exit "umount -R '$place' 2>/dev/null || umount -l '$place'"
	image_unpack "$initrd" "$place" ||
		die 4 "the image could not be unpacked; the machine is as it was"
	stage_overlay "$place"
	pivot_entrance
	pivot_try
	pivot_modules
}

# Every door by which a PID 1 may come in leads to `first`.
pivot_entrance() {
	for pivot_dir in proc sys dev run tmp mnt oldroot sbin etc; do
		[ -d "$place/$pivot_dir" ] || mkdir "$place/$pivot_dir"
	done
	rm -f "$place/sbin/init" "$place/shutdown"
	ln -s /etc/p2v/takeover/first "$place/sbin/init"
	ln -s /etc/p2v/takeover/first "$place/shutdown"
	echo '::restart:/etc/p2v/takeover/first' >"$place/etc/inittab"
	[ -e "$place/etc/os-release" ] || echo 'ID=p2v-target' >"$place/etc/os-release"
}

# What would be noticed too late: a program that does not run on this kernel.
pivot_try() {
	chroot "$place" /bin/sh -c 'env --default-signal p2v-boot --version && p2v-receive --version && ip -V && test -x /init &&
		{ test -x /usr/sbin/sshd || test -x /usr/bin/dropbear; }' \
		>"$work/try" 2>&1 || {
		cat "$work/try" >&2
		die 4 "the bootstrap system does not run here (see above); the machine is as it was"
	}
}

# File systems of the machine that will be pushed here; their drivers cannot be
# had any more later, unless the image is for this very kernel.
pivot_modules() {
	[ "$image_version" != "$(uname -r)" ] || return 0
	for pivot_module in ext4 xfs btrfs vfat nls_cp437 nls_ascii nls_iso8859_1 nls_utf8 \
		crc32c_generic loop squashfs overlay; do
		modprobe -q "$pivot_module" 2>/dev/null || :
	done
}

# Units of `systemctl list-units` on stdin that are stopped before the jump: all
# that is not needed to stay reachable. A firewall stays as it is.
pivot_units() {
	awk '$1 ~ /\.(service|socket|timer|path)$/ &&
		$1 !~ /^(systemd-|dbus|ssh|network|NetworkManager|wpa_|dhc|iwd|wicked|ifup@|connman|getty@|serial-getty@|user@|user-runtime-dir@|session-|p2v-takeover|polkit|iscsi|multipath|lvm2|dm-event|nftables|iptables|netfilter|ufw|firewalld|shorewall|open-vm|qemu-guest|cloud-)/ {
			print $1
		}'
}

pivot_jump() {
	case $way in
	switch-root)
		cat <<-X
			units=\$(systemctl list-units --plain --no-legend --state=running,listening,waiting \\
				--type=service,socket,timer,path | awk '{ print \$1 }')
			units=\$(echo "\$units" | (. "$home/takeover/pivot.sh"; pivot_units))
			timeout $pivot_stop systemctl stop \$units
			sync
			$(pivot_selinux)
			systemctl switch-root '$place' /etc/p2v/takeover/first
			# Still here: it was refused.
			sleep 60
			systemctl start \$units
			umount -l '$place'
		X
		;;
	soft-reboot | shutdown)
		pivot_selinux
		case $way in
		soft-reboot) echo 'exec systemctl soft-reboot' ;;
		*) echo 'exec systemctl reboot' ;;
		esac
		;;
	pivot-root) pivot_by_hand ;;
	esac
}

# The old policy knows nothing of the new root, and would stop what runs there.
pivot_selinux() {
	# shellcheck disable=SC2016 # for the jump
	echo '[ ! -w /sys/fs/selinux/enforce ] || echo 0 >/sys/fs/selinux/enforce'
}

# For PID 1 that cannot change its root: the kernel changes it for everyone who
# has the old one.
pivot_by_hand() {
	cat <<-X
		kill -s TERM -- -1
		sleep 3
		sync
		cd '$place' || exit 1
		for dir in dev proc sys run; do
			mount --move /\$dir '$place'/\$dir 2>/dev/null || mount -o move /\$dir '$place'/\$dir 2>/dev/null
		done
		$(pivot_mounts)
		pivot_root . oldroot || exit 1
		cd /
	X
	case $fact_init in
	busybox) echo 'kill -s HUP 1; sleep 2; kill -s QUIT 1' ;;
	# "telinit u" as the bytes that it sends: magic, RUNLVL, U.
	sysvinit)
		cat <<-'X'
			fifo=/run/initctl
			[ -p "$fifo" ] || fifo=/dev/initctl
			{
				printf '\151\031\011\003\001\000\000\000\125\000\000\000'
				dd if=/dev/zero bs=372 count=1 2>/dev/null
			} >"$fifo"
		X
		;;
	s6)
		cat <<-'X'
			for scan in /run/service /run/s6/service /service; do
				[ -p "$scan/.s6-svscan/control" ] || continue
				printf '#!/bin/sh\nexec /etc/p2v/takeover/first\n' >"$scan/.s6-svscan/finish"
				chmod 755 "$scan/.s6-svscan/finish"
				printf b >"$scan/.s6-svscan/control"
			done
		X
		;;
	esac
	echo 'sleep 60'
}

# What the old system did not have as a mount must be there in the new one.
pivot_mounts() {
	cat <<-X
		[ -e '$place/proc/self' ] || mount -t proc proc '$place/proc'
		[ -e '$place/sys/kernel' ] || mount -t sysfs sys '$place/sys'
		[ -e '$place/dev/null' ] || mount -t devtmpfs dev '$place/dev'
	X
}
