# shellcheck shell=sh disable=SC2154 # base.sh has set them
# loader.sh - boots the default entry of whatever disk there is, by kexec
#
# p2v-boot reads the disks' own configuration, read-only and without replaying
# journals. Disks may come late, so it asks again until p2v.wait= seconds have
# gone by. A word on the new kernel's command line keeps a disk that starts this
# initrd again from doing so for ever.

loader_guard=p2v.loaded

# Volumes that lie on several disks or inside a volume group, if the tools for
# them were built in; nothing is written to them.
loader_assemble() {
	if command -v mdadm >/dev/null 2>&1; then
		mdadm --assemble --scan --readonly >/dev/null 2>&1 || :
	fi
	if command -v lvm >/dev/null 2>&1; then
		lvm vgchange -ay --sysinit >/dev/null 2>&1 || :
	fi
}

# loader_ready: is there an entry? Its complaints are kept for loader_fail.
loader_ready() {
	p2v-boot list --tsv >"$p2v_run/entries" 2>"$p2v_run/loader.log"
}

loader_wait() {
	loader_end=$(($(uptime_seconds) + $(settings_number p2v.wait 30)))
	loader_said=
	loader_seen=
	while :; do
		base_modules || :
		loader_disks=$(block_devices | tr '\n' ' ')
		if [ "$loader_disks" != "$loader_seen" ]; then
			loader_seen=$loader_disks
			loader_assemble
		fi
		if [ -n "$loader_disks" ] && loader_ready; then
			return 0
		fi
		[ "$(uptime_seconds)" -lt "$loader_end" ] || return 1
		[ -n "$loader_said" ] || say "waiting for a disk with something to boot (now: ${loader_disks:-no disk})"
		loader_said=yes
		sleep 1
	done
}

# loader_boot: does not return if it succeeds.
loader_boot() {
	if settings_has "$loader_guard"; then
		loader_error="this kernel was started by the loader already ($loader_guard on its command line): the disk's default entry is the loader itself"
		return 1
	fi
	if ! loader_wait; then
		loader_error="nothing to boot was found on: ${loader_disks:-no disk at all}"
		return 1
	fi
	say "booting $(awk -F '\t' '$1 == "yes" { print $9 }' "$p2v_run/entries")"
	if p2v-boot kexec --append "$loader_guard=1" >>"$p2v_run/loader.log" 2>&1; then
		# A process of its own jumps in a moment, and reboots if it cannot.
		loader_end=$(($(uptime_seconds) + 300))
		while [ "$(uptime_seconds)" -lt "$loader_end" ]; do
			sleep 1 || :
		done
	fi
	loader_error="the default entry could not be started"
	return 1
}

# loader_fail: why, in words, on the console.
loader_fail() {
	say "$loader_error"
	tail -n 8 "$p2v_run/loader.log" 2>/dev/null | while IFS= read -r loader_line; do
		say "  $loader_line"
	done
}

# loader_panic: in a process of its own; a machine that nobody attends to is
# restarted, if that was asked for.
loader_panic() {
	loader_seconds=$(settings_number p2v.panic 0)
	[ "$loader_seconds" != 0 ] || return 0
	say "restarting in $loader_seconds s unless somebody logs in (p2v.panic)"
	sleep "$loader_seconds"
	[ ! -e "$p2v_run/attended" ] || return 0
	say "restarting"
	reboot -f
}
