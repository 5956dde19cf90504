# kexec.sh - a fresh kernel with the bootstrap system takes the machine
#
# The image's own p2v-boot loads kernel and initrd, in a chroot: the running
# system need not have kexec-tools. Until the jump everything can be undone.
#
# shellcheck shell=sh disable=SC2154,SC2034 # variables of p2v-takeover and its other files

# kexec_prepare: loads; on failure nothing has changed.
kexec_prepare() {
	place=$(stage_choose) || die 2 "there is no empty folder to prepare in (--stage DIR)"
	$stage_mount -t tmpfs -o mode=700 p2v-takeover "$place"
	on_exit "umount -l '$place' 2>/dev/null"
	mkdir "$place/proc" "$place/sys" "$place/dev" "$place/tmp" "$place/in" "$place/overlay"
	image_unpack "$initrd" "$place" usr/bin/p2v-boot usr/bin/kexec 'usr/lib*.so*' bin sbin lib lib64 ||
		die 4 "the image could not be unpacked; the machine is as it was"
	stage_overlay "$place/overlay"
	image_pack "$place/overlay" "$place/in/overlay"
	: >"$place/in/kernel"
	: >"$place/in/initrd"
	$stage_mount -o bind "$kernel" "$place/in/kernel"
	on_exit "umount '$place/in/kernel'"
	$stage_mount -o bind "$initrd" "$place/in/initrd"
	on_exit "umount '$place/in/initrd'"
	for kexec_dir in proc sys dev; do
		$stage_mount -o bind "/$kexec_dir" "$place/$kexec_dir"
		on_exit "umount '$place/$kexec_dir'"
	done
	kexec_load
}

kexec_load() {
	kexec_line=$(stage_cmdline "$(cat /proc/cmdline)")
	say "loading the new kernel; its command line: $kexec_line"
	chroot "$place" p2v-boot load --kernel /in/kernel --initrd /in/initrd --initrd /in/overlay \
		--cmdline "$kexec_line" >&2 ||
		die 4 "the kernel did not accept the image (see above); the machine is as it was. Try --method pivot"
	[ "$(cat /sys/kernel/kexec_loaded)" = 1 ] ||
		die 4 "the kernel reports that nothing is loaded; the machine is as it was"
}

# The commands that jump. systemd stops everything in order and unmounts first;
# elsewhere p2v-boot flushes and unmounts what it can.
kexec_jump() {
	if [ "$fact_init" = systemd ]; then
		echo "systemctl kexec || chroot '$place' p2v-boot unload"
	else
		cat <<-'X'
			for signal in TERM KILL; do
				sync
				kill -s $signal -- -1
				sleep 3
			done
			swapoff -a
		X
		echo "exec chroot '$place' p2v-boot kexec --kernel /in/kernel --initrd /in/initrd --initrd /in/overlay --cmdline $(quoted "$kexec_line")"
	fi
}
