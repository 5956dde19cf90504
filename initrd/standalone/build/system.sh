# system.sh - what is in the standalone initrd: programs, sshd, our own, /etc
# (POSIX sh)
#
# Part of build, whose options they follow.
#
# shellcheck shell=sh disable=SC2154 # build's variables

system_programs() {
	sed -e 's/#.*//' "$home/standalone/build/programs" >"$work/programs"
	while read -r program package optional; do
		[ -n "$program" ] || continue
		path=$(command -v "$program") || path=
		if [ -n "$path" ]; then
			tree_program "$path" "$program"
		elif [ -z "$optional" ]; then
			die 2 "$program is missing on this machine: install the package $package"
		fi
	done <"$work/programs"
	ln -s dash "$tree/usr/bin/sh"
	for program in modprobe depmod modinfo insmod rmmod lsmod; do
		ln -s kmod "$tree/usr/bin/$program"
	done
	# The threads of p2v-receive end by a library that nothing is linked with.
	for library in libgcc_s.so.1 libnss_files.so.2; do
		path=$(find "${tree_libc%/*}" /usr/lib /lib -maxdepth 1 -name "$library" 2>/dev/null | head -n 1)
		[ -z "$path" ] || cp -L "$path" "$tree$tree_libs/$library"
	done
	[ -e "$tree$tree_libs/libgcc_s.so.1" ] || die 2 "libgcc_s.so.1 is missing on this machine (libgcc-s1)"
}

system_busybox() {
	if ldd "$tree/usr/bin/busybox" >/dev/null 2>&1; then
		tree_libraries "$tree/usr/bin/busybox"
	fi
	"$tree/usr/bin/busybox" --list >"$work/applets"
	while read -r applet; do
		[ -e "$tree/usr/bin/$applet" ] || [ -L "$tree/usr/bin/$applet" ] || ln -s busybox "$tree/usr/bin/$applet"
	done <"$work/applets"
	grep -qx udhcpc "$work/applets" || die 2 "this machine's busybox has no udhcpc: install busybox-static"
}

system_sshd() {
	if [ "$sshd" = dropbear ]; then
		for program in dropbear dropbearconvert; do
			path=$(PATH=$PATH:/usr/sbin:/usr/lib/dropbear command -v "$program") ||
				die 2 "$program is missing on this machine: install the package dropbear-bin"
			tree_program "$path"
		done
		return 0
	fi
	path=$(PATH=$PATH:/usr/sbin command -v sshd) ||
		die 2 "sshd is missing on this machine: install the package openssh-server"
	tree_program "$path"
	# Versions from 9.8 on are in two or three pieces.
	for path in /usr/lib/openssh/sshd-session /usr/lib/openssh/sshd-auth /usr/libexec/sshd-session \
		/usr/libexec/openssh/sshd-session /usr/libexec/openssh/sshd-auth; do
		[ ! -x "$path" ] || tree_file "$path"
	done
	sed '/^HostKey/d' "$home/files/sshd_config" >"$tree/etc/ssh/sshd_config"
}

system_with() {
	printf '%s' "$with" | while read -r what; do
		case $what in
		/*)
			[ -f "$what" ] || die 2 "--with $what: no such file"
			tree_file "$what"
			;;
		*)
			dpkg -L "$what" >"$work/files" 2>/dev/null || die 2 "--with $what: no such package is installed"
			while read -r file; do
				case $file in /usr/share/doc/* | /usr/share/man/* | /usr/share/locale/* | /usr/share/lintian/*) continue ;; esac
				[ -d "$file" ] || tree_file "$file"
			done <"$work/files"
			;;
		esac
	done
}

# Debian's libparted runs "udevadm settle" after a change, whether there is a udev or
# not. Here the kernel makes the device nodes, so that there is nothing to settle.
system_udevadm() {
	[ ! -e "$tree/usr/bin/udevadm" ] || return 0
	cat >"$tree/usr/bin/udevadm" <<-'EOT'
		#!/bin/sh
		[ "$1" != settle ] || exit 0
		echo "udevadm: this system has no udev" >&2
		exit 1
	EOT
	chmod 755 "$tree/usr/bin/udevadm"
}

system_project() {
	for program in p2v-receive p2v-boot; do
		if [ -n "$programs" ]; then
			tree_program "$programs/$program"
		else
			tree_program "$(command -v "$program")"
		fi
	done
	lib=$tree/usr/lib/p2v-target
	mkdir -p "$lib/standalone"
	cp -R "$home/../fixups" "$lib/fixups"
	# It looks beside itself, where an older one did not.
	libexec=$("$tree/usr/bin/p2v-receive" --print-libexec) || libexec="no folder that it tells"
	[ "$libexec" = "$(readlink -f "$lib")" ] ||
		die 4 "this p2v-receive would look for its fixups in $libexec: is it of another version?"
	for file in "$home"/standalone/*; do
		[ -f "$file" ] || continue
		cp "$file" "$lib/standalone/"
	done
	cp "$home/files/forced-command" "$lib/forced-command"
	mv "$lib/standalone/init" "$tree/init"
	find "$lib" -type d -exec chmod 755 {} +
	find "$lib" -type f -exec chmod go-w {} +
	chmod 755 "$tree/init" "$lib/forced-command" "$lib/standalone/door" "$lib/standalone/udhcpc"
}

system_etc() {
	cat >"$tree/etc/passwd" <<-EOT
		root:x:0:0:root:/root:/bin/sh
		sshd:x:100:65534::/run/sshd:/bin/false
		nobody:x:65534:65534:nobody:/:/bin/false
	EOT
	printf 'root:*:19000::::::\nsshd:*:19000::::::\n' >"$tree/etc/shadow"
	chmod 600 "$tree/etc/shadow"
	printf 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n' >"$tree/etc/group"
	echo /bin/sh >"$tree/etc/shells"
	printf '%s: files\n' passwd group shadow >"$tree/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$tree/etc/hosts"
	printf 'NAME="p2v-target bootstrap system"\nID=p2v-target\nPRETTY_NAME="p2v-target bootstrap system"\n' \
		>"$tree/etc/os-release"
	echo "p2v.mode=$mode" >"$tree/etc/p2v/defaults"
	if [ -n "$shell" ]; then
		echo 'built with --shell' >"$tree/etc/p2v/rescue-shell"
	fi
	if [ -n "$keys" ]; then
		pack_authorized_keys "$keys" >"$tree/etc/p2v/authorized_keys"
	fi
	printf '%s' "$host_keys" >"$work/host-keys"
	while read -r key; do
		name=$(pack_host_key "$key")
		cp "$key" "$tree/etc/p2v/$name"
		chmod 600 "$tree/etc/p2v/$name"
	done <"$work/host-keys"
}

# What the scripts inside call must be inside: each is in a list here, and the
# tests compare the list with the scripts.
system_check() {
	for name in awk base64 blkid cat chmod chown cmp cp cpio cut date dd depmod df dirname dmesg find grep gzip head hostname \
		ifconfig ip kmod ln ls mkdir mke2fs mkswap mktemp modprobe mount mv od p2v-boot p2v-receive \
		readlink reboot rm rmdir sed setsid sh sha256sum sleep sort ssh-keygen stat stty switch_root \
		sync tail tr udhcpc umount uname wc xargs xz zstd; do
		[ -e "$tree/usr/bin/$name" ] || die 4 "the tree is not complete: no $name (is busybox a full one?)"
	done
}
